/** The views over a history: documented columns, and sums over the cluster worked out by hand, from raw rows and from roll-ups alike. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { COLUMNS, type Table } from '../../lib/store/schema.ts';
import { createViews } from '../../lib/store/views.ts';
import type { NodeSample, PodSample, WorkloadSample } from '../../lib/types/observation.ts';
import { assert, suite } from '../harness.ts';
import { DAY, HOUR, MINUTE, NOW, networkSample, sample, testHistory } from './samples.ts';

const test = suite('views over the history');

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Asks the views of a cluster's folder. */
async function ask(folder: string, sql: string): Promise<Rows> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const { problems } = await createViews(connection, folder, "uid-'1'");
    assert.equal(problems, []);
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const node = (parts: Partial<NodeSample>): NodeSample => ({
  atMs: NOW,
  node: 'n-1',
  ready: true,
  source: 'metrics.k8s.io',
  cpuCores: 1,
  memoryBytes: 1e9,
  networkBytesPerSecond: 1000,
  allocatableCpuCores: 4,
  allocatableMemoryBytes: 8e9,
  requestedCpuCores: 2,
  requestedMemoryBytes: 4e9,
  pods: 10,
  costPerHour: 0.25,
  currency: 'USD',
  priceSource: 'list',
  windowSeconds: 15,
  ...parts,
});

const pod = (parts: Partial<PodSample>): PodSample => ({
  atMs: NOW,
  namespace: 'shop',
  workloadKind: 'Deployment',
  workloadName: 'web',
  pod: 'web-1',
  uid: 'u-1',
  node: 'n-1',
  phase: 'Running',
  ready: true,
  restarts: 0,
  oomKills: 0,
  createdAtMs: NOW - DAY,
  startedAtMs: NOW - DAY + 1,
  endedAtMs: Number.NaN,
  cpuRequestCores: 0.123_456,
  memoryRequestBytes: 134_217_728,
  cpuLimitCores: Number.NaN,
  memoryLimitBytes: 268_435_456,
  ...parts,
});

const workload = (parts: Partial<WorkloadSample>): WorkloadSample => ({
  atMs: NOW,
  namespace: 'shop',
  workloadKind: 'Deployment',
  workloadName: 'web',
  uid: 'w-1',
  desiredReplicas: 2,
  pods: 2,
  readyPods: 1,
  restarts: 3,
  cpuRequestCores: 0.5,
  memoryRequestBytes: 1e8,
  costPerHour: 0.1,
  ...parts,
});

test('every table is a view with its columns, also where nothing was recorded', async () => {
  const { directory, history } = testHistory();
  await history.close();
  const folder = join(directory, 'test');
  const shown = await ask(folder, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'main'");
  for (const table of Object.keys(COLUMNS) as Table[]) {
    const columns = shown.filter((row) => row.table_name === table).map((row) => row.column_name);
    assert.equal(columns, Object.keys(COLUMNS[table]), table);
    assert.equal(await ask(folder, `SELECT * FROM ${table}`), []);
  }
  const metrics = shown.filter((row) => row.table_name === 'cluster_metrics').map((row) => row.column_name);
  assert.equal(metrics, ['cluster_id', 'timestamp', 'cpu_usage', 'memory_usage', 'network_io', 'cost_per_hour']);
  assert.equal(await ask(folder, 'SELECT * FROM cluster_metrics'), []);
});

test('what was recorded is in the views, value by value', async () => {
  const { directory, history } = testHistory();
  await history.record({
    samples: [sample({ cpuPeakCores: 0.2 })],
    pods: [pod({}), pod({ pod: 'web-2', phase: 'Gone', ready: false, node: '', endedAtMs: NOW })],
    workloads: [workload({})],
    nodes: [node({ networkBytesPerSecond: Number.NaN })],
  });
  await history.close();
  const folder = join(directory, 'test');
  const [first, second] = await ask(folder, 'SELECT * FROM pods ORDER BY pod');
  assert.is(first?.cpu_request_cores, 0.123_456);
  assert.is(first?.memory_request_bytes, 134_217_728);
  assert.equal([first?.cpu_limit_cores, first?.ended_at], [null, null]);
  assert.equal(first?.created_at, new Date(NOW - DAY));
  assert.equal([second?.phase, second?.ready, second?.node, second?.ended_at], ['Gone', false, '', new Date(NOW)]);
  const [only] = await ask(folder, 'SELECT * FROM workloads');
  assert.equal([only?.desired_replicas, only?.ready_pods, only?.restarts, only?.cost_per_hour], [2, 1, 3, 0.1]);
  const [one] = await ask(folder, 'SELECT * FROM nodes');
  assert.equal([one?.network_bytes_per_second, one?.allocatable_memory_bytes, one?.currency], [null, 8e9, 'USD']);
  const [peak] = await ask(folder, 'SELECT cpu_peak_cores, memory_peak_bytes FROM samples');
  assert.equal(peak, { cpu_peak_cores: 0.2, memory_peak_bytes: null });
});

test('cluster_metrics: sums over nodes, of containers where no node was recorded; hourly where raw rows are gone', async () => {
  const { directory, history, setClock } = testHistory();
  const old = Date.parse('2026-11-20T10:00:00Z');
  setClock(old + HOUR);
  await history.record({
    samples: [sample({ atMs: old })],
    pods: [pod({ atMs: old }), pod({ atMs: old + MINUTE, restarts: 2 })],
    workloads: [workload({ atMs: old, pods: 1 }), workload({ atMs: old + MINUTE, pods: 3, restarts: 5 })],
    nodes: [
      node({ atMs: old, cpuCores: 1 }),
      node({ atMs: old + 10 * MINUTE, cpuCores: 3 }),
      node({ atMs: old, node: 'n-2', cpuCores: 0.5, ready: false }),
    ],
  });
  // An hour in which nobody asked the nodes.
  await history.append([
    sample({ atMs: old + 2 * HOUR, cpuCores: 0.5 }),
    sample({ atMs: old + 2 * HOUR + 20_000, pod: 'web-2', cpuCores: 0.25 }),
    networkSample({ atMs: old + 2 * HOUR, networkBytesPerSecond: 50 }),
  ]);
  const folder = join(directory, 'test');
  const sql = 'SELECT * FROM cluster_metrics';
  const row = (ms: number, cpu: number, memory: number, network: number, cost: number | null) => ({
    cluster_id: "uid-'1'",
    timestamp: new Date(ms),
    cpu_usage: cpu,
    memory_usage: memory,
    network_io: network,
    cost_per_hour: cost,
  });
  assert.equal(await ask(folder, sql), [
    row(old, 1.5, 2e9, 2000, 0.5),
    row(old + 10 * MINUTE, 3, 1e9, 1000, 0.25),
    row(old + 2 * HOUR, 0.75, 2e8, 50, null),
  ]);
  setClock(NOW);
  await history.prune();
  for (const table of ['samples', 'pods', 'workloads', 'nodes']) rmSync(join(folder, table), { recursive: true });
  assert.equal(await ask(folder, sql), [row(old, 2.5, 2e9, 2000, 0.5), row(old + 2 * HOUR, 0.75, 2e8, 50, null)]);
  const [first] = await ask(folder, 'SELECT * FROM hourly_nodes ORDER BY node');
  assert.equal([first?.cpu_mean_cores, first?.cpu_max_cores, first?.samples, first?.ready], [2, 3, 2, true]);
  assert.equal(await ask(folder, 'SELECT restarts, samples, ended_at FROM hourly_pods'), [
    { restarts: 2, samples: 2, ended_at: null },
  ]);
  assert.equal(await ask(folder, 'SELECT restarts, pods FROM hourly_workloads'), [{ restarts: 5, pods: 2 }]);
  await history.close();
});

test.run();
