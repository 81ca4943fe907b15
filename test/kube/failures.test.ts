/** Each way a server can fail to answer: one plain sentence and the right kind of error. */

import { spawn } from 'node:child_process';
import { createServer as createTcp, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ConnectionOptions } from '../../lib/kube/connection.ts';
import { connections } from '../../lib/kube/connections.ts';
import { type Call, exchange } from '../../lib/kube/exchange.ts';
import { networkError } from '../../lib/kube/network-error.ts';
import { waitAfterReply } from '../../lib/kube/retry.ts';
import type { UpidError } from '../../lib/types/errors.ts';
import { assert, suite } from '../harness.ts';
import { certificates } from './certificates.ts';
import type { ConfigParts } from './config.ts';
import { clientOf, errorOf } from './config.ts';
import { testRuntime } from './runtime.ts';
import { type Handler, type ServerSettings, sendJson, sendStatus, startServer } from './server.ts';

const test = suite('failures');

/** The error of GET /api/v1/pods from a server that behaves so. */
async function failureWith(
  handler: Handler,
  settings: ServerSettings = {},
  parts: ConfigParts = {},
  options: ConnectionOptions = {},
): Promise<UpidError> {
  const server = await startServer(handler, settings);
  const client = await clientOf(server, parts, options);
  const error = await errorOf(client.getJson('/api/v1/pods', { source: 'pods' }));
  await client.close();
  await server.stop();
  return error;
}

/** A TCP server that does with each connection what it is told. */
async function tcp(onSocket: (socket: Socket) => void): Promise<{ readonly url: string; stop(): void }> {
  const sockets: Socket[] = [];
  const server = createTcp((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `127.0.0.1:${port}`, stop };
}

test('refused', async () => {
  const { url, stop } = await tcp(() => undefined);
  stop();
  const client = await clientOf(`https://${url}`);
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-unreachable');
  assert.is(error.message, `the connection to the server ${url} was refused`);
  assert.match(error.remedy ?? '', 'cluster runs');
});

test('a name that nobody knows', async () => {
  const client = await clientOf('https://does-not-exist.invalid:6443');
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-unreachable');
  assert.is(error.message, 'the name of the server does-not-exist.invalid:6443 cannot be resolved');
});

test('takes the connection and never speaks TLS', async () => {
  const { url, stop } = await tcp(() => undefined);
  const client = await clientOf(`https://${url}`, {}, { requestTimeoutSeconds: 0.2 });
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-timeout');
  assert.is(error.message, `https://${url} took no connection within 0.2 s`);
  await client.close();
  stop();
});

test('accepts the request and never answers', async () => {
  const error = await failureWith(() => undefined, {}, {}, { requestTimeoutSeconds: 0.2 });
  assert.is(error.id, 'cluster-timeout');
  assert.match(error.message, /took the connection and did not answer GET \/api\/v1\/pods within 0\.2 s$/);
  assert.match(error.remedy ?? '', '--request-timeout');
});

test('silent for too long, though no time limit was set: before its answer, and in the middle of it', async () => {
  const server = await startServer(
    (request, response) => {
      response.writeHead(200).write('{');
      if (request.url === '/trickle') for (let at = 1; at <= 4; at += 1) setTimeout(() => response.write(' '), at * 60);
      if (request.url === '/trickle') setTimeout(() => response.end('}'), 300);
    },
    { plain: true },
  );
  const settings = {
    server: new URL(server.url),
    insecureSkipTlsVerify: false,
    concurrency: 1,
    connectTimeoutMilliseconds: 1000,
  };
  const pool = connections(settings);
  const call = (path: string): Call => ({
    method: 'GET',
    url: new URL(path, server.url),
    headers: {},
    timeoutMilliseconds: 0,
    silenceMilliseconds: 150,
  });
  const trickled = await exchange(pool, call('/trickle'));
  assert.is(trickled.body.toString(), '{    }', 'a slow answer is waited for as long as it goes on');
  const where = {
    server: server.url,
    method: 'GET',
    path: '/hangs',
    timeoutSeconds: 0,
    silenceSeconds: 90,
    advice: { address: '', trust: '', name: '', timeout: 'raise it' },
  };
  const silence = networkError(await errorOf(exchange(pool, call('/hangs'))), where);
  assert.is(silence.id, 'cluster-timeout');
  assert.is(silence.message, `${server.url} stopped in the middle of its answer to GET /hangs and sent nothing for 90 s`);
  pool.close();
  await server.stop();
});

test('stops in the middle of the body', async () => {
  const error = await failureWith(
    (_, response) => void response.writeHead(200).write('{"items":['),
    {},
    {},
    { requestTimeoutSeconds: 0.2 },
  );
  assert.is(error.id, 'cluster-timeout');
  assert.match(error.message, /stopped in the middle of its answer to GET \/api\/v1\/pods within 0\.2 s$/);
});

test('closes in the middle of the body, three times', async () => {
  let calls = 0;
  const error = await failureWith((_, response) => {
    calls += 1;
    response.writeHead(200, { 'content-length': '1000' }).write('{"items":[');
    setTimeout(() => response.destroy(), 5);
  });
  assert.is(calls, 3);
  assert.is(error.id, 'cluster-unreachable');
  assert.match(error.message, /closed the connection in the middle of its answer to GET \/api\/v1\/pods$/);
});

test('closes in the middle of a compressed body', async () => {
  const half = gzipSync(JSON.stringify({ items: [], text: 'x'.repeat(5000) }));
  const error = await failureWith((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
    response.end(half.subarray(0, half.length / 2));
  });
  assert.is(error.id, 'cluster-unreachable');
  assert.match(error.message, 'closed the connection in the middle of its answer');
});

test('a connection that breaks once is mended by asking again', async () => {
  let calls = 0;
  const server = await startServer((_, response) => {
    calls += 1;
    if (calls === 1) response.destroy();
    else sendJson(response, { ok: true });
  });
  const client = await clientOf(server);
  assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
  assert.is(client.traffic()[0]?.retries, 1);
  await client.close();
  await server.stop();
});

test('a write is not repeated when its connection breaks', async () => {
  let calls = 0;
  const server = await startServer((_, response) => {
    calls += 1;
    response.destroy();
  });
  const client = await clientOf(server);
  const error = await errorOf(client.send('PATCH', '/api/v1/namespaces/a/pods/b', {}, { source: 'x' }));
  assert.is(error.id, 'cluster-unreachable');
  assert.is(calls, 1);
  await client.close();
  await server.stop();
});

test('JSON that breaks off', async () => {
  const error = await failureWith(
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[{"a"'),
  );
  assert.is(error.id, 'server-error');
  assert.match(error.message, /answered GET \/api\/v1\/pods with JSON that breaks off or is corrupt$/);
});

test('a login page instead of JSON', async () => {
  const page = '<!DOCTYPE html><html><head><title>Sign in to Corp SSO</title></head></html>';
  const error = await failureWith((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(page));
  assert.is(error.id, 'server-error');
  assert.match(error.message, 'with an HTML page instead of JSON (Sign in to Corp SSO)');
  assert.match(error.remedy ?? '', 'log in');
});

test('a redirect to a login page', async () => {
  const error = await failureWith((_, response) => void response.writeHead(302, { location: 'https://sso.test/login' }).end());
  assert.is(error.id, 'server-error');
  assert.match(error.message, 'with a redirect to https://sso.test/login');
});

test('an answer that is JSON but no list', async () => {
  const server = await startServer((_, response) => sendJson(response, { hello: 'world' }));
  const client = await clientOf(server);
  const error = await errorOf(client.list('/api/v1/pods', { source: 'pods', keep: (item) => item }));
  assert.is(error.id, 'server-error');
  assert.match(error.message, 'instead of a list');
  await client.close();
  await server.stop();
});

test('401: log in', async () => {
  const error = await failureWith((_, response) => sendStatus(response, 401, 'Unauthorized', 'Unauthorized'));
  assert.is(error.id, 'unauthenticated');
  assert.match(error.message, /^you must be logged in to the server https:\/\/127\.0\.0\.1:\d+ \(Unauthorized\)$/);
});

test("403 keeps kubectl's wording and names the right", async () => {
  const text = 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope';
  const error = await failureWith((_, response) => sendStatus(response, 403, 'Forbidden', text, { details: { kind: 'pods' } }));
  assert.is(error.id, 'forbidden');
  assert.is(error.message, `Error from server (Forbidden): ${text}`);
  assert.match(error.remedy ?? '', 'grant verb list on pods');
});

test('404 of a named object is not-found, of a path is api-missing', async () => {
  const missing = await failureWith((_, response) =>
    sendStatus(response, 404, 'NotFound', 'namespaces "shop" not found', { details: { name: 'shop', kind: 'namespaces' } }),
  );
  assert.is(missing.id, 'not-found');
  assert.is(missing.message, 'Error from server (NotFound): namespaces "shop" not found');
  const path = await failureWith((_, response) => void response.writeHead(404).end('404 page not found\n'));
  assert.is(path.id, 'api-missing');
  const resource = await failureWith((_, response) =>
    sendStatus(response, 404, 'NotFound', 'the server could not find the requested resource', { details: {} }),
  );
  assert.is(resource.id, 'api-missing');
});

test('what a server says reaches the terminal without its escape sequences', async () => {
  const status = await failureWith((_, response) => sendStatus(response, 500, 'InternalError', 'red \u001b[31malert'));
  assert.is(status.message, 'Error from server (InternalError): red U+001B[31malert');
  const page = await failureWith((_, response) => void response.writeHead(500).end('\u001b]0;owned\u0007 bare'));
  assert.match(page.message, /with 500 Internal Server Error: U\+001B\]0;ownedU\+0007 bare$/);
});

test('500 is told in the words of the server', async () => {
  const error = await failureWith((_, response) => sendStatus(response, 500, 'InternalError', 'etcdserver: leader changed'));
  assert.is(error.id, 'server-error');
  assert.is(error.message, 'Error from server (InternalError): etcdserver: leader changed');
  const bare = await failureWith((_, response) => void response.writeHead(502).end('bad gateway from nginx\nmore'));
  assert.match(bare.message, /answered GET \/api\/v1\/pods with 502 Bad Gateway: bad gateway from nginx$/);
});

test('429 and 503 are waited for as their Retry-After says: seconds, or a date counted from that of the answer', async () => {
  const date = (seconds: number): string => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds)).toUTCString();
  const waitsFor = async (status: number, headers: Record<string, string>): Promise<void> => {
    const times: number[] = [];
    const server = await startServer((_, response) => {
      times.push(performance.now());
      if (times.length === 1) sendStatus(response, status, 'Busy', 'slow down', { headers });
      else sendJson(response, { ok: true });
    });
    const client = await clientOf(server);
    assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
    const waited = (times[1] ?? 0) - (times[0] ?? 0);
    assert.ok(waited >= 999 && waited < 2000, `${status} ${JSON.stringify(headers)}: ${waited} ms`);
    await client.close();
    await server.stop();
  };
  await Promise.all([
    waitsFor(429, { 'retry-after': '1' }),
    waitsFor(503, { 'retry-after': '1' }),
    waitsFor(429, { date: date(5), 'retry-after': date(6) }),
    waitsFor(503, { date: date(5), 'retry-after': date(6) }),
  ]);
});

test('how long is waited before the next try', () => {
  const attempt = { tries: 1, repeatable: true, random: 0 };
  const at = (seconds: number): string => new Date(seconds * 1000).toUTCString();
  const cases: readonly (readonly [number, Record<string, string>, Partial<typeof attempt>, number | undefined])[] = [
    [429, {}, {}, 1],
    [429, { 'retry-after': '7' }, {}, 7],
    [429, { 'retry-after': '8' }, { random: 0.5 }, 9],
    [429, { 'retry-after': '60' }, {}, 60],
    [429, { 'retry-after': '61' }, {}, undefined],
    [429, { 'retry-after': '1' }, { tries: 10 }, 1],
    [429, { 'retry-after': '1' }, { tries: 11 }, undefined],
    [429, { 'retry-after': '1' }, { repeatable: false }, 1],
    [503, {}, {}, undefined],
    [503, { 'retry-after': '2' }, {}, 2],
    [503, { 'retry-after': '2' }, { repeatable: false }, undefined],
    [503, { 'retry-after': at(130), date: at(100) }, {}, 30],
    [503, { 'retry-after': at(90), date: at(100) }, {}, 0],
    [503, { 'retry-after': at(5000), date: at(100) }, {}, undefined],
    [503, { 'retry-after': at(130) }, {}, undefined],
    [503, { 'retry-after': 'soon' }, {}, undefined],
    [404, { 'retry-after': '1' }, {}, undefined],
    [200, { 'retry-after': '1' }, {}, undefined],
  ];
  for (const [status, headers, changes, seconds] of cases) {
    const waits = waitAfterReply({ status, headers }, { ...attempt, ...changes });
    assert.is(waits, seconds, `${status} ${JSON.stringify(headers)} ${JSON.stringify(changes)}`);
  }
});

test('a server that always says Retry-After is asked eleven times, then the error stands', async () => {
  let calls = 0;
  const error = await failureWith((_, response) => {
    calls += 1;
    sendStatus(response, 503, 'ServiceUnavailable', 'shutting down', { headers: { 'retry-after': '0' } });
  });
  assert.is(calls, 11);
  assert.is(error.message, 'Error from server (ServiceUnavailable): shutting down');
});

test('a Retry-After of an hour is not waited for, nor a 503 without one', async () => {
  for (const headers of [{ 'retry-after': '3600' }, undefined]) {
    let calls = 0;
    const error = await failureWith((_, response) => {
      calls += 1;
      sendStatus(response, 503, 'ServiceUnavailable', 'away', headers === undefined ? {} : { headers });
    });
    assert.is(calls, 1);
    assert.is(error.id, 'server-error');
  }
});

test('an unknown authority, an expired certificate, another name: each a sentence of its own', async () => {
  const { unknown, expired, otherName } = certificates();
  const never: Handler = () => assert.unreachable();
  const stranger = await failureWith(never, { certificate: unknown });
  assert.is(stranger.id, 'cluster-certificate');
  assert.match(stranger.message, /^the certificate of https:\/\/127\.0\.0\.1:\d+ is signed by an unknown authority$/);
  assert.match(stranger.remedy ?? '', 'certificate-authority');
  const old = await failureWith(never, { certificate: expired });
  assert.is(old.id, 'cluster-certificate');
  assert.match(old.message, /has expired$/);
  const other = await failureWith(never, { certificate: otherName });
  assert.is(other.id, 'cluster-certificate');
  assert.match(other.message, /is for another name: elsewhere\.test$/);
  assert.match(other.remedy ?? '', 'tls-server-name');
});

test('tls-server-name and insecure-skip-tls-verify each get past another name', async () => {
  const server = await startServer((_, response) => sendJson(response, { ok: true }), { certificate: certificates().otherName });
  for (const options of [{ tlsServerName: 'elsewhere.test' }, { insecureSkipTlsVerify: true }]) {
    const client = await clientOf(server, {}, options);
    assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
    await client.close();
  }
  await server.stop();
});

test('without an authority in the kubeconfig the system is trusted, which does not know ours', async () => {
  const server = await startServer(() => assert.unreachable());
  const client = await clientOf(server, { cluster: { 'certificate-authority-data': '' } });
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-certificate');
  assert.is(server.requests.length, 0);
  await client.close();
  await server.stop();
});

test('a server that demands a certificate refuses one that is missing or foreign', async () => {
  const { foreignClient } = certificates();
  const missing = await failureWith(() => assert.unreachable(), { demandCertificate: true });
  assert.is(missing.id, 'unauthenticated');
  assert.match(missing.message, 'refused the client certificate');
  // Node's server closes without a word on a foreign certificate; OpenSSL's sends the alert, as Go's does.
  const server = await opensslServer();
  const user = { 'client-certificate': foreignClient.certFile, 'client-key': foreignClient.keyFile };
  const client = await clientOf(server.url, { user });
  const foreign = await errorOf(client.getJson('/', { source: 'x' }));
  assert.is(foreign.id, 'unauthenticated', foreign.message);
  await client.close();
  server.stop();
});

/** `openssl s_server` that demands a certificate of the tests' authority. */
async function opensslServer(): Promise<{ readonly url: string; stop(): void }> {
  const { caFile, server } = certificates();
  const identity = ['-cert', server.certFile, '-key', server.keyFile, '-CAfile', caFile];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-Verify', '1', '-verify_return_error', ...identity]);
  const port = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
      const [, found] = /ACCEPT \S+:(\d+)/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { url: `https://127.0.0.1:${port}`, stop: () => child.kill() };
}

test('an HTTPS address where plain HTTP is spoken, and the other way round', async () => {
  const plain = await startServer((_, response) => sendJson(response, {}), { plain: true });
  const client = await clientOf(plain.url.replace('http:', 'https:'));
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-unreachable');
  assert.match(error.message, 'does not speak TLS');
  await plain.stop();
  const secure = await startServer((_, response) => sendJson(response, {}));
  const other = await clientOf(secure.url.replace('https:', 'http:'));
  const second = await errorOf(other.getJson('/version', { source: 'x' }));
  assert.is(second.id, 'cluster-unreachable');
  await secure.stop();
});

test('cancelled by the signal of the request, while waiting, reading, queueing and before', async () => {
  const server = await startServer((request, response) => {
    if (request.url === '/body') response.writeHead(200).write('{');
  });
  const client = await clientOf(server, {}, { concurrency: 1 });
  for (const path of ['/never', '/body']) {
    const stop = new AbortController();
    const asking = errorOf(client.getJson(path, { source: 'x', signal: stop.signal }));
    const queued = errorOf(client.getJson('/queued', { source: 'x', signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    assert.is((await asking).id, 'cancelled');
    assert.is((await queued).id, 'cancelled');
  }
  const before = await errorOf(client.getJson('/never', { source: 'x', signal: AbortSignal.abort() }));
  assert.is(before.id, 'cancelled');
  assert.is(before.exitCode, 130);
  await client.close();
  await server.stop();
});

test('cancelled by the signal of the connection, during the wait for another try', async () => {
  const server = await startServer((_, response) =>
    sendStatus(response, 429, 'TooManyRequests', 'x', { headers: { 'retry-after': '30' } }),
  );
  const stop = new AbortController();
  const client = await clientOf(server, {}, {}, testRuntime(), stop.signal);
  setTimeout(() => stop.abort(), 50);
  assert.is((await errorOf(client.getJson('/version', { source: 'x' }))).id, 'cancelled');
  await client.close();
  await server.stop();
});

test('the service proxy: an error below 500 is an answer, above it is an error', async () => {
  const server = await startServer((request, response) => {
    if (request.url === '/404') response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here');
    else sendStatus(response, 503, 'ServiceUnavailable', 'no endpoints available for service "prometheus"');
  });
  const client = await clientOf(server);
  const { date, ...answer } = await client.getText('/404', { source: 'prometheus' });
  assert.equal(answer, { status: 404, contentType: 'text/plain', text: 'nothing here' });
  assert.ok(Math.abs(Date.parse(date ?? '') - Date.now()) < 60_000, date);
  const error = await errorOf(client.getText('/503', { source: 'prometheus' }));
  assert.is(error.message, 'Error from server (ServiceUnavailable): no endpoints available for service "prometheus"');
  await client.close();
  await server.stop();
});

test.run();
