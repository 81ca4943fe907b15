/** Credentials other than plugins: certificate, password, token file, a pod's service account, the OIDC provider. */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpClient } from '../../lib/kube/http.ts';
import { loadKubeconfig } from '../../lib/kube/kubeconfig.ts';
import { resolveTarget } from '../../lib/kube/target.ts';
import { assert, suite } from '../harness.ts';
import { certificates } from './certificates.ts';
import { clientOf, errorOf } from './config.ts';
import { temporaryFolder, testRuntime } from './runtime.ts';
import { clientName, type Handler, sendJson, sendStatus, startServer } from './server.ts';

const test = suite('credentials');

const echo: Handler = (request, response) =>
  sendJson(response, { authorization: request.headers.authorization ?? null, certificate: clientName(request) });

test('a client certificate, a password, a token: each as the kubeconfig has it', async () => {
  const { client: alice } = certificates();
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const certificate = { 'client-certificate-data': base64(alice.cert), 'client-key-data': base64(alice.key) };
  const server = await startServer(echo);
  for (const [user, seen] of [
    [certificate, { authorization: null, certificate: 'alice' }],
    [
      { username: 'me', password: 'pä:ss' },
      { authorization: `Basic ${base64('me:pä:ss')}`, certificate: '' },
    ],
    [{ token: 'abc' }, { authorization: 'Bearer abc', certificate: '' }],
    [
      { ...certificate, token: 'abc' },
      { authorization: 'Bearer abc', certificate: 'alice' },
    ],
    [{}, { authorization: null, certificate: '' }],
  ] as const) {
    const client = await clientOf(server, { user });
    assert.equal(await client.getJson('/version', { source: 'x' }), seen);
    await client.close();
  }
  await server.stop();
});

test('a certificate that does not fit its key, or is none, is told before anything is sent', async () => {
  const { client: alice, renewed, caFile } = certificates();
  const user = { 'client-certificate': alice.certFile, 'client-key': renewed.keyFile };
  const mismatch = await errorOf(clientOf('https://127.0.0.1:1', { user }));
  assert.is(mismatch.id, 'kubeconfig-invalid');
  assert.is(
    mismatch.message,
    'the client certificate and key of tester cannot be used: the key does not belong to the certificate',
  );
  const file = join(temporaryFolder(), 'ca.crt');
  writeFileSync(file, 'no certificate');
  const server = await startServer(echo);
  const client = await clientOf(server, {}, { certificateAuthority: file });
  const nothing = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(nothing.id, 'kubeconfig-invalid');
  assert.is(nothing.message, 'the certificate authority contains no PEM certificate');
  assert.is(server.connections(), 0);
  await client.close();
  const good = await clientOf(server, {}, { certificateAuthority: caFile });
  await good.getJson('/version', { source: 'x' });
  await good.close();
  await server.stop();
});

test('a token file is read again each minute, and the last token is kept while the file is away', async () => {
  const server = await startServer(echo);
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, 'one\n');
  let elapsed = 0;
  const runtime = testRuntime({ elapsed: () => elapsed });
  const client = await clientOf(server, { user: { tokenFile: file, token: 'beside' } }, {}, runtime);
  const token = async (): Promise<unknown> => {
    return ((await client.getJson('/version', { source: 'x' })) as { authorization: string }).authorization;
  };
  assert.is(await token(), 'Bearer one', 'the file beats the token beside it');
  writeFileSync(file, 'two');
  assert.is(await token(), 'Bearer one');
  elapsed += 60_000;
  assert.is(await token(), 'Bearer two');
  rmSync(file);
  elapsed += 60_000;
  assert.is(await token(), 'Bearer two');
  await client.close();
  await server.stop();
});

test('after a refusal the token file is read at once, and asked with again only when it holds another token', async () => {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, 'old');
  const server = await startServer((request, response, body) => {
    if (request.headers.authorization === 'Bearer new') return echo(request, response, body);
    return sendStatus(response, 401, 'Unauthorized', 'Unauthorized');
  });
  const client = await clientOf(server, { user: { tokenFile: file } });
  assert.is((await errorOf(client.getJson('/version', { source: 'x' }))).id, 'unauthenticated');
  assert.is(server.requests.length, 1);
  writeFileSync(`${file}.new`, 'new');
  renameSync(`${file}.new`, file);
  assert.equal(await client.getJson('/version', { source: 'x' }), { authorization: 'Bearer new', certificate: '' });
  assert.is(server.requests.length, 3);
  await client.close();
  await server.stop();
});

test('a token file that is missing or empty: the token beside it, or one sentence', async () => {
  const server = await startServer(echo);
  const file = join(temporaryFolder(), 'token');
  const beside = await clientOf(server, { user: { tokenFile: file, token: 'beside' } });
  assert.equal(await beside.getJson('/version', { source: 'x' }), { authorization: 'Bearer beside', certificate: '' });
  const alone = await clientOf(server, { user: { tokenFile: file } });
  const missing = await errorOf(alone.getJson('/version', { source: 'x' }));
  assert.is(missing.id, 'kubeconfig-invalid');
  assert.is(missing.message, `the token file ${file} cannot be used: it does not exist`);
  writeFileSync(file, '\n');
  assert.is(
    (await errorOf(alone.getJson('/version', { source: 'x' }))).message,
    `the token file ${file} cannot be used: it is empty`,
  );
  await beside.close();
  await alone.close();
  await server.stop();
});

test('a token that no header can hold is told, and not shown', async () => {
  const client = await clientOf('https://127.0.0.1:1', { user: { token: 'two\nlines' } });
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'kubeconfig-invalid');
  assert.is(error.message, 'the credential for 127.0.0.1:1 has a character that cannot be sent');
  await client.close();
});

test('inside a pod, without a kubeconfig, its service account talks to its own API server', async () => {
  const server = await startServer(echo);
  const account = temporaryFolder();
  writeFileSync(join(account, 'token'), 'pod-token');
  writeFileSync(join(account, 'ca.crt'), certificates().ca);
  writeFileSync(join(account, 'namespace'), 'upid');
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
  const runtime = testRuntime({ env });
  const none = await loadKubeconfig(undefined, runtime);
  for (const [options, seen] of [
    [{}, { authorization: 'Bearer pod-token', certificate: '' }],
    [{ token: 'flag' }, { authorization: 'Bearer flag', certificate: '' }],
  ] as const) {
    const client = httpClient(await resolveTarget(none, options, runtime, account), options, runtime);
    assert.is(client.context, 'in-cluster');
    assert.is(client.namespace, 'upid');
    assert.is(client.server, server.url);
    assert.equal(await client.getJson('/version', { source: 'x' }), seen);
    await client.close();
  }
  await server.stop();
});

/** An unsigned JSON Web Token that expires at an instant, in seconds. */
function jwt(exp: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp })}.sig`;
}

test('the oidc auth-provider of an old kubeconfig: its id-token while it lasts, then a sentence', async () => {
  const server = await startServer(echo);
  const provider = (token: string): object => ({ 'auth-provider': { name: 'oidc', config: { 'id-token': token } } });
  const valid = jwt(Date.now() / 1000 + 600);
  const client = await clientOf(server, { user: provider(valid) });
  assert.equal(await client.getJson('/version', { source: 'x' }), { authorization: `Bearer ${valid}`, certificate: '' });
  await client.close();
  const late = await clientOf(server, { user: provider(jwt(1)) });
  const error = await errorOf(late.getJson('/version', { source: 'x' }));
  assert.is(error.id, 'credential-plugin');
  assert.match(error.message, 'no token from the oidc auth-provider of the kubeconfig: it has no id-token, or that has expired');
  await late.close();
  await server.stop();
});

test('auth-providers that left Kubernetes are named with what took their place', async () => {
  const failure = (name: string) => errorOf(clientOf('https://127.0.0.1:1', { user: { 'auth-provider': { name } } }));
  const gcp = await failure('gcp');
  assert.is(gcp.id, 'credential-plugin');
  assert.is(gcp.message, 'the gcp auth provider has been removed from Kubernetes clients');
  assert.match(gcp.remedy ?? '', 'gke-gcloud-auth-plugin');
  assert.is((await failure('acme')).message, 'no auth provider found for name "acme"');
});

test.run();
