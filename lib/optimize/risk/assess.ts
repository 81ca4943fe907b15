/**
 * The risk of a proposal: the logistic function of a base rate and of named factors, each in log-odds with what was seen. Log-odds
 * add up where factors are independent; where they are not, the sum is too large rather than too small.
 */

import type { Risk, RiskFactor } from '../../types/plan.ts';
import { coverage, headroom } from './evidence.ts';
import { idleness } from './idleness.ts';
import type { Subject } from './subject.ts';
import { surroundings } from './surroundings.ts';
import { WEIGHTS } from './weights.ts';

/** The base rate is the first of the factors, so that their sum is the whole. */
export function riskOf(subject: Subject): Risk {
  const base: RiskFactor = { name: 'base rate', logOdds: WEIGHTS.base, evidence: 'one change in twenty is regretted' };
  const factors = [...coverage(subject), ...headroom(subject), ...idleness(subject), ...surroundings(subject)].map(
    ({ logOdds, ...factor }) => ({ ...factor, logOdds: rounded(logOdds, 1e3) }),
  );
  const all = [{ ...base, logOdds: rounded(base.logOdds, 1e3) }, ...factors.filter(({ logOdds }) => logOdds !== 0)];
  const sum = all.reduce((total, { logOdds }) => total + logOdds, 0);
  return {
    value: rounded(1 / (1 + Math.exp(-sum)), 1e4),
    factors: all.toSorted((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds)),
  };
}

/** To 1/scale, so that figures can be added up by hand. */
function rounded(value: number, scale: number): number {
  return Math.round(value * scale) / scale;
}
