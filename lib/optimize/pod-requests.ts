/** What one pod holds on its node, and how many pods hold it. */

import type { ContainerSpec, Pod, Resources, Workload } from '../types/workload.ts';
import { amountOf, type ResourceName, resourcesFrom } from './resource.ts';

/** A container with what it holds once the API server has filled in what is not written. */
export interface HoldingContainer {
  readonly role: ContainerSpec['role'];
  readonly requests: Resources;
}

/**
 * The request of a pod as the scheduler counts it (Kubernetes, "Sidecar containers", resource sharing): the sum of app containers and
 * sidecars, or what one init container and the sidecars started before it ask for together, whichever is larger. A resource
 * that nobody asks for is absent.
 */
export function podRequests(containers: readonly HoldingContainer[]): Resources {
  return resourcesFrom((resource) =>
    containers.some(({ requests }) => amountOf(requests, resource) !== undefined) ? podRequest(containers, resource) : undefined,
  );
}

function podRequest(containers: readonly HoldingContainer[], resource: ResourceName): number {
  let started = 0;
  let largestInit = 0;
  let together = 0;
  for (const { role, requests } of containers) {
    const amount = amountOf(requests, resource) ?? 0;
    if (role === 'app') together += amount;
    else if (role === 'sidecar') started += amount;
    else largestInit = Math.max(largestInit, started + amount);
  }
  return Math.max(together + started, largestInit);
}

/** Pods that hold their requests: those that have not ended. */
export function livePods({ pods }: Pick<Workload, 'pods'>): readonly Pod[] {
  return pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed');
}

/** How many pods are wanted; for kinds without replicas how many there are. */
export function replicasOf(workload: Pick<Workload, 'desiredReplicas' | 'pods'>): number {
  return workload.desiredReplicas ?? livePods(workload).length;
}

/** What the pods of a workload hold together. */
export function heldTogether(workload: Pick<Workload, 'pods'>): Resources {
  return sumOf(livePods(workload).map(({ containers }) => podRequests(containers)));
}

/** Resources times a count. */
export function times(resources: Resources, count: number): Resources {
  return resourcesFrom((resource) => {
    const amount = amountOf(resources, resource);
    return amount === undefined ? undefined : amount * count;
  });
}

/** Sum of resources; what none of them has is absent. */
export function sumOf(all: readonly Resources[]): Resources {
  return resourcesFrom((resource) => {
    const amounts = all.flatMap((each) => amountOf(each, resource) ?? []);
    return amounts.length === 0 ? undefined : amounts.reduce((sum, amount) => sum + amount, 0);
  });
}
