/** `collect` against a real control plane: what it records, that it fills gaps from a real Prometheus, and what it says. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { containerSeries } from '../collect/container-series.ts';
import { ENGINES, startFilled } from '../collect/engines.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { run } from './run.ts';

const test = clusterSuite('collect');

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));
const shape = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] }).compile(
  read('collection-list'),
);

interface Round {
  readonly cluster: string;
  readonly at: string;
  readonly pods: number;
  readonly containers: number;
  readonly workloads: number;
  readonly nodes: number;
  readonly backfilledSamples: number;
}

let cluster: TestCluster;
let history: string;

test.before(async () => {
  ({ cluster } = await sharedCluster());
  history = temporaryFolder();
});

async function collect(...args: readonly string[]): Promise<readonly Round[]> {
  const asked = ['collect', '-A', '-o', 'json', '--kubeconfig', cluster.kubeconfig, '--history', history, ...args];
  const { exitCode, stdout, stderr } = await run(asked);
  assert.is(exitCode, 0, stderr);
  const documents = args.includes('--every') ? stdout.trim().split('\n') : [stdout];
  return documents.flatMap((text) => {
    const value: unknown = JSON.parse(text);
    assert.ok(shape(value), JSON.stringify(shape.errors));
    return (value as { readonly items: readonly Round[] }).items;
  });
}

interface Counted {
  readonly [name: string]: number;
}

/** Rows of an answer to a query over what was recorded. */
async function query(id: string, sql: string): Promise<Counted> {
  const { exitCode, stdout, stderr } = await run(['data', 'query', '--history', history, '--cluster-id', id, '-o', 'csv', sql]);
  assert.is(exitCode, 0, stderr);
  const [names, values] = stdout.trim().split(/\r?\n/);
  const fields = values!.split(',');
  return Object.fromEntries(names!.split(',').map((name, index) => [name, Number(fields[index])]));
}

test('one round records every pod, node and workload', async () => {
  const [round, ...others] = await collect('--prometheus=false');
  assert.equal(others, []);
  assert.ok(round!.pods > 0 && round!.nodes > 0 && round!.workloads > 0, JSON.stringify(round));
  const counted = await query(round!.cluster, 'SELECT count(*) AS pods, count(DISTINCT uid) AS uids FROM pods');
  assert.equal(counted, { pods: round!.pods, uids: round!.pods });
});

test('rounds follow each other at the pace that is asked for, until the time is over', async () => {
  const rounds = await collect('--prometheus=false', '--every', '2s', '--for', '5s');
  assert.is(rounds.length, 3);
  const seconds = rounds.map(({ at }) => Date.parse(at) / 1000);
  assert.ok(Math.abs(seconds[2]! - seconds[0]! - 4) <= 1, String(seconds));
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends rounds in order: what was told of is recorded, and the exit code is 0`, async () => {
    const folder = temporaryFolder();
    const flags = ['-A', '--prometheus=false', '--kubeconfig', cluster.kubeconfig, '--history', folder];
    const outcome = await run(['collect', ...flags, '--every', '1s', '-o', 'json'], {
      started: (child) => {
        let lines = 0;
        child.stdout!.on('data', () => {
          lines += 1;
          if (lines === 2) child.kill(signal);
        });
      },
    });
    assert.is(outcome.exitCode, 0, outcome.stderr);
    assert.match(outcome.stderr, /^\d+ rounds recorded\n$/);
    const told = outcome.stdout.trim().split('\n').length;
    const status = await run(['data', 'status', '--history', folder, '-o', 'json']);
    const id = JSON.parse(status.stdout).items[0].cluster;
    const { exitCode, stdout } = await run([
      ...['data', 'query', '--history', folder, '--cluster-id', id, '--no-headers'],
      'SELECT count(DISTINCT observed_at) FROM pods',
    ]);
    assert.equal({ exitCode, rounds: Number(stdout) }, { exitCode: 0, rounds: told });
  });
}

test('two collectors on one history at once: both record, and nothing is lost', async () => {
  const folder = temporaryFolder();
  const flags = [
    '-A',
    '--prometheus=false',
    '--kubeconfig',
    cluster.kubeconfig,
    '--history',
    folder,
    '--every',
    '1s',
    '--for',
    '3s',
  ];
  const [one, two] = await Promise.all([run(['collect', ...flags, '--no-headers']), run(['collect', ...flags, '--no-headers'])]);
  assert.equal([one.exitCode, two.exitCode], [0, 0], one.stderr + two.stderr);
  const told = (one.stdout + two.stdout).trim().split('\n').length;
  const { items } = JSON.parse((await run(['data', 'status', '--history', folder, '-o', 'json'])).stdout);
  const rows = items.find(({ table }: { readonly table: string }) => table === 'nodes').rows;
  const nodes = Number(one.stdout.trim().split(/\s+/)[6]);
  assert.is(rows, told * nodes);
});

test('a cluster that is not there fails with a sentence, and nothing is made', async () => {
  const folder = join(temporaryFolder(), 'history');
  const gone = ['--server', 'https://127.0.0.1:9', '--kubeconfig', cluster.kubeconfig, '--history', folder];
  for (const args of [[], ['--every', '1s', '--for', '2s']]) {
    const { exitCode, stdout, stderr } = await run(['collect', '-A', ...gone, ...args]);
    assert.equal({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    assert.match(stderr, /error: .*127\.0\.0\.1:9/);
    assert.is(existsSync(folder), false);
  }
});

test('what the history lacks is filled from Prometheus, once', async () => {
  const engine = ENGINES.find(({ program }) => program !== undefined);
  if (!engine) return;
  const listed = await run([
    'idle',
    '-A',
    '-o',
    'json',
    '--include-unknown',
    '--include-active',
    '--no-history',
    '--kubeconfig',
    cluster.kubeconfig,
  ]);
  const deployment = JSON.parse(listed.stdout).items.find(({ kind }: { kind: string }) => kind === 'Deployment');
  const minute = 60_000;
  const now = Math.floor(Date.now() / minute) * minute;
  // A pod of a template before the present one.
  const pod = `${deployment.name}-6d4cf56db6-x7k2p`;
  const series = containerSeries({ pod, namespace: deployment.namespace, cpu: () => 0.25 }, minute);
  const server = await startFilled(engine, series, { fromMs: now - 5 * 60 * minute, toMs: now, stepMs: minute });
  try {
    const flags = ['--prometheus-url', server.url, '--backfill', '6h'];
    const [filled] = await collect(...flags);
    assert.ok(filled!.backfilledSamples >= 4 * 12, JSON.stringify(filled));
    const [again] = await collect(...flags);
    assert.is(again!.backfilledSamples, 0);
    // In its first row it had not lived for the whole of the five minutes.
    const { least, most } = await query(
      filled!.cluster,
      `SELECT quantile_cont(cpu_cores, 0.1) AS least, max(cpu_cores) AS most FROM samples WHERE pod = '${pod}'`,
    );
    assert.ok(least! > 0.24 && most! < 0.26, `${least} to ${most}`);
  } finally {
    await server.stop();
  }
});

test('what cannot be combined is refused before anything is asked', async () => {
  for (const [args, sentence] of [
    [['--demo'], /^error: the simulated cluster comes with its history/],
    [['--no-history'], /^error: collect and --no-history contradict each other/],
    [['--for', '8h'], /^error: --for needs --every/],
    [['--every', 'often'], /^error: .*--every.*a duration such as/],
    [['--backfill', '7d', '--prometheus=false'], /^error: --backfill and --prometheus=false contradict each other/],
  ] as const) {
    const { exitCode, stderr, stdout } = await run(['collect', ...args, '--kubeconfig', join(history, 'none')]);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, sentence);
    assert.is(stdout, '');
  }
});

test.run();
