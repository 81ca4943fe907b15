/** One keep-alive pool per server: how many connections, and what travels on them. */

import { gzipSync } from 'node:zlib';
import { assert, suite } from '../harness.ts';
import { clientOf } from './config.ts';
import { testRuntime } from './runtime.ts';
import { sendJson, startServer } from './server.ts';

const test = suite('connections');

test('50 requests one after another share one connection', async () => {
  const server = await startServer((_, response) => sendJson(response, { ok: true }));
  const client = await clientOf(server);
  for (let index = 0; index < 50; index += 1) await client.getJson('/version', { source: 'x' });
  assert.is(server.connections(), 1);
  assert.is(server.requests.length, 50);
  await client.close();
  await server.stop();
});

test('50 requests at once open no more connections than the concurrency', async () => {
  const server = await startServer((_, response) => setTimeout(() => sendJson(response, { ok: true }), 5));
  const client = await clientOf(server, {}, { concurrency: 5 });
  await Promise.all(Array.from({ length: 50 }, () => client.getJson('/version', { source: 'x' })));
  assert.is(server.connections(), 5);
  assert.is(server.requests.length, 50);
  await client.close();
  await server.stop();
});

test('compressed pages, sequential and parallel, stay within the default of eight connections', async () => {
  const body = gzipSync(JSON.stringify({ text: 'x'.repeat(200_000) }));
  const server = await startServer((request, response) => {
    assert.is(request.headers['accept-encoding'], 'gzip');
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
  });
  const client = await clientOf(server);
  for (let index = 0; index < 50; index += 1) await client.getJson('/version', { source: 'x' });
  assert.is(server.connections(), 1);
  const answers = await Promise.all(Array.from({ length: 50 }, () => client.getJson('/version', { source: 'x' })));
  assert.is((answers[0] as { text: string }).text.length, 200_000);
  assert.ok(server.connections() <= 8, `${server.connections()} connections`);
  await client.close();
  await server.stop();
});

test('--disable-compression asks for no compression', async () => {
  const server = await startServer((request, response) =>
    sendJson(response, { asked: request.headers['accept-encoding'] ?? null }),
  );
  const client = await clientOf(server, {}, { disableCompression: true });
  assert.equal(await client.getJson('/version', { source: 'x' }), { asked: null });
  await client.close();
  await server.stop();
});

test('traffic tells requests, bytes, time and retries of each source', async () => {
  let calls = 0;
  const server = await startServer((request, response) => {
    calls += 1;
    if (request.url === '/busy' && calls === 2) response.writeHead(429, { 'retry-after': '0' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}');
  });
  const client = await clientOf(server);
  await client.getJson('/easy', { source: 'pods' });
  await client.getJson('/busy', { source: 'nodes' });
  const [pods, nodes] = client.traffic();
  assert.is(pods?.source, 'pods');
  assert.is(pods?.requests, 1);
  assert.is(pods?.bytes, 7);
  assert.ok((pods?.seconds ?? 0) > 0);
  assert.is(nodes?.source, 'nodes');
  assert.is(nodes?.requests, 2);
  assert.is(nodes?.retries, 1);
  await client.close();
  await server.stop();
});

test('at verbosity 6 each request is one line, without token or headers', async () => {
  const server = await startServer((_, response) => sendJson(response, {}));
  const runtime = testRuntime({ verbosity: 6 });
  const client = await clientOf(server, {}, {}, runtime);
  await client.getJson('/api/v1/pods', { source: 'pods', query: { limit: 500 } });
  assert.is(runtime.warnings.length, 1);
  assert.match(
    runtime.warnings[0] ?? '',
    /^GET https:\/\/127\.0\.0\.1:\d+\/api\/v1\/pods\?limit=500 200 OK in \d+ milliseconds$/,
  );
  assert.not.match(runtime.warnings.join(), 'secret-token');
  await client.close();
  await server.stop();
});

test('a path in the server address stands before each path', async () => {
  const server = await startServer((request, response) => sendJson(response, { url: request.url }));
  const client = await clientOf(`${server.url}/k8s/clusters/c-1/`);
  assert.equal(await client.getJson('/api/v1/nodes', { source: 'nodes' }), { url: '/k8s/clusters/c-1/api/v1/nodes' });
  await client.close();
  await server.stop();
});

test('a connection the server closed while idle is replaced without a word', async () => {
  const server = await startServer((_, response) => sendJson(response, {}), { tls: { keepAliveTimeout: 1 } });
  const client = await clientOf(server);
  for (let index = 0; index < 5; index += 1) {
    await client.getJson('/version', { source: 'x' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.is(server.requests.length, 5);
  await client.close();
  await server.stop();
});

test('warnings of the server are shown, each once', async () => {
  const warning = '299 - "policy/v1beta1 is \\"old\\"", 299 - "second"';
  const server = await startServer((_, response) => sendJson(response, {}, 200, { warning }));
  const runtime = testRuntime();
  const client = await clientOf(server, {}, {}, runtime);
  await client.getJson('/a', { source: 'x' });
  await client.getJson('/b', { source: 'x' });
  assert.equal(runtime.warnings, ['Warning: policy/v1beta1 is "old"', 'Warning: second']);
  await client.close();
  await server.stop();
});

test.run();
