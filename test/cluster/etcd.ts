/** Edits stored objects in etcd, through its JSON gateway: the only way to give an object another age. */

import { Agent, request } from 'node:http';
import { forEach } from './api.ts';

export type StoredObject = Record<string, unknown>;

export type Edit = (object: StoredObject) => StoredObject | undefined;

/** Objects in one transaction; etcd takes 128. */
const BATCH = 100;

interface StoredKey {
  readonly key: string;
  readonly value: string;
  readonly mod_revision: string;
}

export class Etcd {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 24 });

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Rewrites the objects whose keys start with a prefix. `edit` returns the new object, or undefined to leave it. An object
   * that somebody changed meanwhile is read and edited again.
   */
  async edit(prefix: string, edit: Edit): Promise<void> {
    const { kvs = [] } = await this.#call<{ readonly kvs?: readonly StoredKey[] }>('range', {
      key: base64(prefix),
      range_end: base64(endOf(prefix)),
    });
    const batches = Array.from({ length: Math.ceil(kvs.length / BATCH) }, (_, index) =>
      kvs.slice(index * BATCH, (index + 1) * BATCH),
    );
    await forEach(batches, (batch) => this.#editAll(batch, edit), 2);
  }

  /** All at once, or one by one where somebody came between. */
  async #editAll(stored: readonly StoredKey[], edit: Edit): Promise<void> {
    const changes = stored.flatMap((current) => {
      const object = edit(JSON.parse(Buffer.from(current.value, 'base64').toString()) as StoredObject);
      return object === undefined ? [] : [{ current, value: base64(JSON.stringify(object)) }];
    });
    if (changes.length === 0) return;
    const { succeeded } = await this.#call<{ readonly succeeded?: boolean }>('txn', {
      compare: changes.map(({ current: { key, mod_revision } }) => ({ key, target: 'MOD', result: 'EQUAL', mod_revision })),
      success: changes.map(({ current: { key }, value }) => ({ request_put: { key, value } })),
    });
    if (succeeded) return;
    for (const { current } of changes) {
      const now = await this.#read(current.key);
      if (now) await this.#editAll([now], edit);
    }
  }

  async #read(key: string): Promise<StoredKey | undefined> {
    return (await this.#call<{ readonly kvs?: readonly StoredKey[] }>('range', { key })).kvs?.[0];
  }

  /** Deletes all keys that start with a prefix. */
  async deleteAll(prefix: string): Promise<void> {
    await this.#call('deleterange', { key: base64(prefix), range_end: base64(endOf(prefix)) });
  }

  close(): void {
    this.#agent.destroy();
  }

  #call<T>(method: 'range' | 'txn' | 'deleterange', message: unknown): Promise<T> {
    const body = JSON.stringify(message);
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#url}/v3/kv/${method}`, { method: 'POST', agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text) as T);
          else reject(new Error(`etcd ${method}: ${response.statusCode} ${text}`));
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** First key after all that start with a prefix. */
function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
