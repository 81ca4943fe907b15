/**
 * Confidence: a logistic form over what the evidence is worth. The weights are set by judgement, in log-odds, so that full
 * evidence of a day with two weeks behind it lies above 0.99 and a case that only just meets its rules near 0.9.
 */

import { DAY } from '../../types/duration.ts';
import type { Factor, FactorName, IdleFinding } from '../../types/idle.ts';
import type { Workload } from '../../types/workload.ts';

/** Log-odds before any evidence: a rule that is met is more often right than wrong. */
const PRIOR = 0.5;

const WEIGHT = {
  cpuMargin: 1.2,
  cpuDuration: 0.8,
  networkMargin: 0.8,
  networkDuration: 0.5,
  requestsCounted: 1.2,
  requestsInferred: 0.5,
  memorySupports: 0.5,
  memoryRefutes: -1,
  coverage: 0.8,
  historyDays: 1.5,
  autoscalerAtFloor: -0.7,
} as const;

/** History beyond two weeks adds nothing: older use does not count. */
const FULL_HISTORY_SECONDS = 14 * DAY;

/** Shares of an idle verdict by factor, in log-odds, and their probability. */
export function idleConfidence(
  factors: readonly Factor[],
  workload: Workload,
): { readonly confidence: number; readonly shares: ReadonlyMap<FactorName, number> } {
  const byName = new Map(factors.map((factor) => [factor.factor, factor]));
  const shares = new Map<FactorName, number>([
    ['cpu', runShare(byName.get('cpu'), WEIGHT.cpuMargin, WEIGHT.cpuDuration)],
    ['network', runShare(byName.get('network'), WEIGHT.networkMargin, WEIGHT.networkDuration)],
    ['requests', requestsShare(byName.get('requests'))],
    ['memory', memoryShare(byName.get('memory'))],
    ['earlier-use', WEIGHT.historyDays * Math.min(1, (byName.get('earlier-use')?.value ?? 0) / FULL_HISTORY_SECONDS)],
    ['business-hours', WEIGHT.coverage * (byName.get('cpu')?.coverage ?? 0)],
    ['life', isAtFloor(workload) ? WEIGHT.autoscalerAtFloor : 0],
  ]);
  const logOdds = [...shares.values()].reduce((sum, share) => sum + share, PRIOR);
  return { confidence: 1 / (1 + Math.exp(-logOdds)), shares };
}

/** Margin below the threshold, and duration beyond what is asked for (twice that counts in full). */
function runShare(factor: Factor | undefined, margin: number, duration: number): number {
  if (factor?.state !== 'supports') return 0;
  const below = factor.threshold ? 1 - Math.min(1, (factor.value ?? factor.threshold) / factor.threshold) : 0;
  const beyond = factor.requiredSeconds ? Math.min(1, (factor.quietSeconds ?? 0) / factor.requiredSeconds - 1) : 0;
  return margin * below + duration * beyond;
}

function requestsShare(factor: Factor | undefined): number {
  if (factor?.state !== 'supports') return 0;
  return factor.unit === 'requests' ? WEIGHT.requestsCounted : WEIGHT.requestsInferred;
}

function memoryShare(factor: Factor | undefined): number {
  if (factor?.state === 'supports') return WEIGHT.memorySupports;
  return factor?.state === 'refutes' ? WEIGHT.memoryRefutes : 0;
}

function isAtFloor({ autoscalers }: Workload): boolean {
  return autoscalers.some((scaler) => scaler.kind === 'HorizontalPodAutoscaler' && scaler.currentReplicas <= scaler.minReplicas);
}

/** A reason that has no threshold to exceed: a kind that is never idle, a rhythm, a standby. */
const PLAIN_STRENGTH = 2;

/** Certainty of an `active` verdict: what refutes idleness, and by how much it exceeds its threshold; standing by counts as one more. */
export function activeConfidence(factors: readonly Factor[], standsBy = false): number {
  const refuting = factors.filter((factor) => factor.state === 'refutes' && factor.factor !== 'memory');
  const strengths = refuting.map((factor) =>
    factor.threshold && factor.value !== undefined ? Math.log2(1 + factor.value / factor.threshold) : PLAIN_STRENGTH,
  );
  const reasons = refuting.length + (standsBy ? 1 : 0);
  const logOdds = PRIOR + 1.5 * reasons + Math.min(3, Math.max(standsBy ? PLAIN_STRENGTH : 0, ...strengths));
  return 1 / (1 + Math.exp(-logOdds));
}

/** No probability is claimed for `unknown`. */
export const UNKNOWN_CONFIDENCE = 0;

/** Probability that no other verdict could be given, for those who score verdicts. */
export function unknownConfidence(_finding: IdleFinding | undefined): number {
  return 0.97;
}
