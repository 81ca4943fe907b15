/** An API server of a few objects: lists by path, in pages, single objects, discovery; what is forbidden is refused as the real one does. */

import type { IncomingMessage } from 'node:http';
import { type CollectedObjects, collectObjects, type ObjectScope } from '../../../lib/collect/objects/collect.ts';
import type { KubeClient } from '../../../lib/kube/client.ts';
import { clientOf } from '../../kube/config.ts';
import { type Handler, sendJson, sendStatus, startServer, type TestServer } from '../../kube/server.ts';

export type KubeObject = Readonly<Record<string, unknown>> & {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
};

export interface ApiContents {
  /** Objects by the path of their list at cluster scope: `/api/v1/pods`. */
  readonly objects: Readonly<Record<string, readonly KubeObject[]>>;
  /** Beginnings of paths that are refused with 403. */
  readonly forbidden?: readonly string[];
  /** Beginnings of paths that nobody serves. */
  readonly absent?: readonly string[];
  /** Beginnings of paths that answer 503. */
  readonly ill?: readonly string[];
  /** Groups besides the built-in ones: `argoproj.io/v1alpha1` → its kinds. */
  readonly groups?: Readonly<
    Record<string, readonly { readonly kind: string; readonly name: string; readonly namespaced: boolean }[]>
  >;
}

export interface RunningApi {
  readonly server: TestServer;
  readonly client: KubeClient;
  /** Paths that were asked, without their queries. */
  paths(): readonly string[];
  stop(): Promise<void>;
}

const NOW = Date.parse('2026-11-24T12:00:00Z');

export async function startApi(contents: ApiContents): Promise<RunningApi> {
  const server = await startServer(handlerOf(contents), { plain: true });
  const client = await clientOf(server);
  return {
    server,
    client,
    paths: () => server.requests.map((request) => pathOf(request)),
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}

/** Starts a server, collects, and stops it. */
export async function collected(contents: ApiContents, scope: Partial<ObjectScope> = {}): Promise<CollectedObjects> {
  const api = await startApi(contents);
  try {
    return await collect(api.client, scope);
  } finally {
    await api.stop();
  }
}

export function collect(client: KubeClient, scope: Partial<ObjectScope> = {}): Promise<CollectedObjects> {
  return collectObjects(
    client,
    { namespace: '', names: [], chunkSize: 500, ...scope },
    { nowMs: NOW, signal: new AbortController().signal, progress: () => undefined },
  );
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://server').pathname;
}

const SYSTEM: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-of-the-cluster' } };

function handlerOf({ objects, forbidden = [], absent = [], ill = [], groups = {} }: ApiContents): Handler {
  const begins = (path: string, beginnings: readonly string[]): boolean =>
    beginnings.some((beginning) => path.startsWith(beginning));
  return (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://server');
    if (begins(path, forbidden))
      return sendStatus(response, 403, 'Forbidden', `${path} is forbidden: User "tester" cannot list resource`);
    if (begins(path, ill))
      return sendStatus(response, 503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
    if (begins(path, absent)) return sendStatus(response, 404, 'NotFound', 'the server could not find the requested resource');
    if (path === '/version') return sendJson(response, { gitVersion: 'v1.37.2' });
    if (path === '/api/v1/namespaces/kube-system') return sendJson(response, SYSTEM);
    if (path === '/apis')
      return sendJson(response, {
        kind: 'APIGroupList',
        groups: Object.keys(groups).map((name) => ({ name: name.split('/')[0] })),
      });
    const resources = groups[path.replace(/^\/apis?\//, '')];
    if (resources) return sendJson(response, { kind: 'APIResourceList', groupVersion: path.slice(6), resources });
    const [, base = '', namespace, resource = '', name] =
      /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const all = objects[`${base}/${resource}`];
    const inScope = all?.filter((each) => namespace === undefined || each.metadata.namespace === namespace);
    if (name !== undefined) {
      const found = inScope?.find((each) => each.metadata.name === name);
      return found
        ? sendJson(response, found)
        : sendStatus(response, 404, 'NotFound', `${resource} "${name}" not found`, { details: { name, kind: resource } });
    }
    return sendJson(response, page(inScope ?? [], searchParams));
  };
}

function page(items: readonly KubeObject[], query: URLSearchParams): object {
  const start = Number(query.get('continue') ?? 0);
  const end = start + Number(query.get('limit') ?? items.length);
  const more = end < items.length ? { continue: String(end), remainingItemCount: items.length - end } : {};
  return { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '77', ...more }, items: items.slice(start, end) };
}
