/**
 * Forecast and intervals by what was learned from other machines: trees say how far a value lies from the seasonal base, at
 * its median and at both ends of the 95 % interval; what the ends lack is added as it was measured on machines the trees do
 * not know (conformalised quantile regression, Romano et al. 2019), for each metric and each day of the horizon.
 */

import type { ForecastMetric, IntervalLevel } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { evaluateTrees, type FeatureColumns, type Trees } from '../trees/trees.ts';
import { featuresOf } from './features.ts';
import type { Seasons } from './seasonal.ts';
import { DAY_HOURS, HORIZON_HOURS } from './window.ts';

const DAYS = HORIZON_HOURS / DAY_HOURS;

/** For one metric, by day of the horizon. */
export interface MetricCalibration {
  /** Added to both ends of the 95 % interval, in daily changes. */
  readonly widen: readonly number[];
  /** Half-widths of the 50 % and the 80 % interval as shares of those of the 95 % interval. */
  readonly share50: readonly number[];
  readonly share80: readonly number[];
}

export type Calibration = Readonly<Record<ForecastMetric, MetricCalibration>>;

export interface TreeModel {
  readonly centre: Trees;
  readonly low: Trees;
  readonly high: Trees;
}

/** Before calibration: the forecast and the ends of its 95 % interval, in the metric's unit, with the unit of widths. */
export interface Spread {
  readonly centre: SlotValues;
  readonly low: SlotValues;
  readonly high: SlotValues;
  readonly scale: number;
}

export function spreadOf(seasons: Seasons, trees: TreeModel): Spread {
  const features = featuresOf(seasons);
  const centre = correctedBy(trees.centre, features, seasons).map((value) => Math.max(0, value));
  return {
    centre,
    low: correctedBy(trees.low, features, seasons).map((value, hour) => Math.min(value, centre[hour]!)),
    high: correctedBy(trees.high, features, seasons).map((value, hour) => Math.max(value, centre[hour]!)),
    scale: seasons.scale,
  };
}

/** The centre of `spreadOf` alone. */
export function centreOf(seasons: Seasons, { centre }: TreeModel): SlotValues {
  return correctedBy(centre, featuresOf(seasons), seasons).map((value) => Math.max(0, value));
}

function correctedBy(trees: Trees, features: FeatureColumns, { base, scale }: Seasons): SlotValues {
  return evaluateTrees(trees, features).map((value, hour) => base[hour]! + value * scale);
}

/** The interval of a level around the centre: within zero, holding the centre and every narrower interval. */
export function intervalOf(
  spread: Spread,
  level: IntervalLevel,
  { widen, share50, share80 }: MetricCalibration,
): { readonly low: SlotValues; readonly high: SlotValues } {
  const low = new Float64Array(HORIZON_HOURS);
  const high = new Float64Array(HORIZON_HOURS);
  for (let hour = 0; hour < HORIZON_HOURS; hour++) {
    const day = Math.floor(hour / DAY_HOURS);
    const part = level === 0.95 ? 1 : level === 0.8 ? share80[day]! : share50[day]!;
    const centre = spread.centre[hour]!;
    const added = widen[day]! * spread.scale;
    low[hour] = Math.max(0, centre - part * Math.max(0, centre - spread.low[hour]! + added));
    high[hour] = centre + part * Math.max(0, spread.high[hour]! - centre + added);
  }
  return { low, high };
}

interface Observed {
  readonly metric: ForecastMetric;
  readonly windows: readonly { readonly spread: Spread; readonly future: SlotValues }[];
}

/** Split conformal: the quantile of the scores of what was observed. */
export function calibrationOf(observed: readonly Observed[]): Calibration {
  return Object.fromEntries(
    observed.map(({ metric, windows }) => [
      metric,
      {
        widen: byDay((day) => conformal(scores(windows, day, widening), 0.95)),
        share50: byDay((day) => sharesOf(windows, day, 0.5)),
        share80: byDay((day) => sharesOf(windows, day, 0.8)),
      },
    ]),
  ) as Record<ForecastMetric, MetricCalibration>;
}

function byDay(figure: (day: number) => number): readonly number[] {
  return Array.from({ length: DAYS }, (_, day) => figure(day));
}

function sharesOf(windows: Observed['windows'], day: number, level: number): number {
  const added = conformal(scores(windows, day, widening), 0.95);
  const share = scores(windows, day, ({ centre, low, high, scale }, hour, value) => {
    const half = value >= centre[hour]! ? high[hour]! - centre[hour]! : centre[hour]! - low[hour]!;
    const distance = Math.abs(value - centre[hour]!);
    return distance === 0 ? 0 : distance / Math.max(0, half + added * scale);
  });
  return Math.min(1, conformal(share, level));
}

type Score = (spread: Spread, hour: number, value: number) => number;

/** How far beyond the nearer end, in daily changes. An end below zero cannot be missed. */
function widening({ low, high, scale }: Spread, hour: number, value: number): number {
  const below = low[hour]! <= 0 ? Number.NEGATIVE_INFINITY : low[hour]! - value;
  return Math.max(below, value - high[hour]!) / scale;
}

function scores(windows: Observed['windows'], day: number, score: Score): Float64Array {
  const found: number[] = [];
  for (const { spread, future } of windows) {
    for (let hour = day * DAY_HOURS; hour < (day + 1) * DAY_HOURS; hour++) {
      if (!Number.isNaN(future[hour]!)) found.push(score(spread, hour, future[hour]!));
    }
  }
  return Float64Array.from(found);
}

/** The ⌈(n + 1)·level⌉-th smallest of n scores, or the largest. Orders them. */
export function conformal(values: Float64Array, level: number): number {
  const sorted = values.sort();
  return sorted[Math.min(sorted.length, Math.ceil((sorted.length + 1) * level)) - 1]!;
}
