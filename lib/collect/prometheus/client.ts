/** Queries to one Prometheus-compatible server: at most two at a time, each bounded in time, each failure a sentence. */

import { messageOf, UpidError } from '../../types/errors.ts';
import type { SlotGrid } from '../../types/usage.ts';
import { type Answer, failure, readAnswer } from './answer.ts';
import type { PrometheusTransport } from './transport.ts';

/** A server shares its memory among all who ask; two keep its processors busy. */
const QUERIES_AT_A_TIME = 2;

/** Prometheus' own limit is two minutes; a query that needs longer is asked in parts instead. */
const QUERY_TIMEOUT_SECONDS = 60;

/** What the server may take less, so that its error arrives before the connection is given up. */
const MARGIN_SECONDS = 5;

export class PrometheusClient {
  readonly #transport: PrometheusTransport;
  readonly #signal: AbortSignal;
  readonly #timeoutSeconds: number;
  readonly #extra: Readonly<Record<string, string>>;
  readonly #waiting: (() => void)[] = [];
  readonly #warnings = new Set<string>();
  #running = 0;
  #queries = 0;

  constructor(
    transport: PrometheusTransport,
    options: {
      readonly signal: AbortSignal;
      readonly timeoutSeconds?: number;
      /** Parameters that go with every query. */
      readonly extra?: Readonly<Record<string, string>>;
    },
  ) {
    this.#transport = transport;
    this.#signal = options.signal;
    this.#timeoutSeconds = options.timeoutSeconds ?? QUERY_TIMEOUT_SECONDS;
    this.#extra = options.extra ?? {};
  }

  get name(): string {
    return this.#transport.name;
  }

  get queries(): number {
    return this.#queries;
  }

  /** What the server said about parts it could not reach, over all queries. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** The value of a query at one instant. @throws UpidError prometheus or cancelled */
  instant(query: string, atMs: number): Promise<Answer> {
    return this.#ask('/api/v1/query', { query, time: atMs / 1000 });
  }

  /** One value for each slot of a grid, taken at the slot's end. @throws UpidError prometheus or cancelled */
  range(query: string, grid: SlotGrid): Promise<Answer> {
    const start = grid.startMs / 1000 + grid.slotSeconds;
    const end = grid.startMs / 1000 + grid.slots * grid.slotSeconds;
    return this.#ask('/api/v1/query_range', { query, start, end, step: grid.slotSeconds });
  }

  async #ask(path: string, query: Readonly<Record<string, string | number>>): Promise<Answer> {
    await this.#turn();
    try {
      this.#queries += 1;
      const timeout = `${Math.max(1, this.#timeoutSeconds - MARGIN_SECONDS)}s`;
      const reply = await this.#transport.get(
        path,
        { ...query, timeout, ...this.#extra },
        { signal: this.#signal, timeoutSeconds: this.#timeoutSeconds },
      );
      const answer = readAnswer(reply);
      for (const warning of answer.warnings) this.#warnings.add(warning);
      return answer;
    } catch (error) {
      throw asFailure(error, this.#timeoutSeconds);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Resolves when one of the places is free, in the order of asking. */
  async #turn(): Promise<void> {
    if (this.#running >= QUERIES_AT_A_TIME) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}

/** Whatever keeps the server from answering, as a failure of this source; being cancelled, and bugs, stay what they are. */
function asFailure(error: unknown, timeoutSeconds: number): unknown {
  if (!(error instanceof UpidError) || error.id === 'cancelled' || error.id === 'prometheus') return error;
  if (error.id === 'cluster-timeout') {
    return failure(`it did not answer within ${timeoutSeconds} s`, 'look at the load of the server');
  }
  // A server that is overloaded says so with 503 and its own JSON, which the transport quotes.
  const said = /"error":"((?:[^"\\]|\\.)*)/.exec(messageOf(error))?.[1];
  return failure(said === undefined ? messageOf(error) : `it answered ${said}`, error.remedy ?? 'look at the log of the server');
}

/** Whether a query was too much for the server, so that a half of it may succeed. */
export function isTooMuch(error: unknown): boolean {
  return (
    error instanceof UpidError &&
    error.id === 'prometheus' &&
    /too many samples|timed? ?out|did not answer within|cut off|exceeds|limit/i.test(error.message)
  );
}
