/** kubectl's connection flags and kubeconfig files, by client-go's rules: which server is meant, and as whom. */

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import type { ConnectionOptions } from '../../lib/kube/connection.ts';
import { inCluster } from '../../lib/kube/in-cluster.ts';
import { loadKubeconfig } from '../../lib/kube/kubeconfig.ts';
import { kubeconfigFiles } from '../../lib/kube/kubeconfig-paths.ts';
import { resolveTarget, type Target } from '../../lib/kube/target.ts';
import type { Runtime } from '../../lib/types/runtime.ts';
import { assert, suite } from '../harness.ts';
import { certificates } from './certificates.ts';
import { errorOf } from './config.ts';
import { temporaryFolder, testRuntime } from './runtime.ts';

const test = suite('target');

async function target(options: ConnectionOptions, runtime: Runtime = testRuntime()): Promise<Target> {
  return resolveTarget(await loadKubeconfig(options.kubeconfig, runtime), options, runtime);
}

/** A kubeconfig in a folder of its own; values are merged into one cluster, user and context of the given name. */
function kubeconfig(name: string, parts: { cluster?: object; user?: object; context?: object; current?: string } = {}): string {
  const file = join(temporaryFolder(), 'config');
  writeFileSync(file, text(name, parts));
  return file;
}

function text(name: string, parts: { cluster?: object; user?: object; context?: object; current?: string } = {}): string {
  return stringify({
    'current-context': parts.current ?? name,
    clusters: [{ name, cluster: { server: `https://${name}.test:6443`, ...parts.cluster } }],
    users: [{ name, user: { ...parts.user } }],
    contexts: [{ name, context: { cluster: name, user: name, ...parts.context } }],
  });
}

test('--kubeconfig beats KUBECONFIG, which beats ~/.kube/config', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.kube'));
  writeFileSync(join(home, '.kube', 'config'), text('home'));
  const plain = testRuntime({ homeDirectory: home });
  assert.is((await target({}, plain)).context, 'home');
  const withList = testRuntime({ homeDirectory: home, env: { KUBECONFIG: kubeconfig('listed') } });
  assert.is((await target({}, withList)).context, 'listed');
  assert.is((await target({ kubeconfig: kubeconfig('flag') }, withList)).server.href, 'https://flag.test:6443/');
});

test('a list is merged: first wins as a whole, missing files and empty entries are skipped', async () => {
  const first = kubeconfig('one', { user: { token: 'first' } });
  const second = join(temporaryFolder(), 'config');
  writeFileSync(
    second,
    stringify({
      'current-context': 'two',
      clusters: [
        { name: 'one', cluster: { server: 'https://other.test', 'tls-server-name': 'dropped' } },
        { name: 'two', cluster: { server: 'https://two.test' } },
      ],
      users: [{ name: 'one', user: { username: 'dropped' } }],
      contexts: [{ name: 'two', context: { cluster: 'two', user: 'one' } }],
    }),
  );
  const runtime = testRuntime({ env: { KUBECONFIG: ['/does/not/exist', '', first, second, first].join(delimiter) } });
  const current = await target({}, runtime);
  assert.is(current.context, 'one');
  assert.is(current.server.href, 'https://one.test:6443/');
  assert.is(current.tlsServerName, undefined);
  const other = await target({ context: 'two' }, runtime);
  assert.is(other.server.href, 'https://two.test/');
  assert.is(other.credentials.token, 'first');
  assert.is(other.credentials.basic, undefined);
});

test('on Windows the list is divided by semicolons', () => {
  const runtime = testRuntime({
    platform: 'win32',
    workingDirectory: 'C:\\work',
    env: { KUBECONFIG: 'C:\\a\\config;b\\config' },
  });
  assert.equal(kubeconfigFiles(undefined, runtime), ['C:\\a\\config', 'C:\\work\\b\\config']);
});

test('relative paths count from the file they stand in, those of flags from the working directory', async () => {
  const { client, ca } = certificates();
  const file = kubeconfig('one', {
    cluster: { 'certificate-authority': 'pki/ca.crt' },
    user: { 'client-certificate': 'pki/client.crt', 'client-key': './pki/client.key' },
  });
  const folder = join(file, '..', 'pki');
  mkdirSync(folder);
  writeFileSync(join(folder, 'ca.crt'), ca);
  writeFileSync(join(folder, 'client.crt'), client.cert);
  writeFileSync(join(folder, 'client.key'), client.key);
  const fromFile = await target({ kubeconfig: file });
  assert.is(fromFile.certificateAuthority, ca);
  assert.equal(fromFile.credentials.certificate, { cert: client.cert, key: client.key });
  const fromFlags = await target(
    { kubeconfig: kubeconfig('two'), certificateAuthority: 'ca.crt', clientCertificate: 'client.crt', clientKey: 'client.key' },
    testRuntime({ workingDirectory: folder }),
  );
  assert.is(fromFlags.certificateAuthority, ca);
  assert.equal(fromFlags.credentials.certificate, { cert: client.cert, key: client.key });
});

test('certificate data is base64 in the file', async () => {
  const { client, ca } = certificates();
  const base64 = (value: string): string => Buffer.from(value).toString('base64');
  const file = kubeconfig('one', {
    cluster: { 'certificate-authority-data': base64(ca) },
    user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
  });
  const found = await target({ kubeconfig: file });
  assert.is(found.certificateAuthority, ca);
  assert.equal(found.credentials.certificate, { cert: client.cert, key: client.key });
  const flags = {
    kubeconfig: file,
    clientCertificate: client.certFile,
    clientKey: client.keyFile,
    certificateAuthority: certificates().caFile,
  };
  assert.equal((await target(flags)).credentials.certificate, { cert: client.cert, key: client.key });
});

test('each flag overrides its part of the kubeconfig', async () => {
  const file = kubeconfig('one', {
    cluster: { 'tls-server-name': 'name.one', 'proxy-url': 'http://proxy.test:3128', 'disable-compression': true },
    user: { token: 'from-file' },
    context: { namespace: 'shop' },
  });
  const plain = await target({ kubeconfig: file });
  assert.is(plain.namespace, 'shop');
  assert.is(plain.tlsServerName, 'name.one');
  assert.is(plain.proxyUrl, 'http://proxy.test:3128');
  assert.is(plain.disableCompression, true);
  assert.is(plain.credentials.token, 'from-file');
  const moved = await target({ kubeconfig: file, server: 'https://elsewhere.test', token: 'from-flag', namespace: 'ops' });
  assert.is(moved.server.href, 'https://elsewhere.test/');
  assert.is(moved.tlsServerName, undefined, 'the name of another server does not hold');
  assert.is(moved.credentials.token, 'from-flag');
  assert.is(moved.namespace, 'ops');
  const named = await target({
    kubeconfig: file,
    tlsServerName: 'flag.name',
    insecureSkipTlsVerify: true,
    disableCompression: false,
  });
  assert.is(named.tlsServerName, 'flag.name');
  assert.is(named.insecureSkipTlsVerify, true);
  assert.is(named.disableCompression, false);
});

test('--context, --cluster and --user choose entries', async () => {
  const runtime = testRuntime({
    env: {
      KUBECONFIG: [kubeconfig('one', { user: { token: '1' } }), kubeconfig('two', { user: { token: '2' } })].join(delimiter),
    },
  });
  assert.is((await target({ context: 'two' }, runtime)).credentials.token, '2');
  const mixed = await target({ cluster: 'two', user: 'one' }, runtime);
  assert.is(mixed.server.hostname, 'two.test');
  assert.is(mixed.credentials.token, '1');
});

test('a context, cluster or user that does not exist is named, with those that do', async () => {
  const file = kubeconfig('one');
  for (const [options, message] of [
    [{ context: 'x' }, 'context "x" does not exist'],
    [{ cluster: 'x' }, 'cluster "x" does not exist (context "one")'],
    [{ user: 'x' }, 'user "x" does not exist (context "one")'],
  ] as const) {
    const error = await errorOf(target({ kubeconfig: file, ...options }));
    assert.is(error.id, 'context-missing');
    assert.is(error.message, message);
    assert.match(error.remedy ?? '', /: one$/);
  }
  const current = await errorOf(target({ kubeconfig: kubeconfig('one', { current: 'gone' }) }));
  assert.is(current.message, 'context "gone" does not exist');
  const dangling = await errorOf(target({ kubeconfig: kubeconfig('one', { context: { cluster: 'away' } }) }));
  assert.is(dangling.message, 'cluster "away" does not exist (context "one")');
});

test('no kubeconfig at all, none where KUBECONFIG or the flag says, none chosen', async () => {
  const none = await errorOf(target({}));
  assert.is(none.id, 'kubeconfig-missing');
  assert.match(none.message, /^no kubeconfig was found: \/.*\/\.kube\/config does not exist, and this is not a pod$/);
  assert.match(none.remedy ?? '', '--demo');
  const listed = await errorOf(target({}, testRuntime({ env: { KUBECONFIG: '/no/such/file' } })));
  assert.is(listed.message, 'no kubeconfig was found: /no/such/file (from KUBECONFIG) does not exist, and this is not a pod');
  const two = await errorOf(target({}, testRuntime({ env: { KUBECONFIG: ['/no/a', '/no/b'].join(delimiter) } })));
  assert.is(two.message, 'no kubeconfig was found: /no/a, /no/b (from KUBECONFIG) do not exist, and this is not a pod');
  const empty = await errorOf(target({}, testRuntime({ env: { KUBECONFIG: delimiter } })));
  assert.is(empty.message, 'no kubeconfig was found: KUBECONFIG names no file, and this is not a pod');
  const flag = await errorOf(target({ kubeconfig: '/no/such/file' }));
  assert.is(flag.id, 'kubeconfig-missing');
  assert.is(flag.message, 'the kubeconfig /no/such/file does not exist');
  const undecided = await errorOf(target({ kubeconfig: kubeconfig('one', { current: '' }) }));
  assert.is(undecided.id, 'context-missing');
  assert.match(undecided.message, /has no current context$/);
});

test('a file in the list that is broken is an error, though the others would do', async () => {
  const broken = join(temporaryFolder(), 'config');
  writeFileSync(broken, 'clusters: [');
  const runtime = testRuntime({ env: { KUBECONFIG: [kubeconfig('one'), broken].join(delimiter) } });
  const error = await errorOf(target({}, runtime));
  assert.is(error.id, 'kubeconfig-invalid');
  assert.match(error.message, `the kubeconfig ${broken} is not valid YAML`);
});

test('an empty kubeconfig is as none', async () => {
  const file = join(temporaryFolder(), 'config');
  for (const content of ['', 'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: []\ncurrent-context: ""\n']) {
    writeFileSync(file, content);
    assert.is((await errorOf(target({ kubeconfig: file }))).message, `${file} has no current context`);
    assert.is((await target({ kubeconfig: file, server: 'https://flag.test' })).server.href, 'https://flag.test/');
  }
});

test('KUBERNETES_MASTER is the server where nothing else names one', async () => {
  const runtime = testRuntime({ env: { KUBERNETES_MASTER: 'https://master.test' } });
  assert.is((await target({}, runtime)).server.href, 'https://master.test/');
  assert.is((await target({ server: 'https://flag.test' }, runtime)).server.href, 'https://flag.test/');
  assert.is((await target({ kubeconfig: kubeconfig('one') }, runtime)).server.href, 'https://one.test:6443/');
});

test('--certificate-authority and --insecure-skip-tls-verify each take the place of what the file trusts', async () => {
  const data = { 'certificate-authority-data': Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64') };
  const trusting = kubeconfig('one', { cluster: data });
  const careless = kubeconfig('two', { cluster: { 'insecure-skip-tls-verify': true } });
  const insecure = await target({ kubeconfig: trusting, insecureSkipTlsVerify: true });
  assert.is(insecure.insecureSkipTlsVerify, true);
  assert.is(insecure.certificateAuthority, undefined);
  const { ca, caFile } = certificates();
  const careful = await target({ kubeconfig: careless, certificateAuthority: caFile });
  assert.is(careful.insecureSkipTlsVerify, false);
  assert.is(careful.certificateAuthority, ca);
  const both = await errorOf(target({ kubeconfig: trusting, certificateAuthority: caFile, insecureSkipTlsVerify: true }));
  assert.is(both.message, 'specifying a root certificates file with the insecure flag is not allowed');
});

test('a token from the command line beats token and token file, and clashes with a password as in kubectl', async () => {
  const file = kubeconfig('one', { user: { token: 'file', tokenFile: '/no/token' } });
  const { credentials } = await target({ kubeconfig: file, token: 'flag' });
  assert.equal(credentials, { user: 'one', token: 'flag' });
  const password = kubeconfig('two', { user: { username: 'u', password: 'p' } });
  const error = await errorOf(target({ kubeconfig: password, token: 'flag' }));
  assert.match(error.message, 'more than one authentication method found for two');
});

test('truth values may be written as in YAML 1.1', async () => {
  const file = join(temporaryFolder(), 'config');
  for (const [written, expected] of [
    ['yes', true],
    ['On', true],
    ['no', false],
    ['false', false],
  ] as const) {
    writeFileSync(file, text('one').replace('server:', `insecure-skip-tls-verify: ${written}\n      server:`));
    assert.is((await target({ kubeconfig: file })).insecureSkipTlsVerify, expected, written);
  }
  writeFileSync(file, text('one').replace('server:', 'insecure-skip-tls-verify: maybe\n      server:'));
  assert.match((await errorOf(target({ kubeconfig: file }))).message, 'insecure-skip-tls-verify must be true or false');
});

test('--server alone is enough', async () => {
  const found = await target({ server: 'https://bare.test:6443', token: 't', certificateAuthority: certificates().caFile });
  assert.is(found.server.href, 'https://bare.test:6443/');
  assert.is(found.credentials.token, 't');
  assert.is(found.namespace, 'default');
});

test('corrupt YAML is named with file and line', async () => {
  const broken = join(temporaryFolder(), 'config');
  writeFileSync(broken, 'apiVersion: v1\nclusters:\n- name: a\n  cluster: {server: "https://x\n');
  const error = await errorOf(target({ kubeconfig: broken }));
  assert.is(error.id, 'kubeconfig-invalid');
  assert.match(error.message, new RegExp(`^the kubeconfig ${broken} is not valid YAML at line \\d: `));
});

test('a value of the wrong form is named with file, line and field', async () => {
  const wrong = join(temporaryFolder(), 'config');
  const cases: readonly (readonly [string, string])[] = [
    ['clusters:\n- name: a\n  cluster:\n    server: 12\n', 'line 4: clusters[0].cluster.server must be text; put it in quotes'],
    ['users:\n- name: a\n  user:\n    client-key-data: "%%"\n', 'line 4: users[0].user.client-key-data is not base64'],
    ['clusters: yes please\n', 'line 1: clusters must be a list'],
    ['just text\n', 'line 1: the kubeconfig must be a mapping of names to values'],
    ['kind: Pod\n', 'line 1: kind must be Config: this is no kubeconfig'],
    ['users:\n- name: a\n- name: b\n- name: a\n', 'line 4: users[2].name is "a" a second time'],
  ];
  for (const [content, message] of cases) {
    writeFileSync(wrong, content);
    const error = await errorOf(target({ kubeconfig: wrong }));
    assert.is(error.id, 'kubeconfig-invalid');
    assert.is(error.message, `the kubeconfig ${wrong} is wrong at ${message}`);
  }
});

/** Root may read everything; so it is somebody else for the while. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

test('a kubeconfig that may not be read, or is a folder', async () => {
  const folder = await errorOf(target({ kubeconfig: temporaryFolder() }));
  assert.match(folder.message, 'cannot be read: it is a folder');
  const file = kubeconfig('one');
  chmodSync(file, 0);
  const error = await asNobody(() => errorOf(target({ kubeconfig: file })));
  assert.is(error.id, 'kubeconfig-invalid');
  assert.is(error.message, `the kubeconfig ${file} cannot be read: permission denied`);
  assert.match(error.remedy ?? '', `make ${file} readable`);
});

test('contradictions are refused as kubectl refuses them', async () => {
  const cases: readonly (readonly [Parameters<typeof kubeconfig>[1], string])[] = [
    [{ cluster: { server: '' } }, 'no server found for cluster "one"'],
    [{ cluster: { server: 'ftp://x' } }, 'the server address "ftp://x" is not an http or https URL'],
    [
      { user: { token: 't', username: 'u' } },
      'more than one authentication method found for one; found [token basicAuth], only one is allowed',
    ],
    [
      { cluster: { 'certificate-authority': '/no/ca' } },
      'unable to read certificate-authority /no/ca for one: it does not exist',
    ],
    [
      { user: { 'client-certificate': certificates().client.certFile } },
      'client-key-data or client-key must be specified for one to use the client certificate',
    ],
    [
      { user: { exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1' } } },
      'interactiveMode must be specified for one to use exec authentication plugin',
    ],
    [
      { cluster: { 'certificate-authority': certificates().caFile, 'insecure-skip-tls-verify': true } },
      'specifying a root certificates file with the insecure flag is not allowed',
    ],
  ];
  for (const [parts, message] of cases) {
    const error = await errorOf(target({ kubeconfig: kubeconfig('one', parts) }));
    assert.is(error.id, 'kubeconfig-invalid');
    assert.is(error.message, message);
    assert.ok(error.remedy, message);
  }
});

test('credentials are not sent over plain HTTP', async () => {
  const found = await target({ kubeconfig: kubeconfig('one', { cluster: { server: 'http://one.test' }, user: { token: 't' } }) });
  assert.equal(found.credentials, { user: 'one' });
});

test('an address without a scheme is HTTPS when certificates are named', async () => {
  assert.is((await target({ server: '10.0.0.1:8080' })).server.href, 'http://10.0.0.1:8080/');
  assert.is(
    (await target({ server: '10.0.0.1:6443', certificateAuthority: certificates().caFile })).server.href,
    'https://10.0.0.1:6443/',
  );
});

/** A pod's service account, mounted at a folder of its own. */
const POD = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

function serviceAccount(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token'), 'pod-token');
  writeFileSync(join(folder, 'ca.crt'), certificates().ca);
  writeFileSync(join(folder, 'namespace'), 'upid');
  return folder;
}

test('inside a pod a kubeconfig, a flag or KUBERNETES_MASTER that names a cluster comes first', async () => {
  const account = serviceAccount();
  const found = async (options: ConnectionOptions, env: Readonly<Record<string, string>> = {}): Promise<Target> => {
    const runtime = testRuntime({ env: { ...POD, ...env } });
    return resolveTarget(await loadKubeconfig(options.kubeconfig, runtime), options, runtime, account);
  };
  assert.is((await found({})).context, 'in-cluster');
  assert.is((await found({ namespace: 'ops' })).namespace, 'ops');
  assert.is((await found({ as: 'jane' })).impersonation?.user, 'jane');
  assert.is((await found({}, { KUBERNETES_MASTER: 'https://master.test' })).server.hostname, 'master.test');
  const flag = await found({ server: 'https://flag.test' });
  assert.is(flag.server.hostname, 'flag.test');
  assert.is(flag.credentials.tokenFile, undefined, 'the token of the pod is for its own cluster only');
  const file = await found({ kubeconfig: kubeconfig('one') });
  assert.is(file.context, 'one');
  assert.is(file.namespace, 'upid', 'as kubectl: the namespace of the pod is the default one');
  assert.is((await found({ kubeconfig: kubeconfig('one', { context: { namespace: 'shop' } }) })).namespace, 'shop');
  assert.is((await found({ kubeconfig: kubeconfig('one', { current: '' }) })).context, 'in-cluster');
});

test('outside of a pod, or with half of what a pod has, there is no service account', async () => {
  const folder = temporaryFolder();
  const env = POD;
  assert.is(await inCluster(testRuntime({ env }), folder), undefined, 'no token');
  writeFileSync(join(folder, 'token'), 'pod-token');
  writeFileSync(join(folder, 'namespace'), 'upid\n');
  assert.is(await inCluster(testRuntime(), folder), undefined, 'no address');
  assert.equal(await inCluster(testRuntime({ env }), folder), {
    server: 'https://[fd00::1]:443',
    tokenFile: join(folder, 'token'),
    certificateAuthority: join(folder, 'ca.crt'),
    namespace: 'upid',
  });
  assert.is((await inCluster(testRuntime({ env: { ...env, POD_NAMESPACE: 'downward' } }), folder))?.namespace, 'downward');
});

test.run();
