/** The real kubectl runs the program as its plugin, on a real cluster. */

import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Ran, TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { PROGRAM, run } from './run.ts';

const test = clusterSuite('as a plugin of kubectl');

let cluster: TestCluster;
let kubeconfig: string;

test.before(async () => {
  ({ cluster } = await sharedCluster());
  kubeconfig = join(temporaryFolder(), 'config');
  copyFileSync(cluster.kubeconfig, kubeconfig);
});

/** Runs kubectl with the program's folder on PATH, and nothing else that it could find. */
function kubectl(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return cluster.runKubectl(args, {
    env: {
      KUBECONFIG: kubeconfig,
      HOME: temporaryFolder(),
      PATH: [dirname(PROGRAM), '/usr/bin', '/bin'].join(delimiter),
      ...env,
    },
  });
}

const LOOK = ['upid', 'idle', '--no-history', '--prometheus=false'];

test('kubectl upid finds it, and it calls itself so', async () => {
  const { code, stdout, stderr } = await kubectl(['upid', 'idle', '--demo', '-oname']);
  assert.is(code, 0, stderr);
  assert.is(stdout, (await run(['idle', '--demo', '-oname'])).stdout);
  assert.match((await kubectl(['upid', '--help'])).stdout, /^ {2}kubectl upid COMMAND \[flags\]$/m);
});

test('kubectl plugin list shows it without a warning', async () => {
  const { code, stdout, stderr } = await kubectl(['plugin', 'list']);
  assert.equal({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, PROGRAM);
  assert.is(stdout.split('kubectl-').length - 1, 1, 'nothing else that lies beside it is taken for a plugin');
});

test('a link to it elsewhere on PATH, as krew makes one, is found as well', async () => {
  const links = join(temporaryFolder(), 'bin');
  mkdirSync(links);
  symlinkSync(PROGRAM, join(links, 'kubectl-upid'));
  const { code, stdout, stderr } = await kubectl(['upid', 'version'], { PATH: [links, '/usr/bin', '/bin'].join(delimiter) });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^kubectl-upid +\d/m);
});

test("it looks where kubectl's own context points, and where -n, --context and -A say", async () => {
  const namespaceOf = async (...args: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await kubectl([...LOOK, '-ojson', ...args]);
    assert.is(code, 0, stderr);
    return JSON.parse(stdout).metadata.namespace;
  };
  assert.is(await namespaceOf(), 'default');
  assert.is((await kubectl(['config', 'set-context', '--current', '--namespace=staging'])).code, 0);
  assert.is(await namespaceOf(), 'staging');
  assert.is(await namespaceOf('-n', 'shop'), 'shop');
  assert.is(await namespaceOf('-A'), '');
  const named = await kubectl(['config', 'set-context', 'other', '--namespace=shop', '--cluster=test-cluster', '--user=admin']);
  assert.is(named.code, 0, named.stderr);
  assert.is(await namespaceOf('--context', 'other'), 'shop');
});

test('what is not there is told as kubectl tells it', async () => {
  for (const namespace of ['shop', 'no-such-namespace']) {
    const ours = await kubectl([...LOOK, '-n', namespace, '-l', 'no=such']);
    const theirs = await kubectl(['get', 'pods', '-n', namespace, '-l', 'no=such']);
    assert.equal(ours, theirs);
    assert.equal(ours, { code: 0, stdout: '', stderr: `No resources found in ${namespace} namespace.\n` });
  }
  for (const command of ['idle', 'optimize']) {
    const { code, stdout, stderr } = await kubectl(['upid', command, '--no-history', '-n', 'shop', 'deployment/no-such']);
    assert.equal({ code, stdout }, { code: 1, stdout: '' });
    assert.is(stderr, 'error: no deployment "no-such" was found in shop namespace; check type, name and namespace\n');
  }
});

test('a pod names the workload that owns it', async () => {
  const pods = (await kubectl(['get', 'pods', '-n', 'shop', '-oname'])).stdout.split('\n');
  const pod = pods.find((name) => name.startsWith('pod/file-server-'))!;
  for (const command of ['idle', 'optimize']) {
    const { code, stderr, stdout } = await kubectl(['upid', command, '--no-history', '-n', 'shop', pod, '-ojson']);
    assert.is(code, 0, stderr);
    if (command === 'idle')
      assert.equal(
        JSON.parse(stdout).items.map(({ name }: { name: string }) => name),
        ['file-server'],
      );
  }
});

test('its sentences and exit codes reach the shell through kubectl', async () => {
  const usage = await kubectl(['upid', 'idle', '--confidense', '3']);
  assert.equal(usage, { code: 2, stdout: '', stderr: 'error: unknown flag: --confidense; did you mean --confidence?\n' });
  const unknown = await kubectl(['upid', 'idel']);
  assert.equal(unknown, {
    code: 2,
    stdout: '',
    stderr: 'error: unknown command "idel" for "kubectl upid"; did you mean idle?\n',
  });
  const context = await kubectl([...LOOK, '--context', 'nope']);
  assert.is(context.code, 1);
  assert.match(context.stderr, /^error: context "nope" does not exist; contexts in \S+: .*test-cluster/);
  assert.is((await kubectl(['upid', 'optimize', '--demo', '--exit-code', '-oname'])).code, 1);
});

test('Ctrl-C in the middle of a look ends kubectl and it with 130, quietly', async () => {
  const child = spawn(cluster.kubectl, ['upid', 'idle', '-A', '--no-history', '-v=6'], {
    env: { PATH: [dirname(PROGRAM), '/usr/bin', '/bin'].join(delimiter), HOME: temporaryFolder(), KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    // The first answer is there, others are on their way. kubectl has become the program: exec keeps the process.
    if (stderr.includes(' 200 OK ')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal({ code, stdout }, { code: 130, stdout: '' });
  assert.not.match(stderr, /error:|Warning/);
});

test.run();
