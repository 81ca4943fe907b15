/** Recommendations that somebody wants to see, or lets through, and why the others are not among them. */

import type { ResourcePrices } from '../types/money.ts';
import type { Declined, Plan, Recommendation } from '../types/plan.ts';
import { summed } from './summed.ts';

export interface Limits {
  /** Of those that have one: a right-sizing states its risk, and no confidence. */
  readonly minConfidence?: number;
  readonly maxRisk?: number;
}

/** Why a recommendation is left out; undefined where it is not. */
export type Objection = (recommendation: Recommendation) => string | undefined;

export function objectionOf({ minConfidence, maxRisk }: Limits): Objection {
  return ({ confidence, risk }) => {
    if (minConfidence !== undefined && confidence !== undefined && confidence < minConfidence)
      return `its confidence ${confidence.toFixed(2)} is below ${minConfidence}`;
    if (maxRisk !== undefined && risk.value > maxRisk) return `its risk ${risk.value.toFixed(2)} is above ${maxRisk}`;
    return undefined;
  };
}

/** The plan without what is objected to, which is declined with the objection. */
export function without(plan: Plan, objection: Objection, prices: ResourcePrices): Plan {
  const declined: Declined[] = [];
  const recommendations = plan.recommendations.filter((recommendation) => {
    const reason = objection(recommendation);
    if (reason !== undefined) declined.push({ target: recommendation.target, reason: `${recommendation.kind}: ${reason}` });
    return reason === undefined;
  });
  if (declined.length === 0) return plan;
  return summed({ ...plan, recommendations, declined: [...plan.declined, ...declined] }, prices);
}
