/** A plan with the sum of what its recommendations save. */

import { totalSavings } from '../money/savings.ts';
import type { ResourcePrices } from '../types/money.ts';
import type { Plan } from '../types/plan.ts';

export function summed(plan: Omit<Plan, 'savings'>, prices: ResourcePrices): Plan {
  return {
    ...plan,
    savings: totalSavings(
      plan.recommendations.map(({ savings }) => savings),
      prices,
    ),
  };
}
