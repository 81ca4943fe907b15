/** Why requests are left as they are: of a whole workload, or of one resource of it. */

import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { atZeroReason, isCustomKind, systemReason, unreadReason } from '../owner.ts';
import { nameOf, type ResourceName } from '../resource.ts';

/** The first reason that holds for all of a workload's containers. */
export function sizingObstacle(workload: Workload, context: PlanContext): string | undefined {
  return systemReason(workload, context) ?? templateReason(workload) ?? atZeroReason(workload) ?? verticalReason(workload);
}

function templateReason(workload: Workload): string | undefined {
  const { ref, containersPath } = workload;
  if (ref.kind === 'Job') return 'the template of a Job cannot be changed once it is made; change what makes the Job';
  if (ref.kind === 'Pod') return 'a pod of its own has no template; change the manifest it was made from';
  if (containersPath !== undefined) return undefined;
  if (isCustomKind(workload))
    return `${ref.kind} is a custom kind without a pod template in the usual place; set its resources where it defines them`;
  return unreadReason(workload);
}

function verticalReason({ autoscalers }: Workload): string | undefined {
  const vertical = autoscalers.find(({ kind }) => kind === 'VerticalPodAutoscaler');
  return vertical && `VerticalPodAutoscaler ${vertical.name} sets its requests`;
}

/** Use is measured against the request: another request moves the target. A target in absolute numbers does not mind. */
export function autoscaledReason({ autoscalers }: Workload, resource: ResourceName): string | undefined {
  for (const { kind, name, metrics } of autoscalers) {
    const metric = metrics.find((each) => each.name === resource);
    if (metric && metric.target !== 'AverageValue' && metric.target !== 'Value') {
      return `${kind} ${name} scales on ${nameOf(resource)} use as a share of the request: another request would move its target`;
    }
  }
  return undefined;
}
