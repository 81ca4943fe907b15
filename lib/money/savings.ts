/** What requests that are no longer held are worth at a price list. */

import type { ResourcePrices } from '../types/money.ts';
import type { Savings } from '../types/plan.ts';
import type { Resources } from '../types/workload.ts';

/** A twelfth of a year of 8,760 hours, as the providers' own calculators take it. */
export const HOURS_PER_MONTH = 730;

const GIBIBYTE = 2 ** 30;

/** Price of an hour of these resources: cores × price per core-hour + GiB × price per GiB-hour. An absent resource costs nothing. */
export function pricePerHour({ cpuCores = 0, memoryBytes = 0 }: Resources, prices: ResourcePrices): number {
  return cpuCores * prices.perCoreHour + (memoryBytes / GIBIBYTE) * prices.perGibibyteHour;
}

/**
 * Cores and bytes that are freed (negative: additionally held) with their price over a month: cores × price per core-hour × 730
 * + GiB × price per GiB-hour × 730. An absent resource frees nothing.
 */
export function savingsOf({ cpuCores = 0, memoryBytes = 0 }: Resources, prices: ResourcePrices): Savings {
  const hourly = pricePerHour({ cpuCores, memoryBytes }, prices);
  return {
    cpuCores: withoutDust(cpuCores, 1e6),
    memoryBytes: Math.round(memoryBytes),
    monthly: { amount: withoutDust(hourly * HOURS_PER_MONTH, 1e4), currency: prices.currency },
    priceSource: prices.source,
  };
}

/** Sum of savings at one price list. */
export function totalSavings(savings: readonly Pick<Savings, 'cpuCores' | 'memoryBytes'>[], prices: ResourcePrices): Savings {
  const sum = (of: (each: Pick<Savings, 'cpuCores' | 'memoryBytes'>) => number): number =>
    savings.reduce((total, each) => total + of(each), 0);
  return savingsOf({ cpuCores: sum(({ cpuCores }) => cpuCores), memoryBytes: sum(({ memoryBytes }) => memoryBytes) }, prices);
}

/** Rounds to 1/scale, so that 0.1 + 0.2 reads 0.3; adding 0 keeps a difference of nothing from being -0. */
function withoutDust(value: number, scale: number): number {
  return Math.round(value * scale) / scale + 0;
}
