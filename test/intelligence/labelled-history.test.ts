import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeIdle } from '../../lib/intelligence/idle/judge.ts';
import { defaultIdleSettings } from '../../lib/intelligence/idle/settings.ts';
import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { type History, openHistory } from '../../lib/store/history.ts';
import { isSidecar } from '../../lib/types/sidecar.ts';
import { type Sample, type UsageEvidence, workloadKey } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { seriesOf } from './evidence.ts';
import { observed } from './observed.ts';

const test = suite('labelled cases through the history');

const NOW = Date.UTC(2026, 2, 31, 7, 20);
const DAY_MS = 86_400_000;
const STEP_SECONDS = 600;

const cluster = labelledCluster(60_001, { timeZone: 'Europe/Berlin' });
let directory: string;
let history: History;
let workloads: readonly Workload[];
let evidence: ReadonlyMap<string, UsageEvidence>;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'labelled-'));
  history = openHistory({ directory, clusterId: 'labelled', runtime: testRuntime() });
  workloads = await observed(cluster.workloads, NOW);
  await history.append(cluster.workloads.flatMap(samplesOf));
  evidence = await readBack();
});

test.after(async () => {
  history.close();
  await rm(directory, { recursive: true, force: true });
});

/** A week of samples of all replicas. */
function samplesOf(described: WorkloadDescription): readonly Sample[] {
  const workload = observedOf(described);
  const period = { shape: 'history', nowMs: NOW, days: 7, stepSeconds: STEP_SECONDS, seed: cluster.seed, lost: 0 } as const;
  const base = {
    namespace: workload.ref.namespace,
    workloadKind: workload.ref.kind,
    workloadName: workload.ref.name,
    source: 'kubelet',
    windowSeconds: STEP_SECONDS,
  };
  const nothing = {
    cpuCores: Number.NaN,
    memoryBytes: Number.NaN,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
  };
  return workload.pods.flatMap(({ name: pod }, replica) => {
    const series = seriesOf(described, replica, period);
    return [...series.requests.keys()].flatMap((step): readonly Sample[] => {
      const atMs = series.startMs + (step + 1) * STEP_SECONDS * 1000;
      const network = series.receiveBytesPerSecond[step]! + series.transmitBytesPerSecond[step]!;
      if (Number.isNaN(network)) return [];
      const containers = described.containers.map(({ name, image }): Sample => {
        const { cpuCores, memoryBytes } = series.containers.get(name)!;
        const app = !isSidecar({ name, image, role: 'app' });
        return {
          ...base,
          ...nothing,
          atMs,
          pod,
          container: name,
          app,
          cpuCores: cpuCores[step]!,
          memoryBytes: memoryBytes[step]!,
        };
      });
      const requests = described.requestCounter === undefined ? Number.NaN : series.requests[step]!;
      // The kubelet tells nothing of the network of a pod that has none of its own.
      const networkBytesPerSecond = described.hostNetwork ? Number.NaN : network;
      return [...containers, { ...base, ...nothing, atMs, pod, container: '', app: true, networkBytesPerSecond, requests }];
    });
  });
}

function observedOf({ namespace, name, owner }: WorkloadDescription): Workload {
  return workloads.find(({ ref }) => ref.namespace === namespace && ref.name === (owner?.name ?? name))!;
}

/** The window in slots of ten minutes, the hours before it, as a look reads them. */
async function readBack(): Promise<ReadonlyMap<string, UsageEvidence>> {
  const fine = await history.usage({ fromMs: NOW - DAY_MS, toMs: NOW, slotSeconds: STEP_SECONDS });
  const earlier = await history.usage({ fromMs: NOW - 14 * DAY_MS, toMs: NOW - DAY_MS, slotSeconds: 3600 });
  return new Map(
    [...fine.keys()].map((key) => {
      const parts = [fine.get(key), earlier.get(key)].filter((part) => part !== undefined);
      const usage = parts.map((part) => part.usage);
      return [key, { usage, requests: parts.flatMap(({ requests }) => requests ?? []), containers: [] }] as const;
    }),
  );
}

for (const described of cluster.workloads) {
  test(`${described.name}, a case of ${described.scenario}, is ${described.label}`, () => {
    const workload = observedOf(described);
    const context = { nowMs: NOW, settings: defaultIdleSettings('Europe/Berlin'), workloads, unread: [] };
    const finding = judgeIdle(workload, evidence.get(workloadKey(workload.ref))!, context);
    assert.is(finding.verdict, described.label, finding.reason);
    if (finding.verdict === 'idle') assert.ok(finding.confidence >= 0.85, `confidence ${finding.confidence}`);
    if (finding.verdict === 'unknown') assert.ok(finding.missing.length > 0);
  });
}

test.run();
