/**
 * Robust seasonal candidates: medians over the same hour of day or of week. A few bursts move none of them. Their median is
 * the base of every forecast; combining simple forecasts by the median is Stock & Watson 2004.
 */

import type { SlotValues } from '../../types/usage.ts';
import { changeOver, sortedMeasured, sortedMedian } from '../evidence/measured.ts';
import { DAY_HOURS, HISTORY_HOURS, type HistoryWindow, HORIZON_HOURS, WEEK_HOURS } from './window.ts';

/** Sorts the first `length` of a small buffer in place: for a handful of values insertion is the fastest. */
export function sortFirst(buffer: Float64Array, length: number): void {
  for (let i = 1; i < length; i++) {
    const value = buffer[i]!;
    let j = i - 1;
    for (; j >= 0 && buffer[j]! > value; j--) buffer[j + 1] = buffer[j]!;
    buffer[j + 1] = value;
  }
}

/** Median of the first `length` values of a buffer, which it reorders; NaN for none. */
export function medianOfFirst(buffer: Float64Array, length: number): number {
  if (length === 0) return Number.NaN;
  sortFirst(buffer, length);
  const upper = length >> 1;
  return length % 2 === 1 ? buffer[upper]! : (buffer[upper - 1]! + buffer[upper]!) / 2;
}

/** Median of the measured values of the last `hours`; NaN where there are none. */
export function recentMedian(values: SlotValues, hours: number): number {
  return sortedMedian(sortedMeasured(values.subarray(HISTORY_HOURS - hours)));
}

/** Median of each block of `hours`, oldest first. */
export function blockMedians(values: SlotValues, hours: number): SlotValues {
  const medians = new Float64Array(values.length / hours);
  const buffer = new Float64Array(hours);
  for (let block = 0; block < medians.length; block++) {
    let length = 0;
    for (let at = block * hours; at < (block + 1) * hours; at++) if (!Number.isNaN(values[at]!)) buffer[length++] = values[at]!;
    medians[block] = medianOfFirst(buffer, length);
  }
  return medians;
}

/**
 * Median of the last `cycles` values that lie a whole number of `period` hours before each hour of the horizon, for one
 * period; NaN where none of them was measured.
 */
export function seasonalMedian(values: SlotValues, period: number, cycles: number): SlotValues {
  const result = new Float64Array(period);
  const buffer = new Float64Array(cycles);
  for (let phase = 0; phase < period; phase++) {
    let length = 0;
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const at = HISTORY_HOURS - cycle * period + phase;
      const value = at < 0 ? Number.NaN : values[at]!;
      if (!Number.isNaN(value)) buffer[length++] = value;
    }
    result[phase] = medianOfFirst(buffer, length);
  }
  return result;
}

/** The newest value at each phase of the period: the seasonal naive forecast. NaN where none was measured. */
export function seasonalNaive(values: SlotValues, period: number): SlotValues {
  const result = new Float64Array(period).fill(Number.NaN);
  for (let phase = 0; phase < period; phase++) {
    for (let at = HISTORY_HOURS - period + phase; at >= 0; at -= period) {
      if (!Number.isNaN(values[at]!)) {
        result[phase] = values[at]!;
        break;
      }
    }
  }
  return result;
}

/** Candidates of one window; hourOfWeek has 168 values, hourOfDay 24, level one. All are measured somewhere, none is NaN. */
export interface SeasonalCandidates {
  readonly hourOfDay: SlotValues;
  readonly hourOfWeek: SlotValues;
  readonly level: number;
}

const LEVEL_DAYS = 7;
const WEEKS = 4;

/** What is missing is taken from the next coarser candidate: the hour of the day for the hour of the week, the level for both. */
export function seasonalCandidates({ values }: HistoryWindow): SeasonalCandidates {
  const recent = recentMedian(values, LEVEL_DAYS * DAY_HOURS);
  const level = !Number.isNaN(recent) ? recent : recentMedian(values, HISTORY_HOURS);
  const hourOfDay = seasonalMedian(values, DAY_HOURS, LEVEL_DAYS).map((value) => (!Number.isNaN(value) ? value : level));
  const hourOfWeek = seasonalMedian(values, WEEK_HOURS, WEEKS).map((value, hour) =>
    !Number.isNaN(value) ? value : hourOfDay[hour % DAY_HOURS]!,
  );
  return { hourOfDay, hourOfWeek, level };
}

/** Median of the three candidates for each hour of the horizon. */
export function seasonalBase({ hourOfDay, hourOfWeek, level }: SeasonalCandidates): SlotValues {
  const base = new Float64Array(HORIZON_HOURS);
  for (let hour = 0; hour < HORIZON_HOURS; hour++) {
    const a = hourOfDay[hour % DAY_HOURS]!;
    const b = hourOfWeek[hour % WEEK_HOURS]!;
    base[hour] = Math.max(Math.min(a, b), Math.min(Math.max(a, b), level));
  }
  return base;
}

/** A window with what every part of a forecast starts from. */
export interface Seasons {
  readonly window: HistoryWindow;
  readonly candidates: SeasonalCandidates;
  readonly base: SlotValues;
  /** The window's daily change, above zero: the unit of all distances. */
  readonly scale: number;
}

/** Undefined where every day is like the one before: then there is no unit of distances. */
export function seasonsOf(window: HistoryWindow): Seasons | undefined {
  const scale = dailyChange(window.values);
  if (!(scale > 0)) return undefined;
  const candidates = seasonalCandidates(window);
  return { window, candidates, base: seasonalBase(candidates), scale };
}

/** Mean absolute difference between values 24 hours apart: the error of a naive forecast within the history. NaN where no two are. */
export function dailyChange(values: SlotValues): number {
  return changeOver(values, DAY_HOURS);
}
