/** Chunked lists against a server that hands out pages. */

import { StatusError } from '../../lib/kube/status-error.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
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

test('a list that is null is empty', async () => {
  const server = await startServer((_, response) => sendJson(response, { kind: 'List', metadata: {}, items: null }));
  const client = await clientOf(server);
  assert.equal(await client.list('/apis/x/v1/y', { source: 'y', keep: name }), { items: [], resourceVersion: '' });
  await client.close();
  await server.stop();
});

test.run();
