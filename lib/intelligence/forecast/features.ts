/**
 * What the trees look at: for each hour of the horizon how far other candidates lie from the base, and for the whole window
 * its levels, spread and unrest. All are distances in units of the window's own daily change, or shares: a series in other
 * units has the same features. No calendar: a machine's UTC hour or weekday says nothing about another's.
 */

import type { ForecastMetric } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { changeOver, meanOf, sortedMeasured, sortedQuantile } from '../evidence/measured.ts';
import { dailyChange, recentMedian, type SeasonalCandidates, seasonalMedian, seasonalNaive } from './seasonal.ts';
import { DAY_HOURS, HISTORY_HOURS, type HistoryWindow, HORIZON_HOURS, WEEK_HOURS } from './window.ts';

const HOUR_FEATURES = [
  'hour-of-day median 3 d',
  'hour-of-day median 7 d',
  'hour-of-day median 14 d',
  'hour-of-day median 28 d',
  'hour-of-week median 4 wk',
  'same hour yesterday',
  'same hour last week',
  'level 7 d',
  'neighbours 2.5 %',
  'neighbours 10 %',
  'neighbours 25 %',
  'neighbours 75 %',
  'neighbours 90 %',
  'neighbours 97.5 %',
  'highest 28 d',
  'lowest 28 d',
  'hour-of-day mean 7 d',
  'hour-of-day spread 28 d',
  'hours ahead',
] as const;

const LEVEL_DAYS = [1, 3, 7, 28] as const;
const LEVEL_QUANTILES = [0.05, 0.5, 0.95] as const;
const DAY_MEDIANS = 7;
const WEEK_MEDIANS = 4;

const WINDOW_FEATURES = [
  'metric',
  'days of history',
  'change to level',
  ...LEVEL_DAYS.flatMap((days) => LEVEL_QUANTILES.map((q) => `${q * 100} % of ${days} d`)),
  'mean 7 d',
  'highest',
  'lowest',
  'newest',
  'median 6 h',
  'weekly change',
  'hourly change',
  'deviation from base 7 d',
  'deviation 5 %',
  'deviation 95 %',
  ...Array.from({ length: DAY_MEDIANS }, (_, day) => `median of day -${day + 1}`),
  'spread of daily medians',
  'change of daily medians',
  ...Array.from({ length: WEEK_MEDIANS }, (_, week) => `median of week -${week + 1}`),
  'change of weekly medians',
  'median of daily highest 7 d',
  'daily change of last week',
  'share unchanged',
] as const;

/** Names, in the order of a row. */
export const FEATURES: readonly string[] = [...HOUR_FEATURES, ...WINDOW_FEATURES];

const METRIC_CODE: Readonly<Record<ForecastMetric, number>> = { cpu: 0, memory: 1, network: 2 };

/** Days whose values at an hour of the day, and at the hours beside it, make up its neighbours. */
const NEIGHBOUR_DAYS = 28;
const NEIGHBOUR_QUANTILES = [0.025, 0.1, 0.25, 0.75, 0.9, 0.975] as const;

/** One row of features for each hour of the horizon, row after row; `scale` is the unit of all distances and is above zero. */
export function featureRows(
  window: HistoryWindow,
  candidates: SeasonalCandidates,
  base: SlotValues,
  scale: number,
): Float32Array {
  const width = FEATURES.length;
  const rows = new Float32Array(HORIZON_HOURS * width);
  const ofWindow = windowFeatures(window, base, scale);
  const ofDay = dayFeatures(window.values, candidates);
  const lastDay = seasonalNaive(window.values, DAY_HOURS);
  for (let hour = 0; hour < HORIZON_HOURS; hour++) {
    const at = hour * width;
    const phase = hour % DAY_HOURS;
    const centre = base[hour]!;
    const distance = (value: number): number => (Number.isNaN(value) ? 0 : (value - centre) / scale);
    const lastWeek = window.values[HISTORY_HOURS - WEEK_HOURS + hour]!;
    rows[at] = distance(ofDay.medians[0]![phase]!);
    rows[at + 1] = distance(candidates.hourOfDay[phase]!);
    rows[at + 2] = distance(ofDay.medians[1]![phase]!);
    rows[at + 3] = distance(ofDay.medians[2]![phase]!);
    rows[at + 4] = distance(candidates.hourOfWeek[hour]!);
    rows[at + 5] = distance(lastDay[phase]!);
    rows[at + 6] = distance(Number.isNaN(lastWeek) ? candidates.hourOfDay[phase]! : lastWeek);
    rows[at + 7] = distance(candidates.level);
    const neighbours = ofDay.neighbours[phase]!;
    for (let q = 0; q < neighbours.length; q++) rows[at + 8 + q] = distance(neighbours[q]!);
    rows[at + 14] = distance(ofDay.highest[phase]!);
    rows[at + 15] = distance(ofDay.lowest[phase]!);
    rows[at + 16] = distance(ofDay.mean[phase]!);
    rows[at + 17] = ofDay.spread[phase]! / scale;
    rows[at + 18] = hour;
    rows.set(ofWindow, at + HOUR_FEATURES.length);
  }
  return rows;
}

interface DayFeatures {
  /** Hour-of-day medians of 3, 14 and 28 days. */
  readonly medians: readonly SlotValues[];
  /** Quantiles of the values at each hour of the day and at the hours beside it. */
  readonly neighbours: readonly SlotValues[];
  readonly highest: SlotValues;
  readonly lowest: SlotValues;
  readonly mean: SlotValues;
  /** Mean absolute deviation from the hour's median. */
  readonly spread: SlotValues;
}

function dayFeatures(values: SlotValues, { hourOfDay }: SeasonalCandidates): DayFeatures {
  const medians = [3, 14, NEIGHBOUR_DAYS].map((days) => seasonalMedian(values, DAY_HOURS, days));
  const perHour = Array.from({ length: DAY_HOURS }, (_, phase) => hourValues(values, phase));
  const neighbours: SlotValues[] = [];
  const highest = new Float64Array(DAY_HOURS).fill(Number.NaN);
  const lowest = new Float64Array(DAY_HOURS).fill(Number.NaN);
  const mean = new Float64Array(DAY_HOURS);
  const spread = new Float64Array(DAY_HOURS);
  for (let phase = 0; phase < DAY_HOURS; phase++) {
    const own = perHour[phase]!;
    const before = perHour[(phase + DAY_HOURS - 1) % DAY_HOURS]!;
    const after = perHour[(phase + 1) % DAY_HOURS]!;
    const joined = new Float64Array(before.length + own.length + after.length);
    joined.set(before);
    joined.set(own, before.length);
    joined.set(after, before.length + own.length);
    joined.sort();
    neighbours.push(Float64Array.from(NEIGHBOUR_QUANTILES, (q) => sortedQuantile(joined, q)));
    const centre = Number.isNaN(medians[2]![phase]!) ? hourOfDay[phase]! : medians[2]![phase]!;
    let deviation = 0;
    for (const value of own) {
      if (!(value <= highest[phase]!)) highest[phase] = value;
      if (!(value >= lowest[phase]!)) lowest[phase] = value;
      deviation += Math.abs(value - centre);
    }
    spread[phase] = own.length > 0 ? deviation / own.length : 0;
    mean[phase] = hourMean(values, phase);
  }
  return { medians, neighbours, highest, lowest, mean, spread };
}

/** Measured values at one hour of the day, of the last 28 days. */
function hourValues(values: SlotValues, phase: number): SlotValues {
  const kept = new Float64Array(NEIGHBOUR_DAYS);
  let count = 0;
  for (let day = NEIGHBOUR_DAYS; day >= 1; day--) {
    const value = values[HISTORY_HOURS - day * DAY_HOURS + phase]!;
    if (!Number.isNaN(value)) kept[count++] = value;
  }
  return kept.subarray(0, count);
}

/** Mean at one hour of the day over the last 7 days; NaN where none was measured. */
function hourMean(values: SlotValues, phase: number): number {
  let sum = 0;
  let count = 0;
  for (let day = 1; day <= 7; day++) {
    const value = values[HISTORY_HOURS - day * DAY_HOURS + phase]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

function windowFeatures(window: HistoryWindow, base: SlotValues, scale: number): Float32Array {
  const { values, metric } = window;
  const level = meanOf(base);
  const distance = (value: number): number => (Number.isNaN(value) ? 0 : (value - level) / scale);
  const features: number[] = [METRIC_CODE[metric], historyDays(values), scale / (scale + level)];
  for (const days of LEVEL_DAYS) {
    const sorted = sortedMeasured(values.subarray(HISTORY_HOURS - days * DAY_HOURS));
    for (const q of LEVEL_QUANTILES) features.push(distance(sortedQuantile(sorted, q)));
  }
  const all = sortedMeasured(values);
  const lastWeek = values.subarray(HISTORY_HOURS - WEEK_HOURS);
  features.push(
    distance(meanOf(lastWeek)),
    distance(all[all.length - 1]!),
    distance(all[0]!),
    distance(newest(values)),
    distance(recentMedian(values, 6)),
    share(changeOver(values, WEEK_HOURS), scale),
    share(changeOver(values, 1), scale),
  );
  const deviations = lastWeek.map((value, hour) => value - base[hour]!);
  const sortedDeviations = sortedMeasured(deviations);
  features.push(
    share(meanOf(deviations.map(Math.abs)), scale),
    share(sortedQuantile(sortedDeviations, 0.05), scale),
    share(sortedQuantile(sortedDeviations, 0.95), scale),
  );
  const days = blockMedians(values, DAY_HOURS);
  for (let day = 1; day <= DAY_MEDIANS; day++) features.push(distance(days[days.length - day]!));
  features.push(share(standardDeviation(days), scale), share(changeOver(days, 1), scale));
  const weeks = blockMedians(values.subarray(HISTORY_HOURS - WEEK_MEDIANS * WEEK_HOURS), WEEK_HOURS);
  for (let week = 1; week <= WEEK_MEDIANS; week++) features.push(distance(weeks[weeks.length - week]!));
  features.push(
    share(changeOver(weeks, 1), scale),
    distance(medianDailyHighest(lastWeek)),
    share(dailyChange(lastWeek), scale),
    unchanged(values),
  );
  return Float32Array.from(features);
}

function share(value: number, scale: number): number {
  return Number.isNaN(value) ? 0 : value / scale;
}

function standardDeviation(values: SlotValues): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))));
}

/** Median of each block of `hours`, oldest first. */
export function blockMedians(values: SlotValues, hours: number): SlotValues {
  const medians = new Float64Array(values.length / hours);
  for (let block = 0; block < medians.length; block++) {
    medians[block] = sortedQuantile(sortedMeasured(values.subarray(block * hours, (block + 1) * hours)), 0.5);
  }
  return medians;
}

function medianDailyHighest(lastWeek: SlotValues): number {
  const highest = new Float64Array(lastWeek.length / DAY_HOURS).fill(Number.NaN);
  for (let at = 0; at < lastWeek.length; at++) {
    const day = Math.floor(at / DAY_HOURS);
    if (!Number.isNaN(lastWeek[at]!) && !(lastWeek[at]! <= highest[day]!)) highest[day] = lastWeek[at]!;
  }
  return sortedQuantile(sortedMeasured(highest), 0.5);
}

function newest(values: SlotValues): number {
  for (let at = values.length - 1; at >= 0; at--) if (!Number.isNaN(values[at]!)) return values[at]!;
  return Number.NaN;
}

/** Days from the first measured hour to the end, holes included. */
function historyDays(values: SlotValues): number {
  const first = values.findIndex((value) => !Number.isNaN(value));
  return Math.ceil((values.length - first) / DAY_HOURS);
}

/** Share of measured hours whose value equals that of the hour before. */
function unchanged(values: SlotValues): number {
  let same = 0;
  let count = 0;
  for (let at = 1; at < values.length; at++) {
    if (Number.isNaN(values[at]!) || Number.isNaN(values[at - 1]!)) continue;
    count++;
    if (values[at] === values[at - 1]) same++;
  }
  return count === 0 ? 0 : same / count;
}
