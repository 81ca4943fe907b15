/** `collect` against a real control plane: what it records, that it fills gaps from a real Prometheus, and what it says. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { containerSeries } from '../collect/container-series.ts';
import { ENGINES, type RunningEngine, startEngine } from '../collect/engines.ts';
import { remoteWrite } from '../collect/remote-write.ts';
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
  const value: unknown = JSON.parse(stdout);
  assert.ok(shape(value), JSON.stringify(shape.errors));
  return (value as { readonly items: readonly Round[] }).items;
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
  const server: RunningEngine = await startEngine(engine);
  try {
    const minute = 60_000;
    const now = Math.floor(Date.now() / minute) * minute;
    // A pod of a template before the present one.
    const pod = `${deployment.name}-6d4cf56db6-x7k2p`;
    const series = containerSeries({ pod, namespace: deployment.namespace, cpu: () => 0.25 }, minute);
    await remoteWrite(server.url, series, { fromMs: now - 5 * 60 * minute, toMs: now, stepMs: minute });
    await new Promise((resolve) => setTimeout(resolve, 1500));
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
    [['--backfill', '7d', '--prometheus=false'], /^error: --backfill and --prometheus=false contradict each other/],
  ] as const) {
    const { exitCode, stderr, stdout } = await run(['collect', ...args, '--kubeconfig', join(history, 'none')]);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, sentence);
    assert.is(stdout, '');
  }
});

test.run();
