/** Pods of a cluster to be packed, as they are and as they would be with some recommendations of a plan. */

import type { Recommendation } from '../../types/plan.ts';
import { workloadKey } from '../../types/usage.ts';
import { compareTexts, type Pod, type Workload } from '../../types/workload.ts';
import { livePods } from '../pod-requests.ts';
import { containersAfter, grows, replicasAfter } from './after.ts';
import { goesWithNode, pinnedReason, type SelectedPods, selectedPods } from './pinned.ts';
import { amountsOf, NO_DEMANDS, type PackedPod } from './pod.ts';

export interface Packed {
  readonly pods: readonly PackedPod[];
  /** Those whose requests grow, so that they may not fit any more where they are. */
  readonly grown: readonly PackedPod[];
}

export function packedPods(workloads: readonly Workload[], recommendations: readonly Recommendation[]): Packed {
  const changes = new Map(recommendations.map((each) => [workloadKey(each.target), each]));
  const after = workloads.map((workload) => resized(workload, changes.get(workloadKey(workload.ref))));
  const selected = selectedPods(after);
  const pods: PackedPod[] = [];
  const grown: PackedPod[] = [];
  for (const workload of after) {
    const change = changes.get(workloadKey(workload.ref));
    for (const pod of livePods(workload)) {
      const containers = change ? containersAfter(pod.containers, change) : pod.containers;
      const packed = packedPod(workload, pod, containers, selected);
      pods.push(packed);
      if (containers !== pod.containers && grows(pod.containers, containers)) grown.push(packed);
    }
  }
  return { pods, grown };
}

/** With as many pods as the recommendation leaves: the first of them by name stay; new ones wait for a node. */
function resized(workload: Workload, change: Recommendation | undefined): Workload {
  const wanted = change && replicasAfter(change);
  const live = livePods(workload);
  if (wanted === undefined || wanted === live.length) return workload;
  const stay = live.toSorted((a, b) => compareTexts(a.name, b.name)).slice(0, wanted);
  const [model] = live;
  const added = model ? Array.from({ length: Math.max(0, wanted - live.length) }, (_, at) => newPod(model, at)) : [];
  return { ...workload, pods: [...stay, ...added] };
}

function newPod({ node: _node, ...model }: Pod, at: number): Pod {
  return { ...model, name: `${model.name}-new-${at}`, uid: '', phase: 'Pending' };
}

function packedPod(workload: Workload, pod: Pod, containers: Pod['containers'], selected: SelectedPods): PackedPod {
  const pinned = pinnedReason(workload, pod, selected);
  return {
    name: pod.name,
    namespace: pod.namespace,
    workload: workload.ref,
    labels: pod.labels,
    placement: pod.placement ?? NO_DEMANDS,
    amounts: amountsOf(pod, containers),
    ...(pod.node !== undefined && pod.node !== '' && { node: pod.node }),
    withNode: goesWithNode(workload, pod),
    ...(pinned !== undefined && { pinned }),
  };
}
