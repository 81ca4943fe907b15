/** What is observed, as the values of the columns of each table, in their order. */

import type { NodeSample, PodSample, WorkloadSample } from '../types/observation.ts';
import type { Sample } from '../types/usage.ts';
import { HALF_PER_CENT, QUARTER_PER_CENT, rounded } from './precision.ts';
import type { RawTable } from './schema.ts';

/** NaN and undefined are NULL; instants are Unix epoch milliseconds. */
export type Value = string | number | boolean | undefined;

export interface Rows {
  readonly samples: readonly Sample[];
  readonly pods: readonly PodSample[];
  readonly workloads: readonly WorkloadSample[];
  readonly nodes: readonly NodeSample[];
}

type ValuesOf = { readonly [T in RawTable]: (row: Rows[T][number]) => readonly Value[] };

export const VALUES_OF: ValuesOf = {
  samples: (row) => [
    row.atMs,
    ...workloadOf(row),
    row.pod,
    row.container,
    row.app,
    row.source,
    rounded(row.cpuCores, HALF_PER_CENT),
    rounded(row.memoryBytes, QUARTER_PER_CENT),
    rounded(row.networkBytesPerSecond, HALF_PER_CENT),
    row.requests,
    row.windowSeconds,
    rounded(row.cpuPeakCores, HALF_PER_CENT),
    rounded(row.memoryPeakBytes, QUARTER_PER_CENT),
    rounded(row.networkPeakBytesPerSecond, HALF_PER_CENT),
  ],
  pods: (row) => [
    row.atMs,
    ...workloadOf(row),
    row.pod,
    row.uid,
    row.node,
    row.phase,
    row.ready,
    row.restarts,
    row.oomKills,
    row.createdAtMs,
    row.startedAtMs,
    row.endedAtMs,
    row.cpuRequestCores,
    row.memoryRequestBytes,
    row.cpuLimitCores,
    row.memoryLimitBytes,
  ],
  workloads: (row) => [
    row.atMs,
    ...workloadOf(row),
    row.uid,
    row.desiredReplicas,
    row.pods,
    row.readyPods,
    row.restarts,
    row.cpuRequestCores,
    row.memoryRequestBytes,
    row.costPerHour,
  ],
  nodes: (row) => [
    row.atMs,
    row.node,
    row.ready,
    row.source,
    rounded(row.cpuCores, HALF_PER_CENT),
    rounded(row.memoryBytes, QUARTER_PER_CENT),
    rounded(row.networkBytesPerSecond, HALF_PER_CENT),
    row.allocatableCpuCores,
    row.allocatableMemoryBytes,
    row.requestedCpuCores,
    row.requestedMemoryBytes,
    row.pods,
    row.costPerHour,
    row.currency,
    row.priceSource,
    row.windowSeconds,
  ],
};

function workloadOf({ namespace, workloadKind, workloadName }: Pick<Sample, 'namespace' | 'workloadKind' | 'workloadName'>) {
  return [namespace, workloadKind, workloadName] as const;
}
