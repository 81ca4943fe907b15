/** The proposal to scale an idle workload to zero. */

import { savingsOf } from '../../money/savings.ts';
import { formatAge } from '../../types/duration.ts';
import type { IdleFinding } from '../../types/idle.ts';
import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { editOf, replicasEdit } from '../patch.ts';
import { heldTogether, replicasOf } from '../pod-requests.ts';
import type { Proposal } from '../proposal.ts';
import { NOT_ASKED } from '../unasked.ts';

/** For a workload that is idle and that no obstacle keeps. */
export function scaleToZero(workload: Workload, finding: IdleFinding, context: PlanContext): Proposal {
  const replicas = replicasOf(workload);
  const held = heldTogether(workload);
  return {
    kind: 'scale-to-zero',
    target: workload.ref,
    replicas,
    reason: `${scalingReason(finding, context.madeAtMs)}: ${finding.reason}`,
    confidence: finding.confidence,
    changes: [
      { field: 'replicas', from: String(replicas), to: '0', rule: 'idle', evidence: `${finding.reason}${sourcesOf(finding)}` },
    ],
    ...editOf(workload.ref, [replicasEdit(replicas, 0)]),
    requestedBefore: held,
    savings: savingsOf(held, context.prices),
    warnings: warningsFor(workload, finding, context.madeAtMs),
    dryRun: NOT_ASKED,
  };
}

/** `idle for at least 5d3h`. */
function scalingReason({ idleSinceMs, idleAtLeast }: IdleFinding, nowMs: number): string {
  if (idleSinceMs === undefined) return 'idle';
  return `idle for ${idleAtLeast ? 'at least ' : ''}${formatAge((nowMs - idleSinceMs) / 1000)}`;
}

/** ` (cpu: prometheus, 24h; network: prometheus, 24h)`: where the quiet was measured. */
function sourcesOf({ factors }: IdleFinding): string {
  const measured = factors.flatMap(({ factor, state, source, fromMs, toMs }) => {
    if (state !== 'supports' || source === undefined || fromMs === undefined || toMs === undefined) return [];
    return factor === 'business-hours' ? [] : [`${factor}: ${source}, ${formatAge((toMs - fromMs) / 1000)}`];
  });
  return measured.length === 0 ? '' : ` (${measured.join('; ')})`;
}

function warningsFor(workload: Workload, finding: IdleFinding, nowMs: number): readonly string[] {
  const { services, disruptionBudgets, mountsPersistentVolume } = workload;
  const wanted = disruptionBudgets.filter(({ desiredHealthy }) => desiredHealthy > 0);
  const names = services.map(({ name }) => name).join(', ');
  return [
    ...(services.length > 0
      ? [
          `${services.length === 1 ? `service ${names} answers` : `services ${names} answer`} nobody while it is at zero: nothing wakes it by itself`,
        ]
      : []),
    ...wanted.map(
      ({ name, desiredHealthy }) =>
        `PodDisruptionBudget ${name} wants ${desiredHealthy} pods healthy; it does not stop scaling, but somebody cares`,
    ),
    ...(mountsPersistentVolume ? ['its persistent volumes stay, and so does what they cost'] : []),
    ...(finding.lastUsedMs === undefined ? [] : [`last used ${formatAge((nowMs - finding.lastUsedMs) / 1000)} ago`]),
  ];
}
