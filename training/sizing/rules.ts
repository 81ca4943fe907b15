/**
 * What peers ask for, as rules over the same hourly peaks: KRR's `simple` strategy and the target of the Vertical Pod Autoscaler, as
 * their sources of 2026 have them. Both sample more often than once an hour; of an hour they are given its highest value.
 */

import { sortedMeasured, sortedQuantile } from '../../lib/intelligence/evidence/measured.ts';
import { highestOf, lastDays } from '../../lib/intelligence/sizing/features.ts';
import { DAY_HOURS, HISTORY_HOURS, type SizingWindow } from '../../lib/intelligence/sizing/window.ts';

export interface Rule {
  readonly name: string;
  readonly size: (window: SizingWindow) => number;
}

const MARGIN = 1.15;

export const KRR: Rule = {
  name: 'KRR simple (CPU p95 14 d; memory highest 14 d + 15 %)',
  size: ({ metric, peak }) =>
    metric === 'cpu' ? sortedQuantile(sortedMeasured(lastDays(peak, 14)), 0.95) : highestOf(lastDays(peak, 14)) * MARGIN,
};

export const VPA: Rule = {
  name: 'VPA target (decaying p90 + 15 %)',
  size: ({ metric, peak }) => decayingPercentile(metric === 'cpu' ? hourly(peak) : daily(peak), metric) * MARGIN,
};

/** The best of the simple rules: with other factors it is a curve. */
export function highestTimes(factor: number): Rule {
  return { name: `highest 30 d × ${factor}`, size: ({ peak }) => highestOf(peak) * factor };
}

const VPA_DAYS = 8;
const FIRST_BUCKET = { cpu: 0.01, memory: 1e7 } as const;
const BUCKET_GROWTH = 1.05;

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** Half-life of a day. */
function hourly(peak: Float64Array): readonly Weighted[] {
  const hours = VPA_DAYS * DAY_HOURS;
  return [...lastDays(peak, VPA_DAYS)].flatMap((value, hour) =>
    Number.isNaN(value) ? [] : [{ value, weight: 2 ** ((hour - hours) / DAY_HOURS) }],
  );
}

/** One sample a day, its peak. */
function daily(peak: Float64Array): readonly Weighted[] {
  return Array.from({ length: VPA_DAYS }, (_, day) => {
    const from = HISTORY_HOURS - (VPA_DAYS - day) * DAY_HOURS;
    return { value: highestOf(peak.subarray(from, from + DAY_HOURS)), weight: 2 ** (day - VPA_DAYS) };
  }).filter(({ value }) => value > 0);
}

/** 90th percentile of a histogram whose buckets grow by 5 %: the upper end of the bucket it falls into. */
function decayingPercentile(samples: readonly Weighted[], metric: 'cpu' | 'memory'): number {
  const first = FIRST_BUCKET[metric];
  // Bucket n begins at first · (growthⁿ − 1) ÷ (growth − 1).
  const bucketOf = (value: number): number =>
    value < first ? 0 : Math.floor(Math.log((value / first) * (BUCKET_GROWTH - 1) + 1) / Math.log(BUCKET_GROWTH));
  const startOf = (bucket: number): number => (first * (BUCKET_GROWTH ** bucket - 1)) / (BUCKET_GROWTH - 1);
  const sorted = samples.toSorted((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let seen = 0;
  for (const { value, weight } of sorted) {
    seen += weight;
    if (seen >= 0.9 * total) return startOf(bucketOf(value) + 1);
  }
  return 0;
}
