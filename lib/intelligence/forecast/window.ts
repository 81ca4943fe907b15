/** The hours a forecast rests on: the last 30 days of a history, what cannot be a measurement left out. */

import type { ForecastHistory, ForecastMetric } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { isMeasurement } from '../evidence/measured.ts';

/** Older hours are not looked at. */
export const HISTORY_HOURS = 720;
/** Measured hours below which there is no forecast. */
export const REQUIRED_HOURS = 72;
/** Longest horizon, hours. */
export const HORIZON_HOURS = 168;

export const DAY_HOURS = 24;
export const WEEK_HOURS = 168;
const HOUR_MS = 3_600_000;

/** Exactly HISTORY_HOURS values that end where the forecast begins; NaN where nothing was measured. */
export interface HistoryWindow {
  readonly metric: ForecastMetric;
  readonly values: SlotValues;
  /** Start of the first forecast hour. */
  readonly originMs: number;
  /** Number of values that are not NaN. */
  readonly measured: number;
}

/** Negative and infinite values are no measurements. A history that begins later is filled with NaN at its front. */
export function historyWindow({ metric, grid, mean }: ForecastHistory): HistoryWindow {
  const originMs = grid.startMs + grid.slots * HOUR_MS;
  const values = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  const shift = HISTORY_HOURS - grid.slots;
  let measured = 0;
  for (let at = Math.max(0, shift); at < HISTORY_HOURS; at++) {
    const value = mean[at - shift] ?? Number.NaN;
    if (!isMeasurement(value)) continue;
    values[at] = value;
    measured++;
  }
  return { metric, values, originMs, measured };
}

/** One measurement at an instant. */
export interface HourlySample {
  readonly atMs: number;
  readonly value: number;
  /** Highest value within the hour, where it is known. */
  readonly peak?: number;
}

/**
 * Brings samples in any order to hours that end at `originMs`. Several samples of an hour are averaged, the highest of their
 * peaks is kept; what lies outside of the last 30 days and what is negative or no number is left out.
 */
export function hourlyHistory(metric: ForecastMetric, originMs: number, samples: Iterable<HourlySample>): ForecastHistory {
  const startMs = originMs - HISTORY_HOURS * HOUR_MS;
  const sum = new Float64Array(HISTORY_HOURS);
  const count = new Float64Array(HISTORY_HOURS);
  const peak = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  for (const sample of samples) {
    const at = Math.floor((sample.atMs - startMs) / HOUR_MS);
    if (!(at >= 0 && at < HISTORY_HOURS && isMeasurement(sample.value))) continue;
    sum[at]! += sample.value;
    count[at]! += 1;
    const high = sample.peak ?? sample.value;
    if (!(high <= peak[at]!) && high < Number.POSITIVE_INFINITY) peak[at] = high;
  }
  return {
    metric,
    grid: { startMs, slotSeconds: 3600, slots: HISTORY_HOURS },
    mean: sum.map((total, at) => total / count[at]!),
    peak,
  };
}
