/** A plan as it is printed and kept in files: flat fields with the unit in the name. The reader beside this takes it back. */

import type { Declined, Plan, Recommendation, ReplayedHours, Savings, ValueChange } from '../../types/plan.ts';
import { instant, type JsonObject, referenceFields, resourceFields, withoutAbsent } from '../../types/written.ts';

/**
 * The plan as a plain value, fit for JSON and YAML. Instants are kept to the second, everything else to the last digit. What is
 * printed adds the provenance of the look that it was made from, which the reader leaves aside.
 */
export function writePlan(plan: Plan): JsonObject {
  return {
    apiVersion: plan.apiVersion,
    kind: plan.kind,
    metadata: { ...clusterFields(plan), ...planFields(plan) },
    items: plan.recommendations.map((each) => recommendationFields(each, plan.cluster.simulated)),
    declined: plan.declined.map(declinedFields),
  };
}

function clusterFields({ cluster: { simulated, id, context, server, version } }: Plan): JsonObject {
  return { simulated, cluster: withoutAbsent({ id, context, server, version }) };
}

/** When and from what the plan was made, and what it saves. */
export function planFields({ madeAtMs, evidence, savings }: Plan): JsonObject {
  return {
    madeAt: instant(madeAtMs),
    evidence: { from: instant(evidence.fromMs), to: instant(evidence.toMs), sources: evidence.sources },
    ...savingsFields(savings),
  };
}

export function recommendationFields(recommendation: Recommendation, simulated: boolean): JsonObject {
  const { target, savings, dryRun, risk } = recommendation;
  return withoutAbsent({
    ...referenceFields(target),
    recommendation: recommendation.kind,
    confidence: recommendation.confidence,
    risk: risk.value,
    riskFactors: risk.factors,
    reason: recommendation.reason,
    replicas: recommendation.replicas,
    ...resourceFields(recommendation.requestedBefore, 'requested'),
    ...savingsFields(savings),
    dryRun: dryRun.state,
    dryRunReason: 'reason' in dryRun ? dryRun.reason : undefined,
    warnings: recommendation.warnings,
    changes: recommendation.changes.map(changeFields),
    patch: recommendation.patch,
    undo: recommendation.undo,
    emitted: recommendation.emitted,
    simulated,
  }) as JsonObject;
}

function changeFields({ replayed, ...change }: ValueChange): object {
  return { ...change, ...(replayed && { replayed: replayedFields(replayed) }) };
}

function replayedFields({ hours, exceeded, fromMs, toMs }: ReplayedHours): JsonObject {
  return { hours, exceeded, from: instant(fromMs), to: instant(toMs) };
}

export function declinedFields({ target, container, resource, reason }: Declined): JsonObject {
  return withoutAbsent({ ...referenceFields(target), container, resource, reason }) as JsonObject;
}

function savingsFields({ cpuCores, memoryBytes, monthly, priceSource }: Savings): JsonObject {
  return {
    ...resourceFields({ cpuCores, memoryBytes }, 'saved'),
    savedMonthlyAmount: monthly.amount,
    currency: monthly.currency,
    priceSource,
  };
}
