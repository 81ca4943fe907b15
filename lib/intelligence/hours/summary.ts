/** A forecast over some of its first hours: mean and peak with interval, and when the peak is. */

import type { Forecast, ForecastSummary } from '../../types/forecast.ts';

const HOUR_MS = 3_600_000;

/**
 * Undefined where the forecast is shorter. The ends of the interval of a mean are the means of the hours' ends, and those of a peak
 * the peaks of them: exact where all hours err together, as after a change of level, and wider than needed where they do not.
 */
export function summaryOf({ grid, mean, intervals }: Forecast, hours: number): ForecastSummary | undefined {
  const widest = intervals.find(({ level }) => level === 0.95);
  if (grid.slots < hours || !widest) return undefined;
  const parts = { value: mean.subarray(0, hours), low: widest.low.subarray(0, hours), high: widest.high.subarray(0, hours) };
  const over = (figure: (values: Float64Array) => number) => ({
    value: figure(parts.value),
    low: figure(parts.low),
    high: figure(parts.high),
  });
  const peak = over((values) => values.reduce((top, value) => Math.max(top, value), 0));
  return {
    hours,
    mean: over((values) => values.reduce((sum, value) => sum + value, 0) / hours),
    peak,
    peakAtMs: grid.startMs + parts.value.indexOf(peak.value) * HOUR_MS,
  };
}
