/** Refusals gathered, so that one reason is told once: for a container rather than for both resources, for the workload rather than for each container. */

import type { Declined } from '../../types/plan.ts';
import type { ObjectReference } from '../../types/workload.ts';
import { RESOURCES, type ResourceName } from '../resource.ts';

export interface Refused {
  /** Absent: holds for all containers. */
  readonly container?: string;
  readonly resource: ResourceName;
  readonly reason: string;
}

/** `containers`: names of all that were examined. */
export function declinedOf(
  target: ObjectReference,
  refusals: readonly Refused[],
  containers: readonly string[],
): readonly Declined[] {
  const byReason = Map.groupBy(refusals, ({ reason }) => reason);
  return [...byReason].flatMap(([reason, all]) => {
    const holdsFor = (resource: ResourceName): boolean =>
      containers.every((name) => all.some((each) => each.resource === resource && (each.container ?? name) === name));
    const everywhere = RESOURCES.filter(holdsFor);
    if (everywhere.length === RESOURCES.length) return [{ target, reason }];
    // Of a single container one resource is told with its name.
    const shared = everywhere.filter(
      (resource) => containers.length > 1 || all.some((each) => each.resource === resource && each.container === undefined),
    );
    const rest = all.filter(({ resource }) => !shared.includes(resource));
    return [...shared.map((resource) => ({ target, resource, reason })), ...perContainer(target, reason, rest)];
  });
}

function perContainer(target: ObjectReference, reason: string, refusals: readonly Refused[]): readonly Declined[] {
  return [...Map.groupBy(refusals, ({ container }) => container)].map(([container, all]) => ({
    target,
    ...(container !== undefined && { container }),
    ...(all.length === 1 && { resource: all[0]!.resource }),
    reason,
  }));
}
