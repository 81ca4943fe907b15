/** Credential plugins, as real processes: what they are given, what is made of their answers, when they run again. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { UpidError } from '../../lib/types/errors.ts';
import { assert, skip, suite } from '../harness.ts';
import { certificates } from './certificates.ts';
import { clientOf, errorOf, writeConfig } from './config.ts';
import { execCredential, type Plugin, printingPlugin, scriptPlugin, V1 } from './plugin.ts';
import { temporaryFolder, testRuntime } from './runtime.ts';
import { clientName, type Handler, sendJson, sendStatus, startServer, type TestServer } from './server.ts';
import { onTerminal, terminalMissing } from './terminal.ts';

const test = suite('exec plugins');

const V1BETA1 = 'client.authentication.k8s.io/v1beta1';

/** Tells each request what it came with. */
const echo: Handler = (request, response) =>
  sendJson(response, { authorization: request.headers.authorization ?? null, certificate: clientName(request) });

/** Accepts only these tokens. */
function accepting(...tokens: readonly string[]): Handler {
  return (request, response, body) =>
    tokens.some((token) => request.headers.authorization === `Bearer ${token}`)
      ? echo(request, response, body)
      : sendStatus(response, 401, 'Unauthorized', 'Unauthorized');
}

/** The error of one request with a plugin. */
async function failureOf(server: TestServer | string, user: object, runtime = testRuntime()): Promise<UpidError> {
  const client = await clientOf(server, { user }, {}, runtime);
  const error = await errorOf(client.getJson('/version', { source: 'x' }));
  await client.close();
  return error;
}

const NOWHERE = 'https://127.0.0.1:1';

/** False also for a dead process whose parent has not noticed yet. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error(`never came: ${what}`);
}

test('one run gives the token of all requests, also of those that wait for it together', async () => {
  const plugin = printingPlugin(execCredential({ token: 'from-plugin' }));
  const server = await startServer(echo);
  const client = await clientOf(server, { user: plugin.user() });
  assert.is(plugin.infos().length, 0, 'not before the first request');
  const answers = await Promise.all(Array.from({ length: 12 }, () => client.getJson('/version', { source: 'x' })));
  for (const answer of answers) assert.is((answer as { authorization: string }).authorization, 'Bearer from-plugin');
  await client.getJson('/version', { source: 'x' });
  assert.is(plugin.infos().length, 1);
  await client.close();
  await server.stop();
});

test('a token is used until the instant it expires, then the plugin runs again', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const plugin = printingPlugin(
    execCredential({ token: 'first', expirationTimestamp: soon }),
    execCredential({ token: 'second', expirationTimestamp: null }),
  );
  const server = await startServer(echo);
  let now = Date.parse(soon);
  const client = await clientOf(server, { user: plugin.user() }, {}, testRuntime({ now: () => now }));
  const token = async (): Promise<unknown> => (await client.getJson('/version', { source: 'x' })) as unknown;
  assert.equal(await token(), { authorization: 'Bearer first', certificate: '' });
  assert.equal(await token(), { authorization: 'Bearer first', certificate: '' });
  now += 1;
  assert.equal(await token(), { authorization: 'Bearer second', certificate: '' });
  now += 1e12;
  assert.equal(await token(), { authorization: 'Bearer second', certificate: '' }, 'without a time it does not expire');
  assert.is(plugin.infos().length, 2);
  await client.close();
  await server.stop();
});

test('a token that is expired when it comes is sent all the same, and asked for anew at each request', async () => {
  const plugin = printingPlugin(execCredential({ token: 'stale', expirationTimestamp: '2020-01-01T00:00:00Z' }));
  const server = await startServer(accepting('stale'));
  const client = await clientOf(server, { user: plugin.user() });
  for (let index = 0; index < 3; index += 1) await client.getJson('/version', { source: 'x' });
  assert.is(server.requests.length, 3);
  assert.is(plugin.infos().length, 3);
  await client.close();
  await server.stop();
});

test('an expired token that the server refuses: the plugin is asked once more, then the refusal stands', async () => {
  const plugin = printingPlugin(execCredential({ token: 'stale', expirationTimestamp: '2020-01-01T00:00:00Z' }));
  const server = await startServer(accepting());
  const error = await failureOf(server, plugin.user());
  assert.is(error.id, 'unauthenticated');
  assert.is(server.requests.length, 2);
  assert.is(plugin.infos().length, 2);
  await server.stop();
});

test('a refused token is replaced by a newer one, once for all requests that were refused', async () => {
  const plugin = printingPlugin(execCredential({ token: 'revoked' }), execCredential({ token: 'fresh' }));
  const server = await startServer(accepting('fresh'));
  const client = await clientOf(server, { user: plugin.user() });
  const answers = await Promise.all(Array.from({ length: 6 }, () => client.getJson('/version', { source: 'x' })));
  for (const answer of answers) assert.is((answer as { authorization: string }).authorization, 'Bearer fresh');
  assert.is(plugin.infos().length, 2);
  await client.close();
  await server.stop();
});

test('when the plugin fails after a refusal, the refusal is the error and the failure a warning', async () => {
  const plugin = scriptPlugin(
    `[ "$(wc -l < "$(dirname "$0")/infos")" -gt 1 ] && exit 3\nprintf '%s' '${execCredential({ token: 'revoked' })}'`,
  );
  const server = await startServer(accepting('fresh'));
  const runtime = testRuntime();
  const error = await failureOf(server, plugin.user(), runtime);
  assert.is(error.id, 'unauthenticated');
  assert.equal(runtime.warnings, [`refreshing credentials: credential plugin ${plugin.command} failed with exit code 3`]);
  await server.stop();
});

test('KUBERNETES_EXEC_INFO tells version and interactivity, and the cluster only where it is asked for', async () => {
  const server = await startServer(echo);
  const plain = printingPlugin(execCredential({ token: 't' }));
  const first = await clientOf(server, { user: plain.user() });
  await first.getJson('/version', { source: 'x' });
  assert.equal(JSON.parse(plain.infos()[0] ?? ''), { kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false } });
  await first.close();

  const informed = printingPlugin(execCredential({ token: 't' }, V1BETA1));
  const extension = { audience: 'here', numbers: [1, 2.5], nested: { a: true } };
  const cluster = {
    server: `https://localhost:${server.port}/`,
    'disable-compression': true,
    'proxy-url': '',
    'tls-server-name': 'api.test',
    extensions: [
      { name: 'other.example.com', extension: { x: 1 } },
      { name: 'client.authentication.k8s.io/exec', extension },
    ],
  };
  const user = informed.user({ apiVersion: V1BETA1, interactiveMode: undefined, provideClusterInfo: true });
  const second = await clientOf(server, { user, cluster });
  await second.getJson('/version', { source: 'x' });
  assert.equal(JSON.parse(informed.infos()[0] ?? ''), {
    kind: 'ExecCredential',
    apiVersion: V1BETA1,
    spec: {
      cluster: {
        server: `https://localhost:${server.port}/`,
        'tls-server-name': 'api.test',
        'certificate-authority-data': Buffer.from(certificates().ca).toString('base64'),
        'disable-compression': true,
        config: extension,
      },
      interactive: false,
    },
  });
  await second.close();
  await server.stop();
});

test('the cluster is told as the kubeconfig and the flags have it: address as written, proxy, no check, no extension', async () => {
  const plugin = scriptPlugin('exit 9');
  const user = plugin.user({ provideClusterInfo: true });
  const cluster = {
    server: 'https://API.test:443',
    'certificate-authority-data': undefined,
    'insecure-skip-tls-verify': true,
    'proxy-url': 'http://proxy.test:3128',
  };
  const client = await clientOf(NOWHERE, { user, cluster });
  await errorOf(client.getJson('/version', { source: 'x' }));
  assert.equal(JSON.parse(plugin.infos()[0] ?? '').spec.cluster, {
    server: 'https://API.test:443',
    'insecure-skip-tls-verify': true,
    'proxy-url': 'http://proxy.test:3128',
    config: null,
  });
  await client.close();
});

test('arguments and env entries reach the plugin, entries over the environment, KUBERNETES_EXEC_INFO over both', async () => {
  const plugin = scriptPlugin(
    `printf '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"%s|%s|%s|%s|%s"}}' "$1" "$2" "$OURS" "$THEIRS" "\${KUBERNETES_EXEC_INFO%%[!{]*}"`,
  );
  const server = await startServer(echo);
  const user = plugin.user({
    args: ['two words', '$HOME'],
    env: [
      { name: 'THEIRS', value: 'entry' },
      { name: 'KUBERNETES_EXEC_INFO', value: 'forged:' },
    ],
  });
  const runtime = testRuntime({ env: { PATH: process.env.PATH, OURS: 'kept', THEIRS: 'environment' } });
  const client = await clientOf(server, { user }, {}, runtime);
  const { authorization } = (await client.getJson('/version', { source: 'x' })) as { authorization: string };
  assert.is(authorization, 'Bearer two words|$HOME|kept|entry|{');
  await client.close();
  await server.stop();
});

test('a path is relative to the kubeconfig, a bare name is looked up in PATH, ours and not the one of the entry', async () => {
  const server = await startServer(echo);
  const source = printingPlugin(execCredential({ token: 'found' }));
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  copyFileSync(source.command, join(folder, 'bin', 'upid-login'));
  const ask = async (exec: object, env: Readonly<Record<string, string | undefined>>): Promise<unknown> => {
    const kubeconfig = writeConfig(server.url, { user: source.user(exec) }, join(folder, 'config'));
    const client = await clientOf(server, {}, { kubeconfig }, testRuntime({ env }));
    try {
      return await client.getJson('/version', { source: 'x' });
    } finally {
      await client.close();
    }
  };
  const found = { authorization: 'Bearer found', certificate: '' };
  const { PATH } = process.env;
  assert.equal(await ask({ command: 'bin/upid-login' }, { PATH }), found);
  assert.equal(await ask({ command: './bin/upid-login' }, { PATH }), found);
  assert.equal(await ask({ command: 'upid-login' }, { PATH: `/nowhere:${join(folder, 'bin')}:${PATH}` }), found);
  const elsewhere = { command: 'upid-login', env: [{ name: 'PATH', value: join(folder, 'bin') }] };
  const error = await errorOf(ask(elsewhere, { PATH }));
  assert.is(error.message, 'credential plugin upid-login was not found in PATH');
  await server.stop();
});

test('a plugin that is missing is named, with its install hint where there is one, harmless for the terminal', async () => {
  const { exec } = scriptPlugin('').user();
  const bare = await failureOf(NOWHERE, { exec: { ...exec, command: 'no-such-login' } });
  assert.is(bare.id, 'credential-plugin');
  assert.is(bare.message, 'credential plugin no-such-login was not found in PATH');
  assert.is(bare.remedy, 'install it: the kubeconfig asks to run it for a credential');
  const installHint = 'run:\n\tbrew install login\u001b[2J\u001b]0;owned\u0007\u200e\n';
  const hinted = await failureOf(NOWHERE, { exec: { ...exec, command: 'no-such\u001b[1m-login', installHint } });
  assert.is(hinted.message, 'credential plugin no-suchU+001B[1m-login was not found in PATH');
  assert.is(hinted.remedy, 'run:\n\tbrew install loginU+001B[2JU+001B]0;ownedU+0007U+200E');
  const path = await failureOf(NOWHERE, { exec: { ...exec, command: '/no/such/login', installHint: 'get it' } });
  assert.is(path.message, 'credential plugin /no/such/login is not there, or not executable');
  assert.is(path.remedy, 'get it');
});

test('a file that is no program', async () => {
  const folder = temporaryFolder();
  const { exec } = scriptPlugin('').user();
  writeFileSync(join(folder, 'notes'), 'no program', { mode: 0o644 });
  const notes = await failureOf(NOWHERE, { exec: { ...exec, command: join(folder, 'notes') } });
  assert.match(notes.message, 'is not there, or not executable');
  writeFileSync(join(folder, 'broken'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const broken = await failureOf(NOWHERE, { exec: { ...exec, command: join(folder, 'broken') } });
  assert.is(broken.id, 'credential-plugin');
  assert.match(broken.message, /^credential plugin .*broken could not be run: /);
});

test('each answer that is no credential is told apart', async () => {
  const { client: alice, renewed } = certificates();
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /printed nothing instead of an ExecCredential$/],
    ['Logged in as alice: yes', /printed something that is not JSON|plugin returned no version/],
    ['please log in', /printed something that is not JSON instead of an ExecCredential$/],
    ['{"kind":"ExecCredential"', /printed something that is not JSON/],
    ['[1, 2]', /printed something that is not JSON/],
    [
      execCredential({ token: 't' }, V1BETA1),
      /is configured to use API version client\.authentication\.k8s\.io\/v1, plugin returned client\.authentication\.k8s\.io\/v1beta1 ExecCredential$/,
    ],
    [JSON.stringify({ kind: 'Pod', apiVersion: 'v1' }), /plugin returned v1 Pod$/],
    [JSON.stringify({ kind: 'ExecCredential', apiVersion: V1 }), /didn't return a status field$/],
    [execCredential({ token: '' }), /didn't return a token or cert\/key pair$/],
    [execCredential({ token: 't', clientKeyData: alice.key }), /returned only certificate or key, not both$/],
    [execCredential({ clientCertificateData: alice.cert }), /returned only certificate or key, not both$/],
    [
      execCredential({ clientCertificateData: alice.cert, clientKeyData: renewed.key }),
      /returned a client certificate and key that cannot be used: the key does not belong to the certificate$/,
    ],
    [execCredential({ clientCertificateData: 'x', clientKeyData: 'y' }), /that cannot be used: not PEM$/],
    [execCredential({ token: 't', expirationTimestamp: 'tomorrow' }), /expirationTimestamp that is not a time$/],
  ];
  for (const [answer, message] of cases) {
    const error = await failureOf(NOWHERE, printingPlugin(answer).user());
    assert.is(error.id, 'credential-plugin');
    assert.match(error.message, message);
    assert.not.match(`${error.message} ${error.remedy}`, /please log in|Logged in|BEGIN/, 'what it printed may be a secret');
  }
  const alpha = await failureOf(NOWHERE, scriptPlugin('').user({ apiVersion: 'client.authentication.k8s.io/v1alpha1' }));
  assert.match(alpha.message, 'has an invalid apiVersion in the kubeconfig: "client.authentication.k8s.io/v1alpha1"');
});

test('a plugin that fails: its exit code, or the signal that ended it', async () => {
  const failed = scriptPlugin('exit 7');
  const error = await failureOf(NOWHERE, failed.user());
  assert.is(error.id, 'credential-plugin');
  assert.is(error.message, `credential plugin ${failed.command} failed with exit code 7`);
  const killed = await failureOf(NOWHERE, scriptPlugin('kill -9 $$').user());
  assert.match(killed.message, /was ended by SIGKILL$/);
});

test('YAML is an answer too, and JSON in any layout', async () => {
  const server = await startServer(echo);
  const credential = {
    kind: 'ExecCredential',
    apiVersion: V1,
    status: { token: 'yaml', expirationTimestamp: '2999-01-01T00:00:00Z' },
  };
  for (const text of [stringify(credential), JSON.stringify(credential, undefined, '\t')]) {
    const client = await clientOf(server, { user: printingPlugin(text).user() });
    assert.equal(await client.getJson('/version', { source: 'x' }), { authorization: 'Bearer yaml', certificate: '' });
    await client.close();
  }
  await server.stop();
});

test('a plugin is not run where other credentials are given, or where the connection is not encrypted', async () => {
  const plugin = scriptPlugin('exit 9');
  const server = await startServer(echo);
  const { client: alice } = certificates();
  const certificate = { clientCertificate: alice.certFile, clientKey: alice.keyFile };
  for (const [options, seen] of [
    [{ token: 'flag' }, { authorization: 'Bearer flag', certificate: '' }],
    [certificate, { authorization: null, certificate: 'alice' }],
  ] as const) {
    const client = await clientOf(server, { user: plugin.user() }, options);
    assert.equal(await client.getJson('/version', { source: 'x' }), seen);
    await client.close();
  }
  await server.stop();
  const plain = await startServer((request, response) => sendJson(response, { seen: request.headers.authorization ?? null }), {
    plain: true,
  });
  const client = await clientOf(plain, { user: plugin.user() });
  assert.equal(await client.getJson('/version', { source: 'x' }), { seen: null });
  await client.close();
  await plain.stop();
  assert.is(plugin.infos().length, 0);
});

/** A credential with a client certificate. */
function certificateCredential(pair: { readonly cert: string; readonly key: string }, more: object = {}): string {
  return execCredential({ clientCertificateData: pair.cert, clientKeyData: pair.key, ...more });
}

test('a certificate from the plugin is shown in the handshake, together with a token where it has both', async () => {
  const { client: alice } = certificates();
  const server = await startServer(echo, { demandCertificate: true });
  const client = await clientOf(server, { user: printingPlugin(certificateCredential(alice, { token: 'both' })).user() });
  assert.equal(await client.getJson('/version', { source: 'x' }), { authorization: 'Bearer both', certificate: 'alice' });
  await client.close();
  await server.stop();
});

test('a new certificate leaves no connection of the old one: idle ones are closed at once, busy ones after their answer', async () => {
  const { client: alice, renewed } = certificates();
  let refuses = false;
  let finishSlow = (): void => undefined;
  const server = await startServer((request, response, body) => {
    if (request.url === '/slow') {
      finishSlow = () => echo(request, response, body);
      return;
    }
    if (refuses && clientName(request) === 'alice') return sendStatus(response, 401, 'Unauthorized', 'Unauthorized');
    return echo(request, response, body);
  });
  const plugin = printingPlugin(certificateCredential(alice), certificateCredential(renewed));
  const client = await clientOf(server, { user: plugin.user() });
  const ask = async (path: string): Promise<unknown> => {
    return ((await client.getJson(path, { source: 'x' })) as { certificate: string }).certificate;
  };
  const slow = ask('/slow');
  await Promise.all(Array.from({ length: 4 }, () => ask('/version')));
  assert.is(server.connections(), 5);
  refuses = true;
  assert.is(await ask('/version'), 'alice2');
  finishSlow();
  assert.is(await slow, 'alice', 'an answer under way is not lost');
  await until(() => server.open().length === 1, 'only the new connection is open');
  assert.equal(await Promise.all(Array.from({ length: 8 }, () => ask('/version'))), Array(8).fill('alice2'));
  assert.is(plugin.infos().length, 2);
  await client.close();
  await server.stop();
});

test('a new token keeps the connections', async () => {
  const plugin = printingPlugin(execCredential({ token: 'revoked' }), execCredential({ token: 'fresh' }));
  const server = await startServer(accepting('fresh'));
  const client = await clientOf(server, { user: plugin.user() });
  await client.getJson('/version', { source: 'x' });
  await client.getJson('/version', { source: 'x' });
  assert.is(server.connections(), 1);
  await client.close();
  await server.stop();
});

test('a slow plugin is named after five seconds, and its answer still counts', async () => {
  const plugin = scriptPlugin(`sleep 5.4\nprintf '%s' '${execCredential({ token: 'late' })}'`);
  const server = await startServer(accepting('late'));
  const runtime = testRuntime();
  const client = await clientOf(server, { user: plugin.user() }, {}, runtime);
  await client.getJson('/version', { source: 'x' });
  assert.equal(runtime.warnings, [`waiting for credential plugin ${plugin.command} (5 s)`]);
  await client.close();
  await server.stop();
});

/** A plugin that waits, with a file that holds its process id. */
function waitingPlugin(): Plugin & { readonly pid: () => number } {
  const plugin = scriptPlugin('echo $$ > "$(dirname "$0")/pid"\nexec sleep 60');
  const file = join(plugin.folder, 'pid');
  return { ...plugin, pid: () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0) };
}

test('cancelling kills the plugin, when nobody waits for it any more', async () => {
  const plugin = waitingPlugin();
  const client = await clientOf(NOWHERE, { user: plugin.user() });
  const first = new AbortController();
  const second = new AbortController();
  const one = errorOf(client.getJson('/a', { source: 'x', signal: first.signal }));
  const two = errorOf(client.getJson('/b', { source: 'x', signal: second.signal }));
  await until(() => plugin.pid() > 0, 'the plugin runs');
  first.abort();
  assert.is((await one).id, 'cancelled');
  assert.ok(isRunning(plugin.pid()), 'the other request still needs it');
  second.abort();
  const error = await two;
  assert.is(error.id, 'cancelled');
  assert.is(error.exitCode, 130);
  await until(() => !isRunning(plugin.pid()), 'the plugin is gone');
  await client.close();
});

test('cancelling the run, or closing the client, kills the plugin', async () => {
  for (const how of ['signal', 'close'] as const) {
    const plugin = waitingPlugin();
    const stop = new AbortController();
    const client = await clientOf(NOWHERE, { user: plugin.user() }, {}, testRuntime(), stop.signal);
    const asking = errorOf(client.getJson('/a', { source: 'x' }));
    await until(() => plugin.pid() > 0, 'the plugin runs');
    if (how === 'signal') stop.abort();
    else await client.close();
    assert.is((await asking).id, 'cancelled');
    await until(() => !isRunning(plugin.pid()), 'the plugin is gone');
    await client.close();
  }
});

test('without a terminal: Always is refused before the run, the others are run without standard input', async () => {
  const always = scriptPlugin('exit 9');
  const error = await failureOf(NOWHERE, always.user({ interactiveMode: 'Always' }));
  assert.is(error.id, 'credential-plugin');
  assert.match(error.message, /needs a terminal: standard input is not a terminal$/);
  assert.is(always.infos().length, 0);
  const server = await startServer(echo);
  for (const interactiveMode of ['IfAvailable', 'Never']) {
    const plugin = scriptPlugin(`read=$(cat)\nprintf '%s' '${execCredential({ token: 'TOKEN' })}' | sed "s/TOKEN/read:$read/"`);
    const client = await clientOf(server, { user: plugin.user({ interactiveMode }) });
    assert.equal(await client.getJson('/version', { source: 'x' }), { authorization: 'Bearer read:', certificate: '' });
    assert.is(JSON.parse(plugin.infos()[0] ?? '').spec.interactive, false);
    await client.close();
  }
  await server.stop();
});

const ASK = fileURLToPath(new URL('ask.ts', import.meta.url));

test('what the plugin says on standard error is shown as it says it', async () => {
  const plugin = scriptPlugin(`echo 'your session has ended' >&2\nexit 1`);
  const kubeconfig = writeConfig(NOWHERE, { user: plugin.user() });
  const { stderr, stdout, status } = spawnSync(process.execPath, [ASK, kubeconfig], { encoding: 'utf8' });
  assert.is(stderr, 'your session has ended\n');
  assert.is(stdout, `credential-plugin: credential plugin ${plugin.command} failed with exit code 1\n`);
  assert.is(status, 1);
});

const missing = terminalMissing();
if (missing !== undefined) {
  skip('a real terminal', missing);
} else {
  /** Asks for a word on the terminal and makes it the token. */
  const asking = (): Plugin =>
    scriptPlugin(`printf 'code: ' >&2\nread -r code\nprintf '%s' '${execCredential({ token: 'TOKEN' })}' | sed "s/TOKEN/$code/"`);

  test('on a terminal, Always and IfAvailable are given what the person types', async () => {
    const server = await startServer(echo);
    for (const interactiveMode of ['Always', 'IfAvailable']) {
      const plugin = asking();
      const kubeconfig = writeConfig(server.url, { user: plugin.user({ interactiveMode }) });
      const command = [process.execPath, ASK, kubeconfig];
      const { code, screen } = await onTerminal(command, { after: 'code: ', type: 'opensesame\n' });
      assert.match(screen, 'answered {"authorization":"Bearer opensesame","certificate":""}');
      assert.is(code, 0);
      assert.is(JSON.parse(plugin.infos()[0] ?? '').spec.interactive, true);
    }
    await server.stop();
  });

  test('on a terminal, Never is given no standard input', async () => {
    const server = await startServer(echo);
    const plugin = asking();
    const kubeconfig = writeConfig(server.url, { user: plugin.user({ interactiveMode: 'Never' }) });
    const { screen } = await onTerminal([process.execPath, ASK, kubeconfig]);
    assert.is(JSON.parse(plugin.infos()[0] ?? '').spec.interactive, false);
    assert.match(screen, "didn't return a token or cert/key pair");
    await server.stop();
  });

  test('Ctrl-C on the terminal ends the plugin that asks, and us with 130', async () => {
    const plugin = scriptPlugin(`echo $$ > "$(dirname "$0")/pid"\nprintf 'code: ' >&2\nread -r code`);
    const kubeconfig = writeConfig(NOWHERE, { user: plugin.user({ interactiveMode: 'Always' }) });
    const { code, screen } = await onTerminal([process.execPath, ASK, kubeconfig], { after: 'code: ', type: '\u0003' });
    assert.match(screen, 'cancelled: ');
    assert.is(code, 130);
    const pid = Number(readFileSync(join(plugin.folder, 'pid'), 'utf8'));
    await until(() => !isRunning(pid), 'the plugin is gone');
  });
}

test.run();
