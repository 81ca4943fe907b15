/** Requests to the cluster's own API server with the test cluster's certificate. Apart from lib/kube, which is what is tested. */

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { Manifest } from '../../lib/kube/simulated/manifests.ts';

/** An object as the server returns it: what is asked for by name is up to the caller. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export class Api {
  readonly #server: URL;
  readonly #agent: Agent;

  constructor(server: string, certificates: string) {
    const file = (name: string): Buffer => readFileSync(join(certificates, name));
    this.#server = new URL(server);
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 24,
      ca: file('ca.crt'),
      cert: file('test-cluster.crt'),
      key: file('test-cluster.key'),
    });
  }

  /** @throws ApiError with the server's words; Error when it does not answer. */
  async send(method: Method, path: string, body?: unknown, contentType = 'application/json'): Promise<unknown> {
    const { status, text } = await this.#exchange(method, path, body === undefined ? '' : JSON.stringify(body), contentType);
    if (status >= 300) throw new ApiError(status, `${method} ${path}: ${status} ${messageIn(text)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.send('GET', path)) as KubeObject;
  }

  /** Whether the server says that it is ready. */
  async isReady(): Promise<boolean> {
    return this.#exchange('GET', '/readyz', '', 'text/plain').then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** All at once. */
  async list(path: string): Promise<readonly KubeObject[]> {
    return ((await this.send('GET', path)) as { readonly items: readonly KubeObject[] }).items;
  }

  /** Creates; where it is there already, leaves it. */
  async create(collection: string, manifest: Manifest): Promise<KubeObject> {
    try {
      return (await this.send('POST', collection, manifest)) as KubeObject;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      return this.get(`${collection}/${String(manifest.metadata.name)}`);
    }
  }

  /** Changes of a collection from a version on, until the server or `signal` ends it. */
  watch(path: string, signal: AbortSignal, onEvent: (event: WatchEvent) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.#server), { agent: this.#agent, signal }, (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as WatchEvent);
        });
        response.on('end', resolve);
        response.on('error', reject);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(
    method: Method,
    path: string,
    body: string,
    contentType: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const headers = body === '' ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.#server), { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text;
  } catch {
    return text;
  }
}

/** Does something for each of many, some at a time. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>, atATime = 16): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
