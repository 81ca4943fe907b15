/** The real kubectl completes `kubectl upid`, with live names of a real cluster. */

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounts } from '../cluster/accounts.ts';
import { programsFolder } from '../cluster/build.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert, skip, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { TmuxTerminal, tmuxMissing } from '../ui/tmux.ts';
import { type Completed, completed, readAnswer, soonCompleted } from './complete.ts';
import { PROGRAM, run } from './run.ts';

const KUBECTL = join(programsFolder(), 'kubectl');

/** A PATH with the program and what `completion install` writes, and a home of its own. */
async function installed(): Promise<Readonly<Record<string, string>>> {
  const HOME = temporaryFolder();
  const links = join(HOME, '.krew', 'bin');
  mkdirSync(links, { recursive: true });
  const PATH = [links, dirname(PROGRAM), '/usr/bin', '/bin'].join(delimiter);
  const { exitCode, stderr } = await run(['completion', 'install'], { env: { HOME, PATH } });
  assert.equal({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  return { HOME, PATH };
}

/** Asks kubectl as its own script in the shell does. */
function askKubectl(words: readonly string[], env: Readonly<Record<string, string>>): Promise<Completed> {
  return new Promise((resolve, reject) => {
    const child = spawn(KUBECTL, ['__complete', 'upid', ...words], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () => resolve(readAnswer(stdout)));
  });
}

const test = suite('completion by kubectl');

/** Left out by name where there is no kubectl. */
function withKubectl(name: string, work: () => Promise<void>): void {
  if (existsSync(KUBECTL)) test(name, work);
  else skip(`completion by kubectl: ${name}`, 'the programs of the test cluster are not built');
}

withKubectl('it hands words and candidates through as they are', async () => {
  const env = await installed();
  for (const words of [
    [''],
    ['opt'],
    ['idle', '--sort-by='],
    ['idle', '-o', 'custom-columns='],
    ['idle', '--kubeconfig', ''],
    ['idle', '-n', ''],
  ]) {
    const kubectl = await askKubectl(words, { ...env, KUBECONFIG: join(env.HOME!, 'none') });
    assert.equal(kubectl, await completed(words), words.join(' '));
  }
  assert.equal((await askKubectl(['idle', '--demo', 'deployment/weekly'], env)).values, ['deployment/weekly-report']);
});

withKubectl('without what completion install writes it completes nothing', async () => {
  const env = await installed();
  assert.equal((await run(['completion', 'uninstall'], { env })).exitCode, 0);
  assert.equal(await askKubectl(['opt'], env), { values: [], descriptions: {}, directive: 0 });
});

withKubectl("the tab key in bash, by kubectl's own script", async () => {
  const missing = tmuxMissing() ?? bashCompletionMissing();
  if (missing) return skip("completion by kubectl: the tab key in bash, by kubectl's own script", missing);
  const env = await installed();
  const links = join(env.HOME!, '.krew', 'bin');
  copyFileSync(KUBECTL, join(links, 'kubectl'));
  const terminal = new TmuxTerminal({ columns: 120, rows: 40, workingDirectory: env.HOME!, env: { PATH: env.PATH! } });
  try {
    terminal.enter('bash --norc --noprofile');
    terminal.enter(`source ${BASH_COMPLETION}; source <(kubectl completion bash); echo ready`);
    await terminal.see(/^ready\n\$\n$/m);
    terminal.type('kubectl upid idle --demo deployment/weekly');
    terminal.press('Tab');
    terminal.type('X');
    await terminal.see(/^\$ kubectl upid idle --demo deployment\/weekly-report X$/m);
  } finally {
    terminal.close();
  }
});

/** kubectl's script needs it. */
const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';

function bashCompletionMissing(): string | undefined {
  if (spawnSync('bash', ['--version']).error) return 'bash is not installed';
  return existsSync(BASH_COMPLETION) ? undefined : 'bash-completion is not installed';
}

test.run();

const testOnCluster = clusterSuite('completion on a cluster');

let cluster: TestCluster;

testOnCluster.before(async () => {
  ({ cluster } = await sharedCluster());
});

/** An empty cache, and the administrator's rights unless another kubeconfig is given. */
function surroundings(kubeconfig = cluster.kubeconfig): Readonly<Record<string, string>> {
  return { KUBECONFIG: kubeconfig, XDG_CACHE_HOME: temporaryFolder() };
}

async function namesOf(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await cluster.runKubectl(['get', ...args, '-oname']);
  assert.is(code, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('/')[1]!)
    .toSorted();
}

testOnCluster('namespaces are those that kubectl lists', async () => {
  assert.equal((await soonCompleted(['idle', '-n', ''], surroundings())).toSorted(), await namesOf('namespaces'));
});

testOnCluster('workloads of each type are those that kubectl lists', async () => {
  const env = surroundings();
  const types = ['deployment', 'statefulset', 'daemonset', 'replicaset', 'cronjob', 'job', 'pod'];
  let seen = 0;
  for (const namespace of ['shop', 'data'])
    for (const type of types) {
      const { stdout } = await cluster.runKubectl(['get', type, '-n', namespace, '-oname']);
      if (stdout.trim() === '') continue;
      const names = (await namesOf(type, '-n', namespace)).map((name) => `${type}/${name}`);
      assert.equal((await soonCompleted(['idle', '-n', namespace, `${type}/`], env)).toSorted(), names);
      seen += 1;
    }
  assert.ok(seen > 3, `${seen}`);
});

testOnCluster('through kubectl, in the namespace of its context', async () => {
  const env = { ...(await installed()), ...surroundings(), KUBECONFIG: join(temporaryFolder(), 'config') };
  copyFileSync(cluster.kubeconfig, env.KUBECONFIG);
  await cluster.runKubectl(['config', 'set-context', '--current', '--namespace=shop'], { env });
  const expected = (await namesOf('deployments', '-n', 'shop')).map((name) => `deploy/${name}`);
  let values: readonly string[] = [];
  for (let tries = 0; tries < 100 && values.length === 0; tries++) {
    ({ values } = await askKubectl(['idle', 'deploy/'], env));
    await sleep(50);
  }
  assert.equal(values.toSorted(), expected);
});

testOnCluster('what may not be listed is not completed, and says nothing', async () => {
  const accounts = new Accounts(cluster);
  try {
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }];
    const { kubeconfig } = await accounts.make('completing', rules, 'shop');
    const env = surroundings(kubeconfig);
    assert.ok((await soonCompleted(['idle', '-n', 'shop', 'deploy/'], env)).length > 0);
    for (const words of [
      ['idle', '-n', ''],
      ['idle', '-n', 'data', 'deploy/'],
    ])
      assert.equal((await completed(words, env)).values, []);
  } finally {
    await accounts.clear();
  }
});

testOnCluster.run();
