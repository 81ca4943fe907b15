/** What cannot work, told by the built program: one plain sentence on standard error, the right exit code, nothing on standard output. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { sendJson, startServer } from '../kube/server.ts';
import { type Outcome, run } from './run.ts';

const test = suite('bad input');

const folder = temporaryFolder();

function file(name: string, contents: string): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

function refusedWith({ exitCode, stdout, stderr }: Outcome, code: number, sentence: RegExp): void {
  assert.equal({ exitCode, stdout }, { exitCode: code, stdout: '' }, stderr);
  assert.match(stderr, sentence);
  assert.is(stderr.trimEnd().split('\n').length, 1, stderr);
}

const look = (...args: readonly string[]): Promise<Outcome> => run(['idle', '--no-history', ...args]);

const CONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'one', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'me', user: {} }],
  contexts: [{ name: 'first', context: { cluster: 'one', user: 'me' } }],
  'current-context': 'first',
};

test('a kubeconfig that is not there', async () => {
  refusedWith(await look('--kubeconfig', join(folder, 'absent')), 1, /^error: .*absent.*; .+$/m);
});

test('a KUBECONFIG that names only files that are not there', async () => {
  const env = { KUBECONFIG: `${join(folder, 'absent')}:${join(folder, 'gone')}` };
  refusedWith(await run(['idle', '--no-history'], { env }), 1, /^error: .*absent.*; .+$/m);
});

test('a kubeconfig that is a folder', async () => {
  mkdirSync(join(folder, 'folder'));
  refusedWith(
    await look('--kubeconfig', join(folder, 'folder')),
    1,
    /^error: the kubeconfig \S+folder cannot be read: it is a folder; /m,
  );
});

test('a context, a cluster and a user that do not exist', async () => {
  const kubeconfig = file('config', JSON.stringify(CONFIG));
  for (const [flag, kind] of [
    ['--context', 'context'],
    ['--cluster', 'cluster'],
    ['--user', 'user'],
  ] as const) {
    const outcome = await look('--kubeconfig', kubeconfig, flag, 'nope');
    refusedWith(
      outcome,
      1,
      new RegExp(
        `^error: ${kind} "nope" does not exist(?: \\(context "first"\\))?; ${kind}s in \\S+config: (first|one|me)$`,
        'm',
      ),
    );
  }
});

for (const [what, contents, sentence] of [
  ['is cut off', '{"apiVersion": "v1", "clusters": [', /^error: .*cut\.yaml.*line \d+.*; .+$/m],
  ['is no YAML', 'clusters:\n\t- name: x', /^error: .*cut\.yaml.*line 2.*; .+$/m],
  ['is something else', '- 1\n- 2\n', /^error: .*cut\.yaml.*; .+$/m],
  [
    'has a list where a name belongs',
    JSON.stringify({ ...CONFIG, 'current-context': ['first'] }),
    /^error: .*cut\.yaml.*current-context.*; .+$/m,
  ],
] as const) {
  test(`a kubeconfig that ${what}`, async () => {
    refusedWith(await look('--kubeconfig', file('cut.yaml', contents)), 1, sentence);
  });
}

test('a server that refuses', async () => {
  const closed = createServer();
  await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  const sentence = `^error: the connection to the server 127.0.0.1:${port} was refused; check that the cluster runs and that the server address of the kubeconfig is right$`;
  refusedWith(await look('--server', `https://127.0.0.1:${port}`), 1, new RegExp(sentence, 'm'));
});

test('a server whose name nobody knows', async () => {
  refusedWith(
    await look('--server', 'https://nowhere.invalid'),
    1,
    /^error: the name of the server nowhere\.invalid cannot be resolved; /m,
  );
});

test('a server that takes the connection and answers nothing', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const outcome = await look('--server', server, '--request-timeout=1s');
  silent.close();
  refusedWith(
    outcome,
    1,
    /^error: http:\S+ took the connection and did not answer GET \/\S+ within 1 s; try again, or raise --request-timeout$/m,
  );
});

test('a server that is no API server', async () => {
  const page = await startServer(
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Hi</title>'),
    { plain: true },
  );
  refusedWith(await look('--server', page.url), 1, /^error: .+; .+$/m);
  await page.stop();
  const other = await startServer((_, response) => sendJson(response, { hello: 'world' }), { plain: true });
  refusedWith(
    await look('--server', other.url),
    1,
    /^error: .+ instead of a list; check that the server address is that of a Kubernetes API server$/m,
  );
  await other.stop();
});

/** Every flag that takes a value of some form, with one that is not of it, and what is said to be right. */
const VALUES: readonly (readonly [string, string])[] = [
  ['--chunk-size=many', 'should be'],
  ['--chunk-size=-1', 'should be'],
  ['--confidence=sure', 'percentage or a fraction'],
  ['--window=soon', 'duration such as'],
  ['--window=-3h', 'duration such as'],
  ['--business-hours=Mon-Fri', 'should look like'],
  ['--business-hours=Mon-Fri 08:00-18:00 Nowhere/Land', 'Nowhere/Land'],
  ['--cpu-threshold=200', 'percentage or a fraction'],
  ['--cpu-assumed-request=much', 'should be'],
  ['--cpu-quiet=x', 'duration such as'],
  ['--memory-threshold=x', 'percentage or a fraction'],
  ['--memory-movement=x', 'percentage or a fraction'],
  ['--memory-quiet=x', 'duration such as'],
  ['--network-threshold=fast', 'should be'],
  ['--network-quiet=x', 'duration such as'],
  ['--requests-quiet=x', 'duration such as'],
  ['--earlier-use=x', 'duration such as'],
  ['--startup=x', 'duration such as'],
  ['--gap-intervals=few', 'should be'],
  ['--prometheus=perhaps', 'should be true or false'],
  ['--prometheus-url=prometheus:9090', 'begins with http'],
  ['--prometheus-header=X', 'a name and a value'],
  ['--prometheus-cluster-label=prod', 'should be'],
  ['--request-timeout=abc', 'duration such as'],
  ['--v=loud', 'should be'],
  ['--all-namespaces=maybe', 'should be true or false'],
  ['--output=pretty', 'should be one of'],
  ['--output=jsonpath={.items[', 'should look like'],
  ['--output=custom-columns=', 'should look like'],
  ['--sort-by=weight', 'should be one of'],
  ['--interactive=maybe', 'true, false or auto'],
];

for (const [flag, expected] of VALUES) {
  test(`${flag} is refused with exit code 2, and what would be right`, async () => {
    const outcome = await run(['idle', '--demo', flag]);
    refusedWith(outcome, 2, /^error: .+$/m);
    assert.match(outcome.stderr, expected);
  });
}

test.run();
