/**
 * What the trees look at: for each hour of the horizon how far other candidates lie from the base, and for the whole window
 * its levels, spread and unrest. All are distances in units of the window's own daily change, or shares: a series in other
 * units has the same features. No calendar: a machine's UTC hour or weekday says nothing about another's.
 */

import type { ForecastMetric } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { changeOver, meanOf, sortedMeasured, sortedMedian, sortedQuantile, standardDeviation } from '../evidence/measured.ts';
import type { FeatureColumns } from '../trees/trees.ts';
import {
  blockMedians,
  dailyChange,
  recentMedian,
  type SeasonalCandidates,
  type Seasons,
  seasonalMedian,
  seasonalNaive,
  sortFirst,
} from './seasonal.ts';
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

/** Features of all hours of the horizon. */
export function featuresOf({ window, candidates, base, scale }: Seasons): FeatureColumns {
  const byHour = new Float32Array(HOUR_FEATURES.length * HORIZON_HOURS);
  const ofDay = dayFeatures(window.values, candidates);
  const lastDay = seasonalNaive(window.values, DAY_HOURS);
  const lastWeek = window.values.subarray(HISTORY_HOURS - WEEK_HOURS);
  let column = 0;
  /** A column of distances from the base; `period` hours are known, what is NaN lies upon it. */
  const distances = (values: SlotValues, period: number): void => {
    for (let hour = 0, phase = 0; hour < HORIZON_HOURS; hour++, phase++) {
      if (phase === period) phase = 0;
      const value = (values[phase]! - base[hour]!) / scale;
      byHour[column + hour] = Number.isNaN(value) ? 0 : value;
    }
    column += HORIZON_HOURS;
  };
  distances(ofDay.medians[0]!, DAY_HOURS);
  distances(candidates.hourOfDay, DAY_HOURS);
  distances(ofDay.medians[1]!, DAY_HOURS);
  distances(ofDay.medians[2]!, DAY_HOURS);
  distances(candidates.hourOfWeek, WEEK_HOURS);
  distances(lastDay, DAY_HOURS);
  distances(
    lastWeek.map((value, hour) => (Number.isNaN(value) ? candidates.hourOfDay[hour % DAY_HOURS]! : value)),
    WEEK_HOURS,
  );
  distances(new Float64Array(1).fill(candidates.level), 1);
  for (const quantile of ofDay.neighbours) distances(quantile, DAY_HOURS);
  distances(ofDay.highest, DAY_HOURS);
  distances(ofDay.lowest, DAY_HOURS);
  distances(ofDay.mean, DAY_HOURS);
  for (let hour = 0; hour < HORIZON_HOURS; hour++) {
    byHour[column + hour] = ofDay.spread[hour % DAY_HOURS]! / scale;
    byHour[column + HORIZON_HOURS + hour] = hour;
  }
  return {
    count: HORIZON_HOURS,
    byHour,
    hourFeatures: HOUR_FEATURES.length,
    ofWindow: windowFeatures(window, base, scale),
  };
}

/** The features of one hour in the order of FEATURES, into `row`. */
export function copyRow({ count, byHour, hourFeatures, ofWindow }: FeatureColumns, hour: number, row: Float32Array): void {
  for (let feature = 0; feature < hourFeatures; feature++) row[feature] = byHour[feature * count + hour]!;
  row.set(ofWindow, hourFeatures);
}

interface DayFeatures {
  /** Hour-of-day medians of 3, 14 and 28 days. */
  readonly medians: readonly SlotValues[];
  /** For each quantile: of the values at each hour of the day and at the hours beside it. */
  readonly neighbours: readonly SlotValues[];
  readonly highest: SlotValues;
  readonly lowest: SlotValues;
  readonly mean: SlotValues;
  /** Mean absolute deviation from the hour's median. */
  readonly spread: SlotValues;
}

function dayFeatures(values: SlotValues, { hourOfDay }: SeasonalCandidates): DayFeatures {
  const perHour = Array.from({ length: DAY_HOURS }, (_, phase) => {
    const own = hourValues(values, phase);
    sortFirst(own, own.length);
    return own;
  });
  const medians = [
    seasonalMedian(values, DAY_HOURS, 3),
    seasonalMedian(values, DAY_HOURS, 14),
    Float64Array.from(perHour, sortedMedian),
  ];
  const neighbours = NEIGHBOUR_QUANTILES.map(() => new Float64Array(DAY_HOURS));
  const highest = new Float64Array(DAY_HOURS);
  const lowest = new Float64Array(DAY_HOURS);
  const mean = new Float64Array(DAY_HOURS);
  const spread = new Float64Array(DAY_HOURS);
  const joined = new Float64Array(3 * NEIGHBOUR_DAYS);
  for (let phase = 0; phase < DAY_HOURS; phase++) {
    const own = perHour[phase]!;
    const before = perHour[(phase + DAY_HOURS - 1) % DAY_HOURS]!;
    const after = perHour[(phase + 1) % DAY_HOURS]!;
    const sorted = mergeSorted(before, own, after, joined);
    for (let q = 0; q < neighbours.length; q++) neighbours[q]![phase] = sortedQuantile(sorted, NEIGHBOUR_QUANTILES[q]!);
    lowest[phase] = own[0] ?? Number.NaN;
    highest[phase] = own[own.length - 1] ?? Number.NaN;
    const centre = Number.isNaN(medians[2]![phase]!) ? hourOfDay[phase]! : medians[2]![phase]!;
    let deviation = 0;
    for (let at = 0; at < own.length; at++) deviation += Math.abs(own[at]! - centre);
    spread[phase] = own.length > 0 ? deviation / own.length : 0;
    mean[phase] = hourMean(values, phase);
  }
  return { medians, neighbours, highest, lowest, mean, spread };
}

/** Three ascending arrays as one, in the first places of `into`. */
function mergeSorted(a: SlotValues, b: SlotValues, c: SlotValues, into: Float64Array): SlotValues {
  const length = a.length + b.length + c.length;
  for (let at = 0, i = 0, j = 0, k = 0; at < length; at++) {
    const x = i < a.length ? a[i]! : Number.POSITIVE_INFINITY;
    const y = j < b.length ? b[j]! : Number.POSITIVE_INFINITY;
    const z = k < c.length ? c[k]! : Number.POSITIVE_INFINITY;
    if (x <= y && x <= z) {
      into[at] = x;
      i++;
    } else if (y <= z) {
      into[at] = y;
      j++;
    } else {
      into[at] = z;
      k++;
    }
  }
  return into.subarray(0, length);
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
  const weeks = Array.from({ length: WEEK_MEDIANS }, (_, back) => {
    const end = HISTORY_HOURS - back * WEEK_HOURS;
    return sortedMeasured(values.subarray(end - WEEK_HOURS, end));
  });
  const recent = values.subarray(HISTORY_HOURS - DAY_HOURS);
  const levels = [
    sortedMeasured(recent),
    sortedMeasured(values.subarray(HISTORY_HOURS - 3 * DAY_HOURS)),
    weeks[0]!,
    merged(weeks),
  ];
  for (const sorted of levels) for (const q of LEVEL_QUANTILES) features.push(distance(sortedQuantile(sorted, q)));
  const lastWeek = values.subarray(HISTORY_HOURS - WEEK_HOURS);
  features.push(
    distance(meanOf(lastWeek)),
    ...extremesOf(values).map(distance),
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
  const ofWeeks = Float64Array.from(weeks, sortedMedian);
  for (const median of ofWeeks) features.push(distance(median));
  features.push(
    share(changeOver(ofWeeks, 1), scale),
    distance(medianDailyHighest(lastWeek)),
    share(dailyChange(lastWeek), scale),
    unchanged(values),
  );
  return Float32Array.from(features);
}

function share(value: number, scale: number): number {
  return Number.isNaN(value) ? 0 : value / scale;
}

function merged(weeks: readonly SlotValues[]): SlotValues {
  const [a, b, c, d] = weeks as [SlotValues, SlotValues, SlotValues, SlotValues];
  const three = mergeSorted(a, b, c, new Float64Array(a.length + b.length + c.length));
  return mergeSorted(three, d, d.subarray(0, 0), new Float64Array(three.length + d.length));
}

/** Highest and lowest; NaN for none. */
function extremesOf(values: SlotValues): readonly [number, number] {
  let highest = Number.NaN;
  let lowest = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (!(value <= highest)) highest = value;
    if (!(value >= lowest)) lowest = value;
  }
  return [highest, lowest];
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
