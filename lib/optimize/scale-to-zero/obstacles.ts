/** Why an idle workload is not to be scaled to zero, by anybody. The first reason that holds is told. */

import { formatAge, HOUR } from '../../types/duration.ts';
import type { IdleFinding } from '../../types/idle.ts';
import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { atZeroReason, isCustomKind, protectedReason, unreadReason } from '../owner.ts';
import { replicasOf } from '../pod-requests.ts';

type Obstacle = (workload: Workload, finding: IdleFinding, context: PlanContext) => string | undefined;

export function scalingObstacle(workload: Workload, finding: IdleFinding, context: PlanContext): string | undefined {
  for (const obstacle of OBSTACLES) {
    const reason = obstacle(workload, finding, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const SCALABLE: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

const kind: Obstacle = (workload) => {
  const { ref, desiredReplicas } = workload;
  if (isCustomKind(workload)) {
    return `${ref.kind} is a custom kind: whether its controller takes zero replicas is not known; scale it by kubectl scale where it serves that, or where it is defined`;
  }
  if (ref.kind === 'Pod') return 'a pod of its own has no replicas; delete it if nobody needs it';
  if (!SCALABLE.has(ref.kind)) return `a ${ref.kind} has no replicas that could be set to zero`;
  return desiredReplicas === undefined || ref.uid === '' ? unreadReason(workload) : undefined;
};

const atZero: Obstacle = (workload) => atZeroReason(workload);

const keda: Obstacle = ({ autoscalers }) => {
  const scaled = autoscalers.find((autoscaler) => autoscaler.kind === 'ScaledObject');
  return (
    scaled &&
    `KEDA scales it (ScaledObject ${scaled.name}); there set minReplicaCount to 0, or pause it by the annotation autoscaling.keda.sh/paused-replicas: "0"`
  );
};

/** An autoscaler whose target stands at zero is switched off by Kubernetes until somebody scales up again. */
const autoscaler: Obstacle = ({ autoscalers }) => {
  const horizontal = autoscalers.find((each) => each.kind === 'HorizontalPodAutoscaler');
  if (!horizontal) return undefined;
  if (horizontal.minReplicas === 0)
    return `HorizontalPodAutoscaler ${horizontal.name} may scale it to zero by itself (minReplicas 0)`;
  return `HorizontalPodAutoscaler ${horizontal.name} keeps at least ${horizontal.minReplicas} of its replicas, and at zero it would be switched off until somebody scales up again; delete it first, or let KEDA scale to zero`;
};

/** A budget that lets no pod go, or that keeps a majority of a StatefulSet's members, says that it must stay up. */
const budget: Obstacle = (workload) => {
  const replicas = replicasOf(workload);
  for (const { name, desiredHealthy } of workload.disruptionBudgets) {
    if (desiredHealthy >= replicas && replicas > 0) {
      return `PodDisruptionBudget ${name} lets none of its ${replicas} pods go: somebody wants it up; delete the budget first`;
    }
    if (workload.ref.kind === 'StatefulSet' && replicas >= 3 && desiredHealthy > replicas / 2) {
      return `PodDisruptionBudget ${name} keeps a quorum (${desiredHealthy} of ${replicas} members): a member that is idle is a standby`;
    }
  }
  return undefined;
};

/** Elections are renewed within seconds; one without a renewal for an hour is over. */
const LIVE_LEASE_SECONDS = HOUR;

const election: Obstacle = ({ leases }, _finding, { madeAtMs }) => {
  const live = leases.find(({ renewedAt }) => renewedAt === undefined || madeAtMs - renewedAt < LIVE_LEASE_SECONDS * 1000);
  if (!live) return undefined;
  const renewed = live.renewedAt === undefined ? '' : `, renewed ${formatAge((madeAtMs - live.renewedAt) / 1000)} ago`;
  return `it takes part in a leader election (lease ${live.name}${renewed}): a standby is quiet until it is needed`;
};

const volumes: Obstacle = ({ deletesVolumesWhenScaled }) =>
  deletesVolumesWhenScaled
    ? 'scaling it down deletes its volume claims (persistentVolumeClaimRetentionPolicy whenScaled: Delete); set that to Retain first'
    : undefined;

const confidence: Obstacle = (_workload, finding, { settings }) =>
  finding.confidence < settings.idleConfidence
    ? `idle with a confidence of ${percent(finding.confidence)}, and ${percent(settings.idleConfidence)} is needed to act on it`
    : undefined;

/** What cannot be scaled at all comes first. */
const OBSTACLES: readonly Obstacle[] = [
  kind,
  atZero,
  (workload, _finding, context) => protectedReason(workload, context),
  keda,
  autoscaler,
  budget,
  election,
  volumes,
  confidence,
];

/** Whole percent, rounded down, so that what misses a threshold never reads as if it met it. */
function percent(fraction: number): string {
  return `${Math.floor(Math.round(fraction * 1e4) / 100)} %`;
}
