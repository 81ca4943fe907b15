/** Why requests are left as they are: of a whole workload, or of one resource of it. */

import type { IdleFinding } from '../../types/idle.ts';
import type { AutoscalerMetric, Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { atZeroReason, isCustomKind, protectedReason, unreadReason } from '../owner.ts';
import { nameOf, type ResourceName, shown } from '../resource.ts';

/** The first reason that holds for all of a workload's containers. */
export function sizingObstacle(workload: Workload, context: PlanContext): string | undefined {
  return protectedReason(workload, context) ?? templateReason(workload) ?? atZeroReason(workload) ?? verticalReason(workload);
}

function templateReason(workload: Workload): string | undefined {
  const { ref, containersPath } = workload;
  if (ref.kind === 'Job') return 'the template of a Job cannot be changed once it is made; change what makes the Job';
  if (ref.kind === 'Pod') return 'a pod of its own has no template; change the manifest it was made from';
  if (containersPath !== undefined) return undefined;
  if (isCustomKind(workload))
    return `no pod template of ${ref.kind} ${ref.name} was seen: it keeps none in the usual place, or may not be read; set its resources where it defines them`;
  return unreadReason(workload);
}

function verticalReason({ autoscalers }: Workload): string | undefined {
  const vertical = autoscalers.find(({ kind }) => kind === 'VerticalPodAutoscaler');
  return vertical && `VerticalPodAutoscaler ${vertical.name} sets its requests`;
}

/** Requests of a pod's containers together, now and as they would be. */
export interface PodRequest {
  readonly current: number;
  readonly proposed: number;
}

/**
 * Use is measured against the request: another request moves the target, and what it would have to be is told where that is known. A
 * target in absolute numbers does not mind.
 */
export function autoscaledReason({ autoscalers }: Workload, resource: ResourceName, request?: PodRequest): string | undefined {
  for (const { kind, name, metrics } of autoscalers) {
    const metric = metrics.find((each) => each.name === resource);
    if (metric && metric.target !== 'AverageValue' && metric.target !== 'Value') {
      return `${kind} ${name} scales on ${nameOf(resource)} use as a share of the request: another request would move its target${newTarget(resource, metric, request)}`;
    }
  }
  return undefined;
}

/** It scales at the same use as before where target × request stays the same. */
function newTarget(resource: ResourceName, { percent }: AutoscalerMetric, request: PodRequest | undefined): string {
  if (percent === undefined || request === undefined || request.current === request.proposed) return '';
  const target = Math.round((percent * request.current) / request.proposed);
  return `; with ${shown(resource, request.proposed)} instead of ${shown(resource, request.current)} it scales as now at ${target} % instead of ${percent} %`;
}

/** A standby that nobody uses at present needs as much as whom it stands in for. One whose busiest replica is used shows that. */
export function waitingReason({ standsBy, reason, factors }: IdleFinding): string | undefined {
  const isUsed = factors.some(({ factor, state }) => state === 'refutes' && USE_FACTORS.has(factor));
  return standsBy && !isUsed ? `${reason}; what it uses while it waits does not show what it will need` : undefined;
}

const USE_FACTORS: ReadonlySet<string> = new Set(['cpu', 'network', 'requests']);
