/** Synthetic series of 30 days for tests of the forecast. */

import type { ForecastHistory, ForecastMetric } from '../../../lib/types/forecast.ts';

export const HOURS = 720;
export const HOUR_MS = 3_600_000;
export const ORIGIN = Date.UTC(2026, 4, 13);

/** Noise in [0, 1) that is the same in every run. */
export function noise(hour: number): number {
  return (Math.imul(hour + 1, 2_654_435_761) >>> 0) / 2 ** 32;
}

export function history(value: (hour: number) => number, metric: ForecastMetric = 'cpu'): ForecastHistory {
  const grid = { startMs: ORIGIN - HOURS * HOUR_MS, slotSeconds: 3600, slots: HOURS };
  return { metric, grid, mean: Float64Array.from({ length: HOURS }, (_, hour) => value(hour)) };
}

/** Value of each hour, from 0 to 719. */
export const SHAPES: Readonly<Record<string, (hour: number) => number>> = {
  daily: (hour) => 2 + Math.abs((hour % 24) - 12) / 4 + noise(hour) / 5,
  spiky: (hour) => (hour % 97 === 0 ? 50 : 0.1 + noise(hour) / 100),
  growing: (hour) => hour / 100 + noise(hour),
  'level shift': (hour) => (hour > 648 ? 10 : 2) + noise(hour),
  'with gaps': (hour) => (hour % 5 === 0 || (hour > 300 && hour < 400) ? Number.NaN : 1 + noise(hour)),
  'three days': (hour) => (hour < 648 ? Number.NaN : 1 + noise(hour)),
  'mostly zero': (hour) => (hour % 50 === 3 ? noise(hour) : 0),
};
