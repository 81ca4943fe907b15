/** The same kubeconfigs given to the real kubectl and to us: the same requests, the same input for plugins, the same refusals. */

import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import type { ConnectionOptions } from '../../lib/kube/connection.ts';
import { isBuilt, programsFolder } from '../cluster/build.ts';
import { assert, skip, suite } from '../harness.ts';
import { certificates } from './certificates.ts';
import { type ConfigParts, clientOf, writeConfig } from './config.ts';
import { execCredential, type Plugin, printingPlugin, scriptPlugin, V1 } from './plugin.ts';
import { temporaryFolder } from './runtime.ts';
import { clientName, sendJson, startServer, type TestServer } from './server.ts';

const test = suite('as kubectl');

/** Whether `kubectl get --raw /version` succeeds. */
function kubectl(kubeconfig: string, flags: readonly string[]): Promise<boolean> {
  const child = spawn(join(programsFolder(), 'kubectl'), ['--kubeconfig', kubeconfig, ...flags, 'get', '--raw', '/version'], {
    env: { PATH: process.env.PATH, HOME: temporaryFolder() },
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Whether we succeed. */
async function ours(server: TestServer, parts: ConfigParts, options: ConnectionOptions): Promise<boolean> {
  try {
    const client = await clientOf(server, parts, options);
    await client.getJson('/version', { source: 'x' }).finally(() => client.close());
    return true;
  } catch {
    return false;
  }
}

/** What a server learns of who asks; names in lower case and in order, as Go writes them in its own. */
function seen(request: IncomingMessage): unknown {
  const { rawHeaders, url } = request;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && /^(authorization|impersonate-)/i.test(name) ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : [],
  );
  return { url, certificate: clientName(request), headers: headers.toSorted() };
}

interface Case {
  readonly what: string;
  readonly parts: (server: TestServer) => ConfigParts;
  readonly flags?: readonly string[];
  readonly options?: ConnectionOptions;
}

const { client: alice, renewed } = certificates();
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const CASES: readonly Case[] = [
  { what: 'a token', parts: () => ({ user: { token: 't' } }) },
  { what: 'a password', parts: () => ({ user: { username: 'me', password: 'pä:ss' } }) },
  {
    what: 'a certificate and a token',
    parts: () => ({ user: { 'client-certificate-data': base64(alice.cert), 'client-key': alice.keyFile, token: 't' } }),
  },
  { what: 'a path in the address', parts: ({ url }) => ({ cluster: { server: `${url}/a/b/` } }) },
  { what: 'a token from the command line', parts: () => ({}), flags: ['--token', 'flag'], options: { token: 'flag' } },
  {
    what: 'impersonation in the kubeconfig and the flags',
    parts: () => ({
      user: { token: 't', as: 'jane', 'as-groups': ['a', 'b'], 'as-user-extra': { 'x/y%é': ['1', '2'], z: ['3'] } },
    }),
    flags: ['--as-uid', '7', '--as-user-extra', 'z=ü=4'],
    options: { asUid: '7', asUserExtra: ['z=ü=4'] },
  },
  {
    what: 'another group from the command line',
    parts: () => ({ user: { token: 't', as: 'jane', 'as-groups': ['a', 'b'] } }),
    flags: ['--as', 'joe', '--as-group', 'c', '--as-group', 'd,e'],
    options: { as: 'joe', asGroups: ['c', 'd,e'] },
  },
  { what: 'a group without a user', parts: () => ({}), flags: ['--as-group', 'g'], options: { asGroups: ['g'] } },
  { what: 'token and password', parts: () => ({ user: { token: 't', username: 'me' } }) },
  { what: 'a token that is a number', parts: () => ({ user: { token: 12 } }) },
  { what: 'a certificate without key', parts: () => ({ user: { 'client-certificate': alice.certFile } }) },
  {
    what: 'a key of another certificate',
    parts: () => ({ user: { 'client-certificate': alice.certFile, 'client-key': renewed.keyFile } }),
  },
  { what: 'two authorities', parts: () => ({ cluster: { 'certificate-authority': certificates().caFile } }) },
  { what: 'an authority that is none', parts: () => ({ cluster: { 'certificate-authority-data': base64('x') } }) },
  { what: 'authority and no check', parts: () => ({ cluster: { 'insecure-skip-tls-verify': true } }) },
  {
    what: 'no check from the command line',
    parts: () => ({}),
    flags: ['--insecure-skip-tls-verify'],
    options: { insecureSkipTlsVerify: true },
  },
  { what: 'a name of the certificate that it has', parts: () => ({ cluster: { 'tls-server-name': 'api.test' } }) },
  { what: 'a name of the certificate that it has not', parts: () => ({ cluster: { 'tls-server-name': 'other.test' } }) },
  { what: 'a proxy of no known kind', parts: () => ({ cluster: { 'proxy-url': 'ftp://127.0.0.1' } }) },
  { what: 'a cluster that does not exist', parts: () => ({}), flags: ['--cluster', 'z'], options: { cluster: 'z' } },
  { what: 'a user that does not exist', parts: () => ({}), flags: ['--user', 'z'], options: { user: 'z' } },
  { what: 'a context that does not exist', parts: () => ({}), flags: ['--context', 'z'], options: { context: 'z' } },
  { what: 'an auth-provider that was removed', parts: () => ({ user: { 'auth-provider': { name: 'gcp' } } }) },
];

/** Credential plugins; the same one is given to both. */
const PLUGINS: readonly {
  readonly what: string;
  readonly plugin: () => Plugin;
  readonly entry?: object;
  readonly cluster?: object;
}[] = [
  { what: 'a token', plugin: () => printingPlugin(execCredential({ token: 't' })) },
  {
    what: 'a certificate',
    plugin: () => printingPlugin(execCredential({ clientCertificateData: alice.cert, clientKeyData: alice.key })),
  },
  {
    what: 'all of the cluster',
    plugin: () => printingPlugin(execCredential({ token: 't' })),
    entry: { provideClusterInfo: true },
    cluster: {
      'tls-server-name': 'api.test',
      'disable-compression': true,
      extensions: [
        { name: 'client.authentication.k8s.io/exec', extension: { audience: '<&>', list: [1, 2.5, null], deep: { is: true } } },
      ],
    },
  },
  {
    what: 'a cluster that is not checked',
    plugin: () => printingPlugin(execCredential({ token: 't' })),
    entry: { provideClusterInfo: true },
    cluster: { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true },
  },
  {
    what: 'the older version, which has a default for interactiveMode',
    plugin: () => printingPlugin(execCredential({ token: 't' }, 'client.authentication.k8s.io/v1beta1')),
    entry: { apiVersion: 'client.authentication.k8s.io/v1beta1', interactiveMode: undefined },
  },
  { what: 'no interactiveMode', plugin: () => scriptPlugin('exit 1'), entry: { interactiveMode: undefined } },
  { what: 'Always without a terminal', plugin: () => scriptPlugin('exit 1'), entry: { interactiveMode: 'Always' } },
  {
    what: 'a version that was removed',
    plugin: () => scriptPlugin(''),
    entry: { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
  },
  {
    what: 'an expired token',
    plugin: () => printingPlugin(execCredential({ token: 't', expirationTimestamp: '2020-01-01T00:00:00Z' })),
  },
  { what: 'YAML', plugin: () => printingPlugin(`kind: ExecCredential\napiVersion: ${V1}\nstatus:\n  token: abc\n`) },
  {
    what: 'another version',
    plugin: () => printingPlugin(execCredential({ token: 't' }, 'client.authentication.k8s.io/v1beta1')),
  },
  { what: 'no kind', plugin: () => printingPlugin('{"status":{"token":"t"}}') },
  { what: 'no status', plugin: () => printingPlugin(JSON.stringify({ kind: 'ExecCredential', apiVersion: V1 })) },
  { what: 'nothing', plugin: () => printingPlugin('') },
  { what: 'half a pair', plugin: () => printingPlugin(execCredential({ token: 't', clientKeyData: alice.key })) },
  { what: 'a failure', plugin: () => scriptPlugin('exit 4') },
];

if (!isBuilt()) {
  skip('kubeconfigs against the real kubectl', 'the programs of the test cluster are not built yet');
} else {
  const requests: unknown[] = [];
  const server = await startServer((request, response) => {
    requests.push(seen(request));
    sendJson(response, {});
  });
  test.after(() => server.stop());
  /** Whether it succeeded, and what the server saw of it. */
  const outcome = async (run: () => Promise<boolean>): Promise<unknown> => {
    requests.length = 0;
    return { answered: await run(), asked: [...requests] };
  };

  for (const { what, parts, flags = [], options = {} } of CASES) {
    test(`${what}: the same request, or none from both`, async () => {
      const config = parts(server);
      const theirs = await outcome(() => kubectl(writeConfig(server.url, config), flags));
      assert.equal(await outcome(() => ours(server, config, options)), theirs);
    });
  }

  for (const { what, plugin, entry, cluster = {} } of PLUGINS) {
    test(`a plugin with ${what}: told the same, and the same made of its answer`, async () => {
      const run = async (how: (config: ConfigParts) => Promise<boolean>): Promise<unknown> => {
        const program = plugin();
        const result = await outcome(() => how({ user: program.user(entry), cluster }));
        const [info] = program.infos();
        return { result, told: info === undefined ? 'not run' : JSON.parse(info) };
      };
      const theirs = await run((config) => kubectl(writeConfig(server.url, config), []));
      assert.equal(await run((config) => ours(server, config, {})), theirs);
    });
  }
}

test.run();
