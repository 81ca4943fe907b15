/** The pods of a described cluster: their names, lives and nodes. Objects, metrics and history are all made from these. */

import type { ClusterDescription, WorkloadDescription } from './description.ts';
import { nameSuffix } from './random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS_A_DAY = 24;
const DAY_MS = HOURS_A_DAY * HOUR_MS;

/** Finished Jobs that a CronJob keeps unless told otherwise. */
export const KEPT_JOBS = 3;

/** One pod, of now or of the past. */
export interface Replica {
  readonly workload: WorkloadDescription;
  /** 0-based; of a DaemonSet that of its node, of a CronJob that of its run, newest first. */
  readonly index: number;
  readonly name: string;
  /** The Job of a CronJob's run. */
  readonly job?: string;
  readonly startMs: number;
  /** Absent while it runs. */
  readonly endMs?: number;
}

/** All pods that a workload has had since an instant, those of now included. */
export function replicasSince(
  description: ClusterDescription,
  workload: WorkloadDescription,
  fromMs: number,
  nowMs: number,
): readonly Replica[] {
  if (workload.kind === 'CronJob') return runs(description, workload, Math.ceil((nowMs - fromMs) / DAY_MS), nowMs);
  const current = currentReplicas(description, workload, nowMs);
  const [podStart, start] = [startOfPods(workload, nowMs), nowMs - workload.ageHours * HOUR_MS];
  if (workload.kind === 'Pod' || start >= podStart || podStart <= fromMs) return current;
  const former = current.map((replica) => ({
    ...replica,
    name: podName(description, workload, replica.index, 'former'),
    startMs: start,
    endMs: podStart,
  }));
  return [...former, ...current];
}

/** Pods that run, and the finished runs that are kept. */
export function currentReplicas(
  description: ClusterDescription,
  workload: WorkloadDescription,
  nowMs: number,
): readonly Replica[] {
  if (workload.kind === 'CronJob') return runs(description, workload, KEPT_JOBS, nowMs);
  const count = { DaemonSet: description.nodes.length, Pod: 1 }[workload.kind as string] ?? workload.replicas;
  return Array.from({ length: count }, (_, index) => ({
    workload,
    index,
    name: podName(description, workload, index),
    startMs: startOfPods(workload, nowMs),
  }));
}

export function startOfPods({ podAgeHours, ageHours }: WorkloadDescription, nowMs: number): number {
  return nowMs - Math.min(podAgeHours ?? ageHours, ageHours) * HOUR_MS;
}

/** A ReplicaSet's name: the present one's, or that of the one before the last rollout. */
export function replicaSetName(
  { seed }: ClusterDescription,
  { namespace, name }: WorkloadDescription,
  revision: 'present' | 'former' = 'present',
): string {
  return `${name}-${nameSuffix(9, seed, namespace, name, revision, 'replicaset')}`;
}

function podName(
  description: ClusterDescription,
  workload: WorkloadDescription,
  index: number,
  revision: 'present' | 'former' = 'present',
): string {
  const suffix = nameSuffix(5, description.seed, workload.namespace, workload.name, revision, index);
  switch (workload.kind) {
    case 'Pod':
      return workload.name;
    case 'StatefulSet':
      return `${workload.name}-${index}`;
    case 'Deployment':
      return `${replicaSetName(description, workload, revision)}-${suffix}`;
    default:
      return `${workload.name}-${suffix}`;
  }
}

/** How long a finished run took. */
const RUN_MS = 10 * MINUTE_MS;

/** Runs of a CronJob, one a day, newest first: the newest still runs where the description has a replica. */
function runs(
  description: ClusterDescription,
  workload: WorkloadDescription,
  finished: number,
  nowMs: number,
): readonly Replica[] {
  const newest = startOfPods({ ...workload, podAgeHours: workload.podAgeHours ?? HOURS_A_DAY / 2 }, nowMs);
  const isRunning = workload.replicas > 0;
  return Array.from({ length: finished + (isRunning ? 1 : 0) }, (_, index) => newest - index * DAY_MS)
    .filter((startMs) => startMs >= nowMs - workload.ageHours * HOUR_MS)
    .map((startMs, index) => {
      const job = `${workload.name}-${Math.floor(startMs / MINUTE_MS)}`;
      const name = `${job}-${nameSuffix(5, description.seed, workload.namespace, job)}`;
      return { workload, index, name, job, startMs, ...(!(isRunning && index === 0) && { endMs: startMs + RUN_MS }) };
    });
}
