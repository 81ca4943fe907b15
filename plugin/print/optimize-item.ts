/** A recommendation, and what was declined, as items of the plan that is printed. */

import type { Declined, Recommendation, Savings } from '../../lib/types/plan.ts';
import { type JsonObject, referenceFields, withoutAbsent } from './item.ts';
import { resourceFields } from './resources.ts';

export function recommendationItem(recommendation: Recommendation, simulated: boolean): JsonObject {
  const { target, savings, dryRun } = recommendation;
  return withoutAbsent({
    ...referenceFields(target),
    recommendation: recommendation.kind,
    confidence: recommendation.confidence,
    reason: recommendation.reason,
    replicas: recommendation.replicas,
    ...resourceFields(recommendation.requestedBefore, 'requested'),
    ...savingsFields(savings),
    dryRun: dryRun.state,
    dryRunReason: 'reason' in dryRun ? dryRun.reason : undefined,
    warnings: recommendation.warnings,
    changes: recommendation.changes,
    patch: recommendation.patch,
    undo: recommendation.undo,
    simulated,
  }) as JsonObject;
}

export const OPTIMIZE_CSV_COLUMNS: readonly string[] = [
  'namespace',
  'kind',
  'name',
  'recommendation',
  'confidence',
  'replicas',
  'requestedCpuCores',
  'requestedMemoryBytes',
  'savedCpuCores',
  'savedMemoryBytes',
  'savedMonthlyAmount',
  'currency',
  'priceSource',
  'dryRun',
  'dryRunReason',
  'reason',
  'apiVersion',
  'uid',
  'simulated',
];

export function declinedItem({ target, container, resource, reason }: Declined): JsonObject {
  return withoutAbsent({ ...referenceFields(target), container, resource, reason }) as JsonObject;
}

export function savingsFields({ cpuCores, memoryBytes, monthly, priceSource }: Savings): JsonObject {
  return {
    ...resourceFields({ cpuCores, memoryBytes }, 'saved'),
    savedMonthlyAmount: monthly.amount,
    currency: monthly.currency,
    priceSource,
  };
}
