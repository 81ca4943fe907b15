/** Which node each pod runs on, as a scheduler would decide that spreads the replicas of a workload and evens out requests. */

import { parseQuantity } from '../../types/quantity.ts';
import type { ClusterDescription, NodeDescription, WorkloadDescription } from './description.ts';
import { currentReplicas, type Replica } from './replicas.ts';

export interface PlacedReplica extends Replica {
  readonly node: NodeDescription;
  /** Position among the pods of its node, for its address. */
  readonly position: number;
}

/** Pods that a list of pods shows: those that run, and finished runs that are kept. */
export function presentReplicas(description: ClusterDescription, nowMs: number): readonly PlacedReplica[] {
  const replicas = description.workloads.flatMap((workload) => currentReplicas(description, workload, nowMs));
  return placement(description, replicas);
}

interface Load {
  readonly node: NodeDescription;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  cpuRequested: number;
  memoryRequested: number;
  pods: number;
  readonly workloads: Map<WorkloadDescription, number>;
}

/** What the kubelet and the system of a node keep for themselves. */
export const RESERVED = { cpuCores: 0.1, memoryBytes: 512 * 2 ** 20 } as const;

/** Places pods in the order given; a DaemonSet has one on each node. @throws Error when a description asks for more than its nodes hold */
function placement(description: ClusterDescription, replicas: readonly Replica[]): readonly PlacedReplica[] {
  const loads = description.nodes.map(
    (node): Load => ({
      node,
      cpuCores: (parseQuantity(node.cpu) ?? 0) - RESERVED.cpuCores,
      memoryBytes: (parseQuantity(node.memory) ?? 0) - RESERVED.memoryBytes,
      cpuRequested: 0,
      memoryRequested: 0,
      pods: 0,
      workloads: new Map(),
    }),
  );
  // What must be on every node is there before anything that may choose.
  const ordered = replicas.toSorted((a, b) => Number(b.workload.kind === 'DaemonSet') - Number(a.workload.kind === 'DaemonSet'));
  const placed = new Map(ordered.map((replica) => [replica, place(replica, loads)]));
  return replicas.map((replica) => placed.get(replica)!);
}

function place(replica: Replica, loads: readonly Load[]): PlacedReplica {
  const { workload } = replica;
  const finished = replica.endMs !== undefined;
  const cpu = finished ? 0 : requested(workload, 'cpu');
  const memory = finished ? 0 : requested(workload, 'memory');
  const fits = (load: Load): boolean =>
    load.cpuRequested + cpu <= load.cpuCores && load.memoryRequested + memory <= load.memoryBytes;
  const load =
    workload.kind === 'DaemonSet'
      ? loads[replica.index]
      : loads
          .filter(fits)
          .reduce<Load | undefined>((best, each) => (best && !isBetter(each, best, workload) ? best : each), undefined);
  if (!load) throw new Error(`the described nodes have no room for ${workload.namespace}/${replica.name}`);
  load.cpuRequested += cpu;
  load.memoryRequested += memory;
  load.pods += 1;
  load.workloads.set(workload, siblings(load, workload) + 1);
  return { ...replica, node: load.node, position: load.pods };
}

/** Fewer replicas of the same workload, else less that is requested. */
function isBetter(load: Load, than: Load, workload: WorkloadDescription): boolean {
  return (siblings(load, workload) - siblings(than, workload) || used(load) - used(than)) < 0;
}

function requested(workload: WorkloadDescription, resource: 'cpu' | 'memory'): number {
  return workload.containers.reduce(
    (sum, { requests, limits }) => sum + (parseQuantity(requests?.[resource] ?? limits?.[resource] ?? '0') ?? 0),
    0,
  );
}

function siblings(load: Load, workload: WorkloadDescription): number {
  return load.workloads.get(workload) ?? 0;
}

function used(load: Load): number {
  return load.cpuRequested / load.cpuCores + load.memoryRequested / load.memoryBytes;
}
