/** The pods of a workload as they would be with a recommendation: their number, and what each container asks for. */

import type { Recommendation, ValueChange } from '../../types/plan.ts';
import { parseQuantity } from '../../types/quantity.ts';
import type { ContainerSpec, Pod, Resources } from '../../types/workload.ts';
import { amountOf, exceeds, type ResourceName, resourcesFrom } from '../resource.ts';

/** Replicas that a recommendation sets; undefined where it leaves them. */
export function replicasAfter({ changes }: Pick<Recommendation, 'changes'>): number | undefined {
  const change = changes.find(({ field }) => field === 'replicas');
  return change && Number(change.to);
}

/** Containers of a pod with the values that a recommendation writes into its template. */
export function containersAfter(containers: Pod['containers'], { changes }: Pick<Recommendation, 'changes'>): Pod['containers'] {
  return containers.map((spec) => {
    const own = changes.filter(({ container }) => container === spec.name);
    return own.length === 0 ? spec : containerAfter(spec, own);
  });
}

function containerAfter(spec: ContainerSpec, changes: readonly ValueChange[]): ContainerSpec {
  const written = (section: 'requests' | 'limits', resource: ResourceName): number | undefined => {
    const change = changes.find(({ field }) => field === `${section}.${resource}`);
    return change && parseQuantity(change.to);
  };
  const limits = resourcesFrom((resource) => written('limits', resource) ?? amountOf(spec.limits, resource));
  return {
    ...spec,
    limits,
    requests: resourcesFrom(
      (resource) => written('requests', resource) ?? followed(spec, resource, limits) ?? amountOf(spec.requests, resource),
    ),
  };
}

/** A request that is not written is its limit, and the pod shows it as if it were written (Kubernetes, "Resource Management"). */
function followed({ requests, limits }: ContainerSpec, resource: ResourceName, after: Resources): number | undefined {
  const [request, limit] = [amountOf(requests, resource), amountOf(limits, resource)];
  return limit !== undefined && (request === undefined || request === limit) ? amountOf(after, resource) : undefined;
}

/** Whether a container asks for more of anything than before. */
export function grows(before: Pod['containers'], after: Pod['containers']): boolean {
  return after.some(({ name, requests }) => exceeds(requests, before.find((spec) => spec.name === name)?.requests ?? {}));
}
