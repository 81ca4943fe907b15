/** What the objects themselves tell at one instant: a row for each pod, workload and node. Knows no prices. */

import type { NodeSample, PodSample, WorkloadSample } from '../types/observation.ts';
import type { Node, Pod, Resources, Workload } from '../types/workload.ts';
import type { NodeUse } from './node-use.ts';

const NO_USE: NodeUse = {
  source: '',
  cpuCores: Number.NaN,
  memoryBytes: Number.NaN,
  networkBytesPerSecond: Number.NaN,
  windowSeconds: 0,
};

export function podRows(workloads: readonly Workload[], atMs: number): readonly PodSample[] {
  return workloads.flatMap((workload) => workload.pods.map((pod) => podRow(workload.ref, pod, atMs)));
}

export function podRow({ kind, name }: { readonly kind: string; readonly name: string }, pod: Pod, atMs: number): PodSample {
  const requests = totalOf(pod, 'requests');
  const limits = totalOf(pod, 'limits');
  return {
    atMs,
    namespace: pod.namespace,
    workloadKind: kind,
    workloadName: name,
    pod: pod.name,
    uid: pod.uid,
    node: pod.node ?? '',
    phase: pod.phase,
    ready: pod.ready,
    restarts: pod.states.reduce((sum, { restarts }) => sum + restarts, 0),
    oomKills: pod.states.filter(({ lastTermination }) => lastTermination?.reason === 'OOMKilled').length,
    createdAtMs: pod.createdAt,
    startedAtMs: pod.startedAt ?? Number.NaN,
    endedAtMs: pod.endedAt ?? Number.NaN,
    cpuRequestCores: requests.cpuCores,
    memoryRequestBytes: requests.memoryBytes,
    cpuLimitCores: limits.cpuCores,
    memoryLimitBytes: limits.memoryBytes,
  };
}

/** Sums of app containers and sidecars; NaN where none sets it. */
function totalOf(pod: Pod, what: 'requests' | 'limits'): Required<Resources> {
  const held = pod.containers.filter(({ role }) => role !== 'init').map((container) => container[what]);
  return {
    cpuCores: sumOf(held.map(({ cpuCores }) => cpuCores)),
    memoryBytes: sumOf(held.map(({ memoryBytes }) => memoryBytes)),
  };
}

/** Of what is known; NaN where nothing is. */
function sumOf(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined && !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum: number, value) => sum + (value ?? 0), 0);
}

/** Without its price. */
export type PresentWorkload = Omit<WorkloadSample, 'costPerHour'>;

export function workloadRows(
  workloads: readonly Workload[],
  pods: readonly PodSample[],
  atMs: number,
): readonly PresentWorkload[] {
  const byUid = new Map(pods.map((pod) => [pod.uid, pod]));
  return workloads.map(({ ref, desiredReplicas, pods: own }) => {
    // What has ended holds nothing any more.
    const living = own.flatMap(({ uid }) => byUid.get(uid) ?? []).filter(({ phase }) => !hasEnded(phase));
    return {
      atMs,
      namespace: ref.namespace,
      workloadKind: ref.kind,
      workloadName: ref.name,
      uid: ref.uid,
      desiredReplicas: desiredReplicas ?? Number.NaN,
      pods: living.length,
      readyPods: living.filter(({ ready }) => ready).length,
      restarts: living.reduce((sum, { restarts }) => sum + restarts, 0),
      cpuRequestCores: sumOf(living.map(({ cpuRequestCores }) => cpuRequestCores)),
      memoryRequestBytes: sumOf(living.map(({ memoryRequestBytes }) => memoryRequestBytes)),
    };
  });
}

function hasEnded(phase: PodSample['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Gone';
}

/** Without its price. */
export type PresentNode = Omit<NodeSample, 'costPerHour' | 'currency' | 'priceSource'>;

/** `pods` must be those of all namespaces, or what is requested on a node is not known: pass undefined then. */
export function nodeRows(
  nodes: readonly Node[],
  pods: readonly PodSample[] | undefined,
  use: ReadonlyMap<string, NodeUse>,
  atMs: number,
): readonly PresentNode[] {
  const placed =
    pods &&
    Map.groupBy(
      pods.filter(({ phase }) => !hasEnded(phase)),
      ({ node }) => node,
    );
  return nodes.map(({ name, ready, allocatable }) => {
    const own = placed && (placed.get(name) ?? []);
    const requested = (read: (pod: PodSample) => number): number =>
      own ? own.reduce((sum, pod) => sum + (Number.isNaN(read(pod)) ? 0 : read(pod)), 0) : Number.NaN;
    return {
      atMs,
      node: name,
      ready,
      ...(use.get(name) ?? NO_USE),
      allocatableCpuCores: allocatable.cpuCores ?? Number.NaN,
      allocatableMemoryBytes: allocatable.memoryBytes ?? Number.NaN,
      requestedCpuCores: requested((pod) => pod.cpuRequestCores),
      requestedMemoryBytes: requested((pod) => pod.memoryRequestBytes),
      pods: own?.length ?? Number.NaN,
    };
  });
}
