/** Proxies from the kubeconfig and the environment, as Go's client takes them: which one, and what passes through it. */

import { proxyFor, usesProxy } from '../../lib/kube/proxy.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
import { httpProxy, socksProxy } from './proxies.ts';
import { testRuntime } from './runtime.ts';
import { type Handler, sendJson, startServer } from './server.ts';

const test = suite('proxies');

const ok: Handler = (_, response) => sendJson(response, { ok: true });

/** A name that only the proxies can resolve, and that the server's certificate has. */
const NAME = 'api.test';

test('HTTPS_PROXY is asked to CONNECT, once a connection, with the user and password of its URL', async () => {
  const server = await startServer(ok);
  const proxy = await httpProxy();
  const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:p%40ss@') };
  const client = await clientOf(`https://${NAME}:${server.port}`, {}, {}, testRuntime({ env }));
  for (let index = 0; index < 3; index += 1) {
    assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
  }
  assert.equal(proxy.seen, [`CONNECT ${NAME}:${server.port}`]);
  assert.is(proxy.authorization(), `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  assert.is(server.requests[0]?.headers['proxy-authorization'], undefined, 'the server does not learn the password');
  await client.close();
  await proxy.stop();
  await server.stop();
});

test('proxy-url of the kubeconfig beats the environment, and NO_PROXY does not hold for it', async () => {
  const server = await startServer(ok);
  const proxy = await httpProxy();
  const env = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' };
  const client = await clientOf(server, { cluster: { 'proxy-url': proxy.url } }, {}, testRuntime({ env }));
  await client.getJson('/version', { source: 'x' });
  assert.equal(proxy.seen, [`CONNECT 127.0.0.1:${server.port}`]);
  await client.close();
  await proxy.stop();
  await server.stop();
});

test('a server named by NO_PROXY, or on this machine, is reached straight', async () => {
  const server = await startServer(ok);
  const env = { HTTPS_PROXY: 'http://127.0.0.1:1' };
  const client = await clientOf(server, {}, {}, testRuntime({ env }));
  assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
  await client.close();
  await server.stop();
});

test('SOCKS5 resolves the name at the proxy', async () => {
  const server = await startServer(ok);
  const proxy = await socksProxy();
  const client = await clientOf(`https://${NAME}:${server.port}`, { cluster: { 'proxy-url': proxy.url } });
  await client.getJson('/version', { source: 'x' });
  assert.equal(proxy.seen, [`SOCKS ${NAME}:${server.port}`]);
  await client.close();
  await proxy.stop();
  await server.stop();
});

test('a proxy that speaks TLS itself is checked against the authority of the cluster, as in Go', async () => {
  const server = await startServer(ok);
  const proxy = await httpProxy({ tls: true });
  const client = await clientOf(`https://${NAME}:${server.port}`, { cluster: { 'proxy-url': proxy.url } });
  assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
  assert.equal(proxy.seen, [`CONNECT ${NAME}:${server.port}`]);
  await client.close();
  await proxy.stop();
  await server.stop();
});

test('plain HTTP is not tunnelled: the proxy is asked for the whole URL', async () => {
  const server = await startServer(ok, { plain: true });
  const proxy = await httpProxy();
  const client = await clientOf(`http://${NAME}:${server.port}`, {}, {}, testRuntime({ env: { http_proxy: proxy.url } }));
  assert.equal(await client.getJson('/version', { source: 'x' }), { ok: true });
  assert.equal(proxy.seen, [`GET http://${NAME}:${server.port}/version`]);
  await client.close();
  await proxy.stop();
  await server.stop();
});

test('a proxy that refuses, is not there, or hangs: the sentence names the proxy and never its password', async () => {
  const denies = await httpProxy({ refuses: '407 Proxy Authentication Required' });
  const socks = await socksProxy(2);
  const gone = await httpProxy();
  await gone.stop();
  const server = `https://${NAME}:6443`;
  const cases: readonly (readonly [string, string])[] = [
    [denies.url, `the proxy ${denies.host} did not connect to ${server}: it answered 407 Proxy Authentication Required`],
    [gone.url, `the proxy ${gone.host} did not connect to ${server}: the connection to it was refused`],
    [
      'http://no-such-proxy.invalid:3128',
      `the proxy no-such-proxy.invalid:3128 did not connect to ${server}: its name cannot be resolved`,
    ],
    [gone.url.replace('http', 'socks5'), `the proxy ${gone.host} did not connect to ${server}: the connection to it was refused`],
  ];
  for (const [url, message] of cases) {
    const client = await clientOf(server, { cluster: { 'proxy-url': url.replace('//', '//me:secret@') } });
    const error = await errorOf(client.getJson('/version', { source: 'x' }));
    assert.is(error.id, 'cluster-unreachable');
    assert.is(error.message, message);
    assert.match(error.remedy ?? '', 'HTTPS_PROXY');
    await client.close();
  }
  const refused = await clientOf(server, { cluster: { 'proxy-url': socks.url } });
  const error = await errorOf(refused.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-unreachable');
  assert.match(error.message, `the proxy ${socks.host} did not connect to ${server}: `);
  await refused.close();
  const plain = await clientOf(`http://${NAME}`, { cluster: { 'proxy-url': gone.url } });
  assert.match(
    (await errorOf(plain.getJson('/', { source: 'x' }))).message,
    `the proxy ${gone.host} did not connect to http://${NAME}`,
  );
  await plain.close();
  await Promise.all([denies.stop(), socks.stop()]);
});

test('a proxy that never answers is named when the time is over', async () => {
  const proxy = await httpProxy({ hangs: true });
  const settings = { cluster: { 'proxy-url': proxy.url } };
  const client = await clientOf(`https://${NAME}`, settings, { requestTimeoutSeconds: 0.2 });
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'cluster-timeout');
  assert.is(error.message, `https://${NAME} took no connection through the proxy ${proxy.host} within 0.2 s`);
  await client.close();
  await proxy.stop();
});

test('NO_PROXY is read as Go reads it', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['https://api.example.com', '', true],
    ['https://api.example.com', '*', false],
    ['https://api.example.com', 'example.com', false],
    ['https://example.com', 'example.com', false],
    ['https://notexample.com', 'example.com', true],
    ['https://example.com', '.example.com', true],
    ['https://api.example.com', '.example.com', false],
    ['https://api.example.com', '*.example.com', false],
    ['https://API.Example.com', ' other.net , EXAMPLE.com ', false],
    ['https://api.example.com', 'example.com:443', false],
    ['https://api.example.com:6443', 'example.com:443', true],
    ['https://10.1.2.3', '10.0.0.0/8', false],
    ['https://11.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3', false],
    ['https://10.1.2.3:6443', '10.1.2.3:6443', false],
    ['https://[fd00::1]:6443', 'fd00::/8', false],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
    ['https://localhost:6443', '', false],
    ['https://127.8.8.8', '', false],
    ['https://[::1]', '', false],
    ['https://10.example.com', '10.0.0.0/8', true],
  ];
  for (const [server, noProxy, expected] of cases) {
    assert.is(usesProxy(new URL(server), noProxy), expected, `${server} with NO_PROXY=${noProxy}`);
  }
});

test('the variable of the scheme counts, upper case before lower, and host:port means http', () => {
  const secure = new URL('https://a.example.com');
  const plain = new URL('http://a.example.com');
  const env = { HTTPS_PROXY: 'one:1', https_proxy: 'http://two:2', http_proxy: 'http://three:3' };
  assert.is(proxyFor(secure, env)?.href, 'http://one:1/');
  assert.is(proxyFor(plain, env)?.href, 'http://three:3/');
  assert.is(proxyFor(secure, { https_proxy: 'socks5://two:2' })?.href, 'socks5://two:2');
  assert.is(proxyFor(secure, { HTTP_PROXY: 'http://three:3' }), undefined);
});

test('what is no proxy address is refused, unless it is not needed', () => {
  const server = new URL('https://a.example.com');
  const failure = (run: () => unknown): UpidError => {
    try {
      run();
    } catch (error) {
      if (error instanceof UpidError) return error;
    }
    return assert.unreachable() as never;
  };
  const variable = failure(() => proxyFor(server, { HTTPS_PROXY: 'ftp://x' }));
  assert.is(variable.id, 'usage');
  assert.is(variable.message, 'HTTPS_PROXY is not the address of an http, https or socks5 proxy');
  assert.is(proxyFor(server, { HTTPS_PROXY: 'ftp://x', NO_PROXY: 'example.com' }), undefined);
  const configured = failure(() => proxyFor(server, {}, 'proxy.test:3128'));
  assert.is(configured.id, 'kubeconfig-invalid');
  assert.is(configured.message, 'invalid proxy-url "proxy.test:3128": it must be http, https, or socks5');
});

test.run();
