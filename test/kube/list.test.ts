/** Chunked lists against a server that hands out pages. */

import { StatusError } from '../../lib/kube/status-error.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
import { testRuntime } from './runtime.ts';
import { type Handler, sendJson, sendStatus, startServer } from './server.ts';

const test = suite('list');

const PODS = Array.from({ length: 25 }, (_, index) => ({
  metadata: { name: `pod-${index}`, managedFields: [{ manager: 'kubelet' }] },
}));

/** Serves PODS in pages; `gone` says for which offsets the snapshot is forgotten. */
function pods(gone: (offset: number) => boolean = () => false): Handler {
  return (request, response) => {
    const query = new URL(request.url ?? '/', 'http://x').searchParams;
    const limit = Number(query.get('limit') ?? PODS.length);
    const offset = Number(query.get('continue') ?? 0);
    if (gone(offset)) return sendStatus(response, 410, 'Expired', 'The provided continue parameter is too old');
    const end = offset + limit;
    const more = end < PODS.length ? { continue: String(end), remainingItemCount: PODS.length - end } : {};
    return sendJson(response, { kind: 'PodList', metadata: { resourceVersion: '77', ...more }, items: PODS.slice(offset, end) });
  };
}

const name = (item: unknown): string | undefined => (item as { metadata?: { name?: string } }).metadata?.name;

test('follows the pages to the end and tells how far it is', async () => {
  const server = await startServer(pods());
  const client = await clientOf(server);
  const told: unknown[] = [];
  const onPage = (items: number, remaining: number | undefined): void => void told.push([items, remaining]);
  const { items, resourceVersion } = await client.list('/api/v1/pods', { source: 'pods', chunkSize: 10, keep: name, onPage });
  assert.is(items.length, 25);
  assert.is(items[24], 'pod-24');
  assert.is(resourceVersion, '77');
  assert.equal(told, [
    [10, 15],
    [20, 5],
    [25, undefined],
  ]);
  assert.is(server.connections(), 1);
  await client.close();
  await server.stop();
});

test('asks for 500 at a time by default, for all at once with 0, and passes selectors on', async () => {
  const server = await startServer(pods());
  const client = await clientOf(server);
  await client.list('/api/v1/pods', {
    source: 'pods',
    keep: name,
    labelSelector: 'app in (a,b)',
    fieldSelector: 'status.phase=Running',
  });
  await client.list('/api/v1/pods', { source: 'pods', keep: name, chunkSize: 0 });
  const [first, second] = server.requests.map((request) => new URL(request.url ?? '', 'http://x').searchParams);
  assert.is(first?.get('limit'), '500');
  assert.is(first?.get('labelSelector'), 'app in (a,b)');
  assert.is(first?.get('fieldSelector'), 'status.phase=Running');
  assert.is(second?.has('limit'), false);
  await client.close();
  await server.stop();
});

test('keeps what is wanted, and never the managed fields', async () => {
  const server = await startServer(pods());
  const client = await clientOf(server);
  const keep = (item: unknown): unknown => (name(item)?.endsWith('3') ? item : undefined);
  const { items } = await client.list('/api/v1/pods', { source: 'pods', keep });
  assert.equal(items, [{ metadata: { name: 'pod-3' } }, { metadata: { name: 'pod-13' } }, { metadata: { name: 'pod-23' } }]);
  await client.close();
  await server.stop();
});

test('410 Gone in the middle: everything is asked for once more, at once', async () => {
  const server = await startServer(pods((offset) => offset === 20));
  const client = await clientOf(server);
  const { items } = await client.list('/api/v1/pods', { source: 'pods', chunkSize: 10, keep: name });
  assert.is(items.length, 25);
  assert.is(new Set(items).size, 25);
  assert.is(server.requests.length, 4);
  assert.is(new URL(server.requests[3]?.url ?? '', 'http://x').search, '');
  await client.close();
  await server.stop();
});

test('410 Gone again is an error', async () => {
  let calls = 0;
  const server = await startServer((request, response, body) => {
    calls += 1;
    return pods(() => calls > 1)(request, response, body);
  });
  const client = await clientOf(server);
  const error = await errorOf(client.list('/api/v1/pods', { source: 'pods', chunkSize: 10, keep: name }));
  assert.instance(error, StatusError);
  assert.is((error as StatusError).status, 410);
  assert.is(error.message, 'Error from server (Expired): The provided continue parameter is too old');
  assert.is(calls, 3);
  await client.close();
  await server.stop();
});

test('a sequence of lists, side by side and page by page, opens no more connections than the concurrency', async () => {
  const server = await startServer(pods());
  const client = await clientOf(server, {}, { concurrency: 3 });
  for (let round = 0; round < 4; round += 1) {
    const paths = Array.from({ length: 9 }, (_, index) => `/apis/group-${index}/v1/things`);
    const lists = await Promise.all(paths.map((path) => client.list(path, { source: path, chunkSize: 5, keep: name })));
    for (const { items } of lists) assert.is(items.length, 25);
  }
  assert.is(server.requests.length, 4 * 9 * 5);
  assert.is(server.connections(), 3);
  await client.close();
  await server.stop();
});

test('a list that may not be read is forbidden; the lists beside it are not harmed', async () => {
  const text = 'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope';
  const server = await startServer((request, response, body) =>
    request.url?.startsWith('/api/v1/nodes') ? sendStatus(response, 403, 'Forbidden', text) : pods()(request, response, body),
  );
  const client = await clientOf(server);
  const [forbidden, { items }] = await Promise.all([
    errorOf(client.list('/api/v1/nodes', { source: 'nodes', keep: name })),
    client.list('/api/v1/pods', { source: 'pods', chunkSize: 5, keep: name }),
  ]);
  assert.is(forbidden.id, 'forbidden');
  assert.is(forbidden.remedy, 'grant verb list on nodes with a Role or ClusterRole, or use another user or namespace');
  assert.is(items.length, 25);
  await client.close();
  await server.stop();
});

test('Ctrl-C in the middle of a list ends it, and leaves no connection', async () => {
  const stop = new AbortController();
  const server = await startServer((request, response, body) => {
    if (request.url?.includes('continue=10') !== true) return pods()(request, response, body);
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":[');
    return setTimeout(() => stop.abort(), 30);
  });
  const client = await clientOf(server, {}, {}, testRuntime(), stop.signal);
  const seen: number[] = [];
  const onPage = (items: number): void => void seen.push(items);
  const error = await errorOf(client.list('/api/v1/pods', { source: 'pods', chunkSize: 10, keep: name, onPage }));
  assert.is(error.id, 'cancelled');
  assert.is(error.message, `cancelled while asking ${server.url}`);
  assert.equal(seen, [10]);
  await client.close();
  while (server.open().length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.stop();
});

test('a list that is null is empty', async () => {
  const server = await startServer((_, response) => sendJson(response, { kind: 'List', metadata: {}, items: null }));
  const client = await clientOf(server);
  assert.equal(await client.list('/apis/x/v1/y', { source: 'y', keep: name }), { items: [], resourceVersion: '' });
  await client.close();
  await server.stop();
});

test.run();
