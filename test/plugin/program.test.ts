import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { PROGRAM, run } from './run.ts';

const test = suite('the program on the command line');

for (const args of [[], ['--help'], ['-h'], ['help']]) {
  test(`"${args.join(' ')}" shows the commands, each with one line`, async () => {
    const { exitCode, stdout, stderr } = await run(args);
    assert.is(exitCode, 0);
    assert.is(stderr, '');
    assert.match(stdout, /^ {2}idle +Find idle pods and workloads/m);
    assert.match(stdout, /^ {2}kubectl upid COMMAND \[flags\]$/m);
  });
}

for (const command of ['idle', 'optimize', 'demo', 'version', 'completion']) {
  test(`${command} --help shows its flags and at least two examples`, async () => {
    const asked = await run([command, '--help']);
    assert.is(asked.exitCode, 0, asked.stderr);
    assert.match(asked.stdout, new RegExp(`^ {2}kubectl upid ${command} .*\\[flags\\]$`, 'm'));
    assert.ok((asked.stdout.match(/^ {2}# /gm) ?? []).length >= 2);
    assert.equal(await run(['help', command]), asked);
  });
}

const USAGE: readonly (readonly [string, string])[] = [
  ['idel', 'error: unknown command "idel" for "kubectl upid"; did you mean idle?'],
  ['frobnicate', 'error: unknown command "frobnicate" for "kubectl upid"; see kubectl upid --help'],
  ['-A', 'error: no command was named; see kubectl upid --help'],
  ['version extra', 'error: version takes no arguments, got "extra"; see --help'],
  ['idle --confidense 3', 'error: unknown flag: --confidense; did you mean --confidence?'],
  [
    'idle --confidence 300',
    'error: invalid value for --confidence: "300"; it should be a percentage or a fraction, such as 85, 85% or 0.85',
  ],
  ['idle --window soon', 'error: invalid value for --window: "soon"; it should be a duration such as 30m, 24h or 7d'],
  [
    'idle --business-hours always',
    'error: invalid value for --business-hours: business hours should look like "Mon-Fri 08:00-18:00 Europe/Berlin"',
  ],
  ['idle --interactive=maybe', 'error: invalid value for --interactive: "maybe"; it should be true, false or auto'],
  [
    'idle --interactive',
    'error: standard input and output are no terminal, so the view cannot be shown; leave --interactive out',
  ],
  ['idle --sort-by weight', 'error: invalid value for --sort-by: "weight"; it should be one of'],
  ['idle -o jsonpath={.items[', 'error: invalid JSONPath "{.items[": a brace or a quote is not closed; it should look like'],
  ['idle web', 'error: "web" names no workload; name workloads as TYPE/NAME, for example deployment/web'],
  ['idle deploy/web -A', 'error: a workload cannot be named across all namespaces; give its namespace with -n'],
  ['idle deploy/web -l app=web', 'error: names and --selector cannot be given together; give one of them'],
  [
    'idle --prometheus-url ftp://x',
    'error: invalid value for --prometheus-url: "ftp://x"; it should be a URL that begins with http:// or https://',
  ],
  [
    'idle --prometheus=false --prometheus-url http://x',
    'error: --prometheus=false and --prometheus-url contradict each other; give one of them',
  ],
  ['idle --prometheus-header X', 'error: invalid value for --prometheus-header: "X"; it should be a name and a value'],
  ['idle --history x --no-history', 'error: --history and --no-history contradict each other; give one of them'],
  ['idle --demo=perhaps', 'error: invalid value "perhaps" for --demo; it should be true or false'],
  ['optimize --dry-run=yes', 'error: invalid value for --dry-run: "yes"; it should be one of server, client, none'],
  ['optimize --apply', 'error: unknown flag: --apply; see --help'],
];

for (const [line, sentence] of USAGE) {
  test(`"${line}" is refused in one sentence with exit code 2`, async () => {
    const { exitCode, stdout, stderr } = await run(line.split(' '));
    assert.is(exitCode, 2, stderr);
    assert.is(stdout, '');
    assert.ok(stderr.startsWith(sentence), stderr);
    assert.is(stderr.trimEnd().split('\n').length, 1);
  });
}

test('the stack is shown from -v=6 on only', async () => {
  const { stderr } = await run(['idle', '--window', 'soon', '-v=6']);
  assert.match(stderr, /^ +at /m);
});

test('flags may stand before the command', async () => {
  const { exitCode, stdout } = await run(['-ojson', 'version']);
  assert.is(exitCode, 0);
  assert.is(JSON.parse(stdout)['kubectl-upid'], '0.1.0');
});

test('version tells the parts, for a person and for a script', async () => {
  const { stdout } = await run(['version']);
  assert.match(stdout, /^node +26\./m);
  assert.match(stdout, /^duckdb +1\./m);
  assert.match((await run(['version', '-o', 'yaml'])).stdout, /^node: 26\./m);
});

test('without a kubeconfig the failure is one sentence and exit code 1', async () => {
  const { exitCode, stdout, stderr } = await run(['idle']);
  assert.is(exitCode, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^error: .*kubeconfig.*; .*\n$/);
});

test('with --exit-code a failure is not taken for an answer', async () => {
  const { exitCode } = await run(['optimize', '--exit-code']);
  assert.is(exitCode, 2);
});

test('it runs through a link of another name, and then names itself so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'upid-link-'));
  try {
    symlinkSync(PROGRAM, join(folder, 'kubectl-upid'));
    symlinkSync('kubectl-upid', join(folder, 'upid'));
    assert.match((await run([], { program: join(folder, 'upid') })).stdout, /^ {2}kubectl-upid COMMAND/m);
    assert.match((await run([], { program: join(folder, 'kubectl-upid') })).stdout, /^ {2}kubectl upid COMMAND/m);
    const asKubectl = await run([], { program: join(folder, 'upid'), env: { KUBECTL_PATH: '/usr/bin/kubectl' } });
    assert.match(asKubectl.stdout, /^ {2}kubectl upid COMMAND/m);
    const found = await run(['upid-by-path'], { program: 'sh', env: { PATH: `${folder}:${process.env.PATH}` } });
    assert.is.not(found.exitCode, 0);
    const byPath = await run(['-c', 'cd / && kubectl-upid version'], {
      program: 'sh',
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    assert.match(byPath.stdout, /^node +26\./m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("another program's NODE_OPTIONS do not reach it", async () => {
  const { exitCode, stdout } = await run(['version'], { env: { NODE_OPTIONS: '--require=/nowhere.js' } });
  assert.is(exitCode, 0);
  assert.match(stdout, /^node/m);
});

test('a reader that goes away ends it quietly', async () => {
  const { stderr, stdout } = await run(['-o', 'pipefail', '-c', `"${PROGRAM}" idle --help | head -n 1`], { program: 'bash' });
  assert.is(stderr, '');
  assert.is(stdout.split('\n').length, 2);
});

test('Ctrl-C while a server keeps silent ends it with 130 and without a word', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const { port } = silent.address() as AddressInfo;
  try {
    const { exitCode, stdout, stderr } = await run(['idle', '--server', `http://127.0.0.1:${port}`, '--no-history'], {
      started: (child) => silent.once('connection', () => child.kill('SIGINT')),
    });
    assert.equal({ exitCode, stdout, stderr }, { exitCode: 130, stdout: '', stderr: '' });
  } finally {
    silent.close();
  }
});

test('the launcher lies beside its parts', async () => {
  const { stdout } = await run(['-c', `ls "${dirname(PROGRAM)}"`], { program: 'sh' });
  for (const part of ['THIRD-PARTY-NOTICES.txt', 'kubectl-upid', 'lib']) assert.match(stdout, part);
});

test.run();
