/** Why a pod is not moved off its node: nobody makes it anew, somebody forbids it, or what it demands is not modelled. */

import type { DisruptionBudget, Pod, Workload } from '../../types/workload.ts';
import { livePods } from '../pod-requests.ts';

/** Budgets of a cluster by `namespace/name`, each with how many pods it selects after the plan. */
export type SelectedPods = ReadonlyMap<string, number>;

/** The kubelet's own pods are known to the API server as mirrors. */
const MIRROR = 'kubernetes.io/config.mirror';

export function goesWithNode({ ref }: Pick<Workload, 'ref'>, { annotations }: Pick<Pod, 'annotations'>): boolean {
  return ref.kind === 'DaemonSet' || annotations[MIRROR] !== undefined;
}

export function pinnedReason(workload: Workload, pod: Pod, selected: SelectedPods): string | undefined {
  return forbidden(workload, pod) ?? budgeted(workload, selected) ?? mounted(pod) ?? unmodelled(pod);
}

const FORBIDDING: readonly (readonly [annotation: string, value: string])[] = [
  ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'],
  ['karpenter.sh/do-not-disrupt', 'true'],
];

function forbidden({ ref }: Workload, { annotations }: Pod): string | undefined {
  if (ref.kind === 'Pod' || ref.kind === 'Node') return 'no controller makes it anew elsewhere';
  const annotation = FORBIDDING.find(([name, value]) => annotations[name] === value);
  return annotation && `annotation ${annotation.join('=')} forbids to move it`;
}

/** A drain waits for ever where a budget lets no pod go (Kubernetes, "Specifying a Disruption Budget for your Application"). */
function budgeted({ ref, disruptionBudgets }: Workload, selected: SelectedPods): string | undefined {
  if (disruptionBudgets.length > 1)
    return `${disruptionBudgets.length} PodDisruptionBudgets select it, so that no eviction is let through`;
  const strict = disruptionBudgets.find((budget) => {
    const pods = selected.get(`${ref.namespace}/${budget.name}`) ?? 0;
    return pods - wanted(budget, pods) < 1;
  });
  return strict && `PodDisruptionBudget ${strict.name} lets no pod go`;
}

/** How many of its pods a budget wants healthy; percentages are rounded up, as the disruption controller does. */
function wanted({ minAvailable, maxUnavailable, desiredHealthy }: DisruptionBudget, pods: number): number {
  if (minAvailable !== undefined) return absolute(minAvailable, pods) ?? desiredHealthy;
  if (maxUnavailable === undefined) return desiredHealthy;
  const unavailable = absolute(maxUnavailable, pods);
  return unavailable === undefined ? desiredHealthy : pods - unavailable;
}

function absolute(value: string, of: number): number | undefined {
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent !== undefined) return Math.ceil((Number(percent) * of) / 100);
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Pods that each budget selects. */
export function selectedPods(workloads: readonly Workload[]): SelectedPods {
  const counts = new Map<string, number>();
  for (const workload of workloads) {
    for (const { name } of workload.disruptionBudgets) {
      const key = `${workload.ref.namespace}/${name}`;
      counts.set(key, (counts.get(key) ?? 0) + livePods(workload).length);
    }
  }
  return counts;
}

/** Where a claim can be mounted stands in its volume, which is not read. */
function mounted({ volumeClaims: [first] = [] }: Pod): string | undefined {
  return first === undefined ? undefined : `where its volume ${first} can be mounted was not read`;
}

function unmodelled({ placement }: Pod): string | undefined {
  if (placement === undefined) return undefined;
  const { scheduler, claimsDevices, near = [] } = placement;
  if (scheduler !== undefined) return `${scheduler} places it, not the scheduler that is modelled`;
  if (claimsDevices) return 'it claims devices, which are not modelled';
  if (near.some(({ namespaceSelector }) => namespaceSelector === 'labelled'))
    return 'its affinity selects namespaces by their labels, which are not read';
  return undefined;
}
