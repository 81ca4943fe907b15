/** A pod as it is packed: what it holds, what it demands, and why it does not move where it does not. */

import type { Labels, Placement } from '../../types/placement.ts';
import type { Node, ObjectReference, Pod } from '../../types/workload.ts';
import { podRequests } from '../pod-requests.ts';

/** Amounts by resource, `cpu` in cores and `memory` in bytes among them; `pods` is 1. */
export type Amounts = Readonly<Record<string, number>>;

export interface PackedPod {
  readonly name: string;
  readonly namespace: string;
  readonly workload: ObjectReference;
  readonly labels: Labels;
  readonly placement: Placement;
  readonly amounts: Amounts;
  /** Where it runs now; absent while it waits for a node. */
  readonly node?: string;
  /** It comes and goes with its node: of a DaemonSet, or the kubelet's own. */
  readonly withNode: boolean;
  /** Why it stays where it is; absent where it may be moved. */
  readonly pinned?: string;
}

export const NO_DEMANDS: Placement = {};

/** What a pod holds on its node, by the containers it has (or will have). */
export function amountsOf(pod: Pick<Pod, 'placement'>, containers: Pod['containers']): Amounts {
  const { cpuCores = 0, memoryBytes = 0 } = podRequests(containers);
  const { overhead = {}, otherRequests = {} } = pod.placement ?? {};
  return {
    ...otherRequests,
    pods: 1,
    cpu: cpuCores + (overhead.cpuCores ?? 0),
    memory: memoryBytes + (overhead.memoryBytes ?? 0),
  };
}

/** What a node offers; a node that does not tell how many pods it takes is not held to a number. */
export function offeredBy({ allocatable, otherAllocatable = {} }: Node): Amounts {
  return {
    pods: Number.POSITIVE_INFINITY,
    ...otherAllocatable,
    cpu: allocatable.cpuCores ?? 0,
    memory: allocatable.memoryBytes ?? 0,
  };
}

/** Larger of the two shares of a node of this size that the amounts take. */
export function shareOf(amounts: Amounts, offered: Amounts): number {
  const share = (name: string): number => (offered[name] ? (amounts[name] ?? 0) / offered[name] : 0);
  return Math.max(share('cpu'), share('memory'));
}
