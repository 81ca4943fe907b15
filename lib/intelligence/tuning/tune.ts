/**
 * Learns from one's own history what to change about the shipped forecasts of a metric: how much the same hour of last week weighs, by
 * the absolute error, and how wide the intervals must be to cover what they promise, by split conformal prediction (Vovk et al. 2005;
 * Romano et al. 2019). What was learned is compared with the shipped forecasts on windows that it was not learned from.
 */

import type { Forecast, ForecastHistory, HeldApart, IntervalLevel, MetricTuning } from '../../types/forecast.ts';
import { meanOf } from '../evidence/measured.ts';
import { adjusted, weekBefore } from './adjust.ts';
import { type Window, windowsOf } from './windows.ts';

/** Weights that are tried. Half at most: what was learned elsewhere is not thrown away for a few weeks. */
const LAST_WEEK_WEIGHTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5] as const;

const LEVELS: readonly IntervalLevel[] = [0.5, 0.8, 0.95];

/** Intervals are never changed by more than this factor: beyond it the windows are too odd to learn from. */
const WIDEST_CHANGE = 4;

/** Undefined where the history before is too short. */
export type ForecastOf = (before: ForecastHistory, hours: number) => Forecast | undefined;

export interface Tuned {
  readonly tuning: MetricTuning;
  readonly shipped: HeldApart;
  readonly own: HeldApart;
  readonly windows: number;
}

interface Forecasted extends Window {
  readonly forecast: Forecast;
}

/** Undefined where no series has a window to learn from and one to test on. */
export function tune(histories: readonly ForecastHistory[], forecastOf: ForecastOf): Tuned | undefined {
  const perSeries = histories.map((history) => windowsOf(history).flatMap((window) => forecasted(window, forecastOf)));
  const able = perSeries.filter((windows) => windows.length >= 2);
  if (able.length === 0) return undefined;
  const teaching = able.flatMap((windows) => windows.slice(1));
  const test = able.map((windows) => windows[0]!);
  const lastWeek = bestLastWeek(teaching);
  const mixed = teaching.map((window) => ({
    ...window,
    forecast: adjusted(window.forecast, window.before, { lastWeek, widths: [] }),
  }));
  const tuning: MetricTuning = { lastWeek, widths: LEVELS.map((level) => ({ level, factor: widthFactor(mixed, level) })) };
  return {
    tuning,
    windows: teaching.length,
    shipped: score(test, undefined),
    own: score(test, tuning),
  };
}

/** Whether it is better where it was not learned: intervals that score better, and a point forecast that is no worse. */
export function isBetter({ shipped, own }: Pick<Tuned, 'shipped' | 'own'>): boolean {
  return own.msis < shipped.msis && own.mase <= shipped.mase;
}

function forecasted(window: Window, forecastOf: ForecastOf): readonly Forecasted[] {
  const forecast = forecastOf(window.before, window.actual.length);
  return forecast ? [{ ...window, forecast }] : [];
}

function bestLastWeek(windows: readonly Forecasted[]): number {
  const errorOf = (weight: number): number =>
    meanOf(
      windows.map(({ before, actual, scale, forecast }) => {
        const then = weekBefore(before.mean, actual.length);
        return (
          meanOf(
            Array.from(actual, (value, hour) => {
              const last = Number.isNaN(then[hour]!) ? forecast.mean[hour]! : then[hour]!;
              return Math.abs(value - (1 - weight) * forecast.mean[hour]! - weight * last);
            }),
          ) / scale
        );
      }),
    );
  const errors = LAST_WEEK_WEIGHTS.map(errorOf);
  return LAST_WEEK_WEIGHTS[errors.indexOf(Math.min(...errors))]!;
}

/** The ⌈(n + 1)·level⌉-th smallest of how many half-widths each value lies from the forecast. */
function widthFactor(windows: readonly Forecasted[], level: IntervalLevel): number {
  const scores = windows
    .flatMap(({ actual, forecast }) => {
      const interval = forecast.intervals.find((each) => each.level === level);
      if (!interval) return [];
      return Array.from(actual, (value, hour) => {
        const mean = forecast.mean[hour]!;
        const half = value >= mean ? interval.high[hour]! - mean : mean - interval.low[hour]!;
        return Math.abs(value - mean) / half;
      });
    })
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
  const rank = Math.min(scores.length, Math.ceil((scores.length + 1) * level));
  const factor = scores[rank - 1] ?? 1;
  return Math.min(WIDEST_CHANGE, Math.max(1 / WIDEST_CHANGE, factor));
}

function score(windows: readonly Forecasted[], tuning: MetricTuning | undefined): HeldApart {
  const scores = windows.map(({ before, actual, scale, forecast }) => {
    const { mean, intervals } = adjusted(forecast, before, tuning);
    const { low, high } = intervals.find(({ level }) => level === 0.95)!;
    const hours = [...actual.keys()].filter((hour) => !Number.isNaN(actual[hour]!));
    return {
      mase: meanOf(hours.map((hour) => Math.abs(actual[hour]! - mean[hour]!))) / scale,
      msis: meanOf(hours.map((hour) => intervalScore(actual[hour]!, low[hour]!, high[hour]!))) / scale,
      inside: meanOf(hours.map((hour) => (actual[hour]! >= low[hour]! && actual[hour]! <= high[hour]! ? 1 : 0))),
    };
  });
  return {
    series: windows.length,
    mase: meanOf(scores.map(({ mase }) => mase)),
    msis: meanOf(scores.map(({ msis }) => msis)),
    coverage95: meanOf(scores.map(({ inside }) => inside)),
  };
}

/** Gneiting & Raftery 2007, equation 43, α = 0.05. */
function intervalScore(value: number, low: number, high: number): number {
  return high - low + 40 * (Math.max(0, low - value) + Math.max(0, value - high));
}
