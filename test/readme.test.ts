/**
 * Every example in the README and in the commands' help runs. What the README shows of the demo is what the demo prints
 * (`UPDATE_GOLDEN=1` writes it anew); what is meant for a cluster runs on a real one.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chained } from '../lib/change/audit/chain.ts';
import { describeCommand } from '../plugin/flags/definitions.ts';
import { REGISTRY } from '../plugin/registry.ts';
import { AT, entry } from './change/audit/entries.ts';
import { sharedCluster } from './cluster/shared.ts';
import { clusterSuite } from './cluster/suite.ts';
import { assert, suite } from './harness.ts';
import { foreignCase } from './intelligence/foreign/write.ts';
import { temporaryFolder } from './kube/runtime.ts';
import { type Outcome, PROGRAM, run } from './plugin/run.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const readme = readFileSync(README, 'utf8');

/** Fenced blocks of one language, without their fences. */
function blocks(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

const shellLines = blocks('sh').flatMap((block) =>
  block
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line !== ''),
);
const setUp = shellLines.filter((line) => line.startsWith('npm '));
const onCluster = shellLines.filter((line) => !line.startsWith('npm '));

/** Where the files lie that examples name. */
const folder = temporaryFolder();
writeFileSync(`${folder}/CASES.jsonl`, `${JSON.stringify(foreignCase('forgotten staging', 1).line)}\n`);

writeFileSync(
  `${folder}/samples.csv`,
  'observed_at,namespace,workload_kind,workload_name,pod,container,cpu_cores\n2026-11-24T12:00:00Z,shop,Deployment,web,web-1,app,0.25\n',
);

writeFileSync(
  `${folder}/policy.yaml`,
  'apiVersion: upid.dev/v1alpha1\nkind: OptimizationPolicy\nnamespaces: [staging]\nkinds: [scale-to-zero]\nmaxChanges: 10\nmaxRisk: 0.3\n',
);

writeFileSync(`${folder}/trail.jsonl`, `${JSON.stringify(chained(entry('20261125T080000Z-3f9a'), AT, undefined))}\n`);

/** Runs a line as a shell does, `kubectl upid` being the built program. */
async function runLine(line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  assert.match(line, /^kubectl upid /, 'an example starts with kubectl upid');
  const script = `cd '${folder}' && ${line.replaceAll(/\bkubectl upid(?= )/g, `'${PROGRAM}'`)}`;
  return await run(['-c', script], { program: '/bin/sh', env: { KUBECTL_PATH: 'kubectl', ...env } });
}

const test = suite('examples on the demo');

test('each set-up command is one line that installs what the lock file says and runs a script that is there', () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
  assert.equal(setUp, ['npm ci && npm run demo', 'npm ci && npm test']);
  assert.type(scripts.demo, 'string');
  assert.type(scripts.test, 'string');
  assert.ok(readFileSync(`${ROOT}package-lock.json`, 'utf8').includes('"node_modules/node"'));
});

test('npm run demo shows idle workloads of the simulated cluster', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo'], { cwd: ROOT, encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.match(stdout, /^NAMESPACE +NAME +PODS +IDLE-SINCE/);
  assert.match(stderr, /SIMULATED/);
});

test('what the README shows of the demo is what it prints', async () => {
  let updated = readme;
  for (const block of blocks('console')) {
    const [first = '', ...expected] = block.split('\n');
    const { exitCode, stdout, stderr } = await runLine(first.replace(/^\$ /, ''));
    assert.is(exitCode, 0, stderr);
    updated = updated.replace(block, () => `${first}\n${stdout}`);
    if (!process.env.UPDATE_GOLDEN) assert.fixture(stdout, expected.join('\n'), `UPDATE_GOLDEN=1 writes ${first} anew`);
  }
  if (process.env.UPDATE_GOLDEN) writeFileSync(README, updated);
});

const examples = (
  await Promise.all(REGISTRY.map(async ({ load }) => describeCommand(await load(), 'kubectl upid').examples))
).flat();

/** Examples that need no cluster. */
const BY_ITSELF = /--demo|^kubectl upid (demo|version|completion|model evaluate|model info|data import .*--cluster-id)/;

for (const [label, line] of examples.filter(([, each]) => BY_ITSELF.test(each))) {
  test(`help: ${label}`, async () => {
    const KREW_ROOT = temporaryFolder();
    mkdirSync(`${KREW_ROOT}/bin`);
    const { exitCode, stdout, stderr } = await runLine(line, { KREW_ROOT });
    // Histories of machines are too large to lie here; what is said without them is one sentence.
    const unread = line.includes('HISTORIES.parquet');
    if (unread) assert.match(stderr, /^error: HISTORIES\.parquet cannot be read/);
    assert.is(exitCode, unread ? 1 : 0, stderr);
    // An export tells on standard error what it wrote.
    assert.ok(unread || (stdout + stderr).length > 0);
  });
}

test.run();

const testOnCluster = clusterSuite('examples on a cluster');

/** Namespaces and names of the help are somebody's; here they stand for what the test cluster has. */
function forTheTestCluster(line: string, prometheusUrl: string): string {
  return (
    line
      .replace('https://prometheus.example.com', prometheusUrl)
      .replace('deployment/web -n shop', 'deployment/web -n staging')
      // A working day is too long for a test.
      .replace(/--every \d+m(?: --for \d+h)?/, '--every 2s --for 3s')
  );
}

/** Examples about changes that were made at somebody's place, or that ask on a terminal: how they are refused here. */
const SOMEBODY_S: readonly (readonly [string, RegExp, number])[] = [
  ['kubectl upid history 2026', /^error: the journal of this machine knows no change 2026/m, 1],
  ['kubectl upid rollback 2026', /^error: (nobody can be asked|the journal of this machine knows no change)/m, 2],
  ['kubectl upid rollback deployment/', /^error: nobody can be asked before the cluster is changed/m, 2],
  ['kubectl upid wake deployment/', /^error: nobody can be asked before the cluster is changed/m, 2],
  ['kubectl upid wake statefulset/', /^Error from server \(NotFound\): statefulsets.apps "cache" not found/m, 1],
];

async function runsOnCluster(line: string): Promise<void> {
  const { cluster } = await sharedCluster();
  const { exitCode, stderr } = await runLine(forTheTestCluster(line, cluster.prometheusUrl ?? ''), {
    KUBECONFIG: cluster.kubeconfig,
  });
  const unchanged = SOMEBODY_S.find(([example]) => line.includes(example));
  if (unchanged) {
    const [, message, code] = unchanged;
    assert.match(stderr, message);
    assert.is(exitCode, code, stderr);
    return;
  }
  // Its history of a week is too short to learn from, and it has neither the cluster nor the account that the help names.
  const refused = line.includes('model train') || line.includes('--cluster-id');
  if (refused) assert.match(stderr, /^error: (not enough history to learn from: |there is no history of the cluster )/m);
  const says = refused || line.includes('--exit-code') || line.includes('can-i idle -A --as');
  assert.is(exitCode, says ? 1 : 0, stderr);
}

for (const line of onCluster) testOnCluster(line, () => runsOnCluster(line));

for (const [label, line] of examples.filter(([, each]) => !BY_ITSELF.test(each))) {
  testOnCluster(`help: ${label}`, () => runsOnCluster(line));
}

testOnCluster.run();
