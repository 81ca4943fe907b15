/** The choice of changes under a budget and a risk limit. */

import type { Money } from './money.ts';
import type { Plan } from './plan.ts';
import type { Provenance } from './result.ts';

export type PointName = 'conservative' | 'balanced' | 'aggressive' | 'budget';

/** One set of changes; savings are of requests at list price and add up, what falls off the bill does not. */
export interface CostPoint {
  readonly name: PointName;
  readonly changes: number;
  readonly saved: Money;
  /** Price of the requests that are left, a month. */
  readonly monthlyAfter: Money;
  /** Expected number of changes that are regretted: the sum of their risks. */
  readonly risk: number;
  /** No set that saves as much has a risk smaller by more than this; 0: proved to be the best. */
  readonly gap: number;
  /** Nodes that come free with these changes, and their price; absent where that is not known. */
  readonly realisable?: { readonly nodes: number; readonly monthly: Money };
}

export interface CostChoice {
  /** Price of all requests of the workloads that were asked about, a month at list price. */
  readonly monthlyNow: Money;
  /** `met` false: not even all changes together get there; the nearest is chosen. */
  readonly budget?: { readonly monthly: Money; readonly met: boolean };
  readonly maxRisk: number;
  /** The point whose changes are the plan. */
  readonly chosen: PointName;
  readonly points: readonly CostPoint[];
  /** The Pareto front from nothing to everything; at most 100 of its points, the ends among them. */
  readonly front: readonly { readonly saved: number; readonly risk: number }[];
  readonly frontPoints: number;
  /** False: these are its extreme points, all of them on the front; between two of them a set may save up to `frontGap` more than the lower. */
  readonly frontComplete: boolean;
  readonly frontGap: Money;
  /** Recommendations that cannot be chosen, by the reason. */
  readonly leftOut: readonly { readonly reason: string; readonly changes: number }[];
  /** Why it is not known what falls off the bill. */
  readonly withoutNodes?: string;
}

export interface CostResult extends Provenance {
  readonly plan: Plan;
  readonly choice: CostChoice;
}
