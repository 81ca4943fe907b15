/** What there is to choose from: for each workload at most one of its recommendations, with whole cents and whole millionths of risk. */

import type { Recommendation } from '../../types/plan.ts';
import { workloadKey } from '../../types/usage.ts';
import { objectionOf } from '../limits.ts';

/** Sums of whole numbers are exact, so that "optimal" is meant to the last cent. */
export interface Option {
  readonly cents: number;
  /** Millionths: 1,000,000 is one change that is surely regretted. */
  readonly risk: number;
}

/** Options of one workload that exclude each other; none of them may be taken. */
export type Group = readonly Option[];

export const CENTS = 100;
export const RISK_UNITS = 1e6;

export interface Choices {
  readonly groups: readonly Group[];
  /** The recommendation of each option. */
  readonly recommendations: readonly (readonly Recommendation[])[];
  /** What cannot be chosen for what it saves, and why. */
  readonly leftOut: readonly { readonly recommendation: Recommendation; readonly reason: string }[];
}

/** Alternatives for the same workload become one group. Savings are rounded down, so that no cent is promised that is not there. */
export function choicesOf(recommendations: readonly Recommendation[], mostRisk: number): Choices {
  const leftOut: { readonly recommendation: Recommendation; readonly reason: string }[] = [];
  const tooRisky = objectionOf({ maxRisk: mostRisk });
  const chosen = recommendations.filter((recommendation) => {
    const reason = worthless(recommendation) ?? tooRisky(recommendation);
    if (reason !== undefined) leftOut.push({ recommendation, reason });
    return reason === undefined;
  });
  const byWorkload = [...Map.groupBy(chosen, ({ target }) => workloadKey(target)).values()];
  return {
    groups: byWorkload.map((group) => group.map(optionOf)),
    recommendations: byWorkload,
    leftOut,
  };
}

function worthless({ patch, savings }: Recommendation): string | undefined {
  if (patch.length === 0) return 'it is not carried out here';
  return cents(savings.monthly.amount) < 1 ? 'it saves nothing' : undefined;
}

function optionOf({ savings, risk }: Recommendation): Option {
  return { cents: cents(savings.monthly.amount), risk: Math.round(risk.value * RISK_UNITS) };
}

function cents(amount: number): number {
  return Math.floor(amount * CENTS + 1e-6);
}
