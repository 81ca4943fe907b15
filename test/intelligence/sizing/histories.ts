/** Histories whose peaks are known, for tests of sizes. */

import type { SizingHistory, SizingMetric } from '../../../lib/intelligence/sizing/window.ts';
import { HOURS, noise } from '../forecast/series.ts';

/** `peak` of each hour; its mean is half of it unless told otherwise. */
export function history(
  peak: (hour: number) => number,
  { metric = 'memory' as SizingMetric, hours = HOURS, mean = (hour: number) => peak(hour) / 2 } = {},
): SizingHistory {
  const of = (value: (hour: number) => number): Float64Array => Float64Array.from({ length: hours }, (_, hour) => value(hour));
  return { metric, mean: of(mean), peak: of(peak) };
}

export const SHAPES: Readonly<Record<string, (hour: number) => number>> = {
  constant: () => 3e8,
  daily: (hour) => 1e8 * (2 + Math.abs((hour % 24) - 12) / 4 + noise(hour) / 5),
  'a spike long ago': (hour) => (hour === 20 ? 5e9 : 3e8 + 1e7 * noise(hour)),
  'a spike yesterday': (hour) => (hour === 700 ? 5e9 : 3e8 + 1e7 * noise(hour)),
  spiky: (hour) => (hour % 97 === 0 ? 5e9 : 1e8 * (0.1 + noise(hour) / 100)),
  growing: (hour) => 1e6 * hour + 1e8 * noise(hour),
  'level shift': (hour) => (hour > 648 ? 1e9 : 2e8) + 1e7 * noise(hour),
  'with gaps': (hour) => (hour % 5 === 0 || (hour > 300 && hour < 400) ? Number.NaN : 1e8 * (1 + noise(hour))),
  'three days': (hour) => (hour < 648 ? Number.NaN : 1e8 * (1 + noise(hour))),
  'mostly zero': (hour) => (hour % 50 === 3 ? 1e8 * noise(hour) : 0),
  tiny: (hour) => 1e-9 * (1 + noise(hour)),
  'one hour above zero': (hour) => (hour === 600 ? 1e8 : 0),
};
