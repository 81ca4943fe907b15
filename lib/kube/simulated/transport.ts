/** The client of a simulated cluster: the same interface, answers and errors as that of a real one, without any network. */

import { setImmediate } from 'node:timers/promises';
import { UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { KubeClient, RequestOptions } from '../client.ts';
import type { Reply } from '../exchange.ts';
import { jsonOf } from '../json.ts';
import { listAll } from '../list.ts';
import { statusError } from '../status-error.ts';
import { trafficCounter } from '../traffic.ts';
import { answer } from './api-server.ts';
import { type ChangedObjects, carriedOut, withChanged } from './changed.ts';
import { demoCluster, SIMULATED_NOW_MS } from './demo-cluster.ts';
import type { ClusterDescription } from './description.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

export { SIMULATED_NOW_MS };

export interface SnapshotClientOptions {
  /** Namespace that requests without one mean; `default` when absent. */
  readonly namespace?: string;
  /** For the time that requests take, and for telling them at verbosity 6. */
  readonly runtime?: Pick<Runtime, 'elapsed' | 'warn' | 'verbosity'>;
  /** Ends everything. */
  readonly signal?: AbortSignal;
  /** Where patches are carried out; where absent, they are refused. */
  readonly changed?: ChangedObjects;
}

export interface SimulatedClientOptions extends SnapshotClientOptions {
  /** The demo's cluster when absent. */
  readonly cluster?: ClusterDescription;
  /** The instant at which the cluster stands still; the demo's when absent. */
  readonly nowMs?: number;
}

const SERVER = 'simulated';

/** A cluster at one instant, which answers the same until it is changed. */
export function simulatedClient(options: SimulatedClientOptions = {}): KubeClient {
  const { cluster = demoCluster(), nowMs = SIMULATED_NOW_MS } = options;
  let made: Snapshot | undefined;
  const { changed } = options;
  const snapshot = (): Snapshot => {
    if (made === undefined) {
      const whole = snapshotOf(cluster, nowMs);
      made = changed === undefined ? whole : withChanged(whole, changed);
    }
    return made;
  };
  return snapshotClient(cluster.name, snapshot, options);
}

/** The client of a cluster whose objects are at hand. */
export function snapshotClient(context: string, snapshot: () => Snapshot, options: SnapshotClientOptions = {}): KubeClient {
  const { namespace = 'default', runtime } = options;
  const counter = trafficCounter();

  const ask = (
    method: string,
    path: string,
    request: RequestOptions,
    body?: unknown,
    contentType = 'application/json',
  ): Reply => {
    if (options.signal?.aborted || request.signal?.aborted)
      throw new UpidError('cancelled', `cancelled while asking ${SERVER} for ${path}`);
    const started = runtime?.elapsed() ?? 0;
    const reply = replyOf(answer(snapshot(), { method, url: urlOf(path, request), contentType, body: plain(body) }));
    const milliseconds = (runtime?.elapsed() ?? 0) - started;
    counter.count(request.source, { bytes: reply.body.length, seconds: milliseconds / 1000, retry: false });
    if (runtime && runtime.verbosity >= 6)
      runtime.warn(`${method} ${SERVER}${path} ${reply.status} in ${Math.round(milliseconds)} milliseconds`);
    return reply;
  };
  let last: Promise<unknown> = Promise.resolve();
  /** Answers come one by one and each in a turn of its own, as over a connection, so that other work gets its turns between them. */
  const inTurn = (): Promise<unknown> => {
    last = last.then(() => setImmediate());
    return last;
  };
  const getJson: KubeClient['getJson'] = async (path, request) => {
    await inTurn();
    return contentOf(ask('GET', path, request), 'GET', path);
  };

  return {
    context,
    server: SERVER,
    namespace,
    simulated: true,
    getJson,
    async getText(path, request) {
      await inTurn();
      const reply = ask('GET', path, request);
      if (reply.status >= 500) throw statusError(reply, { server: SERVER, method: 'GET', path });
      return { status: reply.status, contentType: 'application/json', text: reply.body.toString('utf8') };
    },
    // It stands still: nothing ever happens.
    async stream() {
      await inTurn();
    },
    list: (path, request) => listAll(getJson, path, request),
    async send(method, path, body, request) {
      await inTurn();
      const contentType = request.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
      const { changed } = options;
      if (method !== 'PATCH' || changed === undefined || request.query?.dryRun !== undefined)
        return contentOf(ask(method, path, request, body, contentType), method, path);
      const tried = { ...request, query: { ...request.query, dryRun: 'All' } };
      const stored = carriedOut(
        contentOf(ask(method, path, tried, body, contentType), method, path) as Readonly<Record<string, unknown>>,
      );
      await changed.put(path, stored);
      return stored;
    },
    traffic: counter.summary,
    async close() {},
  };
}

function urlOf(path: string, { query }: RequestOptions): URL {
  const url = new URL(path, 'http://simulated');
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** What a body is after its way over the wire. */
function plain(body: unknown): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body));
}

/** As bytes, so that every caller gets objects of its own and the traffic is what it would be. */
function replyOf({ status, body }: { readonly status: number; readonly body: unknown }): Reply {
  return {
    status,
    statusText: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function contentOf(reply: Reply, method: string, path: string): unknown {
  const asked = { server: SERVER, method, path };
  if (reply.status >= 300) throw statusError(reply, asked);
  return jsonOf(reply, asked);
}
