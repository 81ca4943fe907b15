/** What is seen of a cluster at one instant, apart from the containers' use (`Sample`): the rows that `collect` adds to the history. */

import type { Sample } from './usage.ts';

/** Everything that one round of collecting gives. */
export interface Observation {
  readonly samples: readonly Sample[];
  readonly pods: readonly PodSample[];
  readonly workloads: readonly WorkloadSample[];
  readonly nodes: readonly NodeSample[];
}

/** One pod. NaN where something is not known or has not happened; instants are Unix epoch milliseconds. */
export interface PodSample {
  readonly atMs: number;
  readonly namespace: string;
  readonly workloadKind: string;
  readonly workloadName: string;
  readonly pod: string;
  readonly uid: string;
  /** Empty while it is not scheduled. */
  readonly node: string;
  /** As in its status; `Gone` for a pod that went since the last round, whose row stands at the instant at which it was missed. */
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown' | 'Gone';
  readonly ready: boolean;
  /** Sum over its containers since the pod was made. */
  readonly restarts: number;
  /** Containers whose last termination was for want of memory. */
  readonly oomKills: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Sums over app containers and sidecars; NaN where none of them sets it. */
  readonly cpuRequestCores: number;
  readonly memoryRequestBytes: number;
  readonly cpuLimitCores: number;
  readonly memoryLimitBytes: number;
}

/** One workload. */
export interface WorkloadSample {
  readonly atMs: number;
  readonly namespace: string;
  readonly workloadKind: string;
  readonly workloadName: string;
  readonly uid: string;
  /** `spec.replicas`; NaN for kinds that have none. */
  readonly desiredReplicas: number;
  readonly pods: number;
  readonly readyPods: number;
  /** Sums over its pods. */
  readonly restarts: number;
  readonly cpuRequestCores: number;
  readonly memoryRequestBytes: number;
  /** Requests at list price; allocation, no bill. */
  readonly costPerHour: number;
}

/** One node. */
export interface NodeSample {
  readonly atMs: number;
  readonly node: string;
  readonly ready: boolean;
  /** What told its use: `metrics.k8s.io`, `kubelet`, `prometheus`; empty where nothing did. */
  readonly source: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  /** Received + transmitted. */
  readonly networkBytesPerSecond: number;
  readonly allocatableCpuCores: number;
  readonly allocatableMemoryBytes: number;
  /** Sums over the pods on it that have not ended. */
  readonly requestedCpuCores: number;
  readonly requestedMemoryBytes: number;
  readonly pods: number;
  /** Allocatable CPU and memory at the price list that is named. */
  readonly costPerHour: number;
  readonly currency: string;
  readonly priceSource: string;
  /** Seconds the rates were averaged over. */
  readonly windowSeconds: number;
}
