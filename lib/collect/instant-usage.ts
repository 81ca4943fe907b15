/** Samples of one moment as use: a single slot that ends now. It shows what is used, and proves nothing about hours. */

import { type Sample, type WorkloadUsage, workloadKey } from '../types/usage.ts';

/** The metrics API's figures are up to about a minute old, and its windows as long. */
const SLOT_SECONDS = 120;

/** Use of each workload by its busiest pod, app containers summed; keyed by workloadKey. */
export function instantUsage(samples: readonly Sample[], nowMs: number): ReadonlyMap<string, WorkloadUsage> {
  const app = samples.filter((sample) => sample.app);
  const byWorkload = Map.groupBy(app, ({ namespace, workloadKind, workloadName }) =>
    workloadKey({ namespace, kind: workloadKind, name: workloadName }),
  );
  return new Map([...byWorkload].map(([key, rows]) => [key, usageOf(rows, nowMs)]));
}

function usageOf(rows: readonly Sample[], nowMs: number): WorkloadUsage {
  const pods = [...Map.groupBy(rows, (row) => row.pod).values()];
  const busiest = (read: (row: Sample) => number): Float64Array =>
    Float64Array.of(Math.max(...pods.map((pod) => pod.reduce((sum, row) => sum + read(row), 0))));
  return {
    source: 'metrics.k8s.io',
    grid: { startMs: nowMs - SLOT_SECONDS * 1000, slotSeconds: SLOT_SECONDS, slots: 1 },
    sampleSeconds: SLOT_SECONDS,
    cpuPeakCores: busiest((row) => row.cpuCores),
    memoryPeakBytes: busiest((row) => row.memoryBytes),
    podCount: Float64Array.of(pods.length),
  };
}
