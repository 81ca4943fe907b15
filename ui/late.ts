/** Answers that come while a view is open: asked for when a person wants one, once each; what failed is asked anew. */

import { messageOf } from '../lib/types/errors.ts';

export type LateAnswer<T> =
  | { readonly state: 'pending' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string };

const PENDING = { state: 'pending' } as const;

export class Late<T> {
  readonly #ask: (id: string) => Promise<T>;
  readonly #answers = new Map<string, LateAnswer<T>>();
  readonly #listeners = new Set<() => void>();

  constructor(ask: (id: string) => Promise<T>) {
    this.#ask = ask;
  }

  /** Asks, unless that was done; `get` says what came of it. */
  open(id: string): void {
    const known = this.#answers.get(id);
    if (known && known.state !== 'failed') return;
    this.#put(id, PENDING);
    this.#ask(id).then(
      (value) => this.#put(id, { state: 'here', value }),
      (error: unknown) => this.#put(id, { state: 'failed', message: messageOf(error) }),
    );
  }

  get(id: string): LateAnswer<T> {
    return this.#answers.get(id) ?? PENDING;
  }

  /** Calls back whenever an answer changes; returns what stops that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #put(id: string, answer: LateAnswer<T>): void {
    this.#answers.set(id, answer);
    for (const listener of this.#listeners) listener();
  }
}
