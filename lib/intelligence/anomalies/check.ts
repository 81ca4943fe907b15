/**
 * The last day against the forecast made as of its beginning. A day of hourly values leaves its 95 % interval once or twice by
 * construction, so that single hours outside are no finding. Chosen in two steps that keep the expected share of false ones below 5 %
 * (Benjamini & Bogomolov 2014): series by the probability of their whole day (Simes 1986) with the step-up procedure of
 * Benjamini & Hochberg (1995) over all series that were asked about; then hours within each chosen series, at the level times the share
 * of series that were chosen. Both procedures hold for hours that depend on each other positively, as neighbours do (Benjamini & Yekutieli 2001).
 */

import type { AnomalousRun, AnomalyCheck, Forecast, ForecastHistory } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { type PredictedHour, tailProbability } from './tail.ts';

/** Expected share of false findings among all. */
const FALSE_SHARE = 0.05;

/** How much of the past is looked at. */
export const CHECKED_HOURS = 24;

/** Below so many measured hours nothing is said. */
const FEWEST_HOURS = 6;

const HOUR_MS = 3_600_000;

/** The history as it stood a day ago: what the forecast is made from. Undefined where it is no longer than that day. */
export function aDayAgo(history: ForecastHistory): ForecastHistory | undefined {
  const { grid, mean, peak } = history;
  const slots = grid.slots - CHECKED_HOURS;
  if (slots <= 0) return undefined;
  return {
    ...history,
    grid: { ...grid, slots },
    mean: mean.subarray(0, slots),
    ...(peak && { peak: peak.subarray(0, slots) }),
  };
}

interface CheckedHour {
  readonly atMs: number;
  readonly value: number;
  readonly predicted: PredictedHour;
  readonly probability: number;
}

/** One series' last day, hour by hour; undefined where too few of its hours were measured. */
export interface CheckedDay {
  readonly fromMs: number;
  readonly toMs: number;
  readonly hours: readonly CheckedHour[];
  readonly probability: number;
}

/** `forecast` begins where the last day of `history` does. */
export function checkDay(history: ForecastHistory, forecast: Forecast): CheckedDay | undefined {
  const begin = history.grid.slots - CHECKED_HOURS;
  const hours = Array.from({ length: CHECKED_HOURS }, (_, hour) => hour).flatMap((hour): readonly CheckedHour[] => {
    const value = history.mean[begin + hour]!;
    if (Number.isNaN(value)) return [];
    const predicted = predictedAt(forecast, hour);
    return [{ atMs: forecast.grid.startMs + hour * HOUR_MS, value, predicted, probability: tailProbability(value, predicted) }];
  });
  if (hours.length < FEWEST_HOURS) return undefined;
  const { startMs } = forecast.grid;
  return {
    fromMs: startMs,
    toMs: startMs + CHECKED_HOURS * HOUR_MS,
    hours,
    probability: simes(hours.map((each) => each.probability)),
  };
}

function predictedAt({ mean, intervals }: Forecast, hour: number): PredictedHour {
  const ends = (side: (interval: Forecast['intervals'][number]) => SlotValues): [number, number, number] => {
    const at = (level: number): number => {
      const interval = intervals.find((each) => each.level === level);
      return interval ? side(interval)[hour]! : Number.NaN;
    };
    return [at(0.5), at(0.8), at(0.95)];
  };
  return { mean: mean[hour]!, low: ends(({ low }) => low), high: ends(({ high }) => high) };
}

/** Probability of the whole: the smallest of n·p(k)/k. */
function simes(probabilities: readonly number[]): number {
  const sorted = [...probabilities].sort((a, b) => a - b);
  return Math.min(1, ...sorted.map((probability, at) => (sorted.length * probability) / (at + 1)));
}

/** Largest probability that is still chosen at `level`; -1 where none is (Benjamini & Hochberg 1995). */
function stepUp(probabilities: readonly number[], level: number): number {
  const sorted = [...probabilities].sort((a, b) => a - b);
  return sorted.findLast((probability, at) => probability <= (level * (at + 1)) / sorted.length) ?? -1;
}

/** Findings for all days that were asked about, in their order; undefined stays undefined. */
export function chooseAnomalies(days: readonly (CheckedDay | undefined)[]): readonly (AnomalyCheck | undefined)[] {
  const all = days.flatMap((day) => (day ? [day.probability] : []));
  const threshold = stepUp(all, FALSE_SHARE);
  const chosen = all.filter((probability) => probability <= threshold).length;
  const level = (FALSE_SHARE * chosen) / Math.max(1, all.length);
  return days.map((day) => day && findingOf(day, day.probability <= threshold ? level : undefined));
}

function findingOf({ fromMs, toMs, hours, probability }: CheckedDay, level: number | undefined): AnomalyCheck {
  const probabilities = hours.map((hour) => hour.probability);
  const threshold = level === undefined ? -1 : stepUp(probabilities, level);
  const outside = hours.filter(({ value, predicted }) => value < predicted.low[2] || value > predicted.high[2]);
  const found = hours.filter((hour) => hour.probability <= threshold);
  return { fromMs, toMs, hours: hours.length, outside: outside.length, probability, runs: runsOf(found) };
}

/** Consecutive hours on the same side become one run. */
function runsOf(hours: readonly CheckedHour[]): readonly AnomalousRun[] {
  const runs: CheckedHour[][] = [];
  for (const hour of hours) {
    const last = runs.at(-1)?.at(-1);
    if (last && last.atMs + HOUR_MS === hour.atMs && directionOf(last) === directionOf(hour)) runs.at(-1)!.push(hour);
    else runs.push([hour]);
  }
  return runs.map((run) => {
    const least = run.reduce((a, b) => (b.probability < a.probability ? b : a));
    const { mean, low, high } = least.predicted;
    return {
      fromMs: run[0]!.atMs,
      toMs: run.at(-1)!.atMs + HOUR_MS,
      direction: directionOf(least),
      value: least.value,
      expected: { value: mean, low: low[2], high: high[2] },
      probability: least.probability,
    };
  });
}

function directionOf({ value, predicted }: CheckedHour): AnomalousRun['direction'] {
  return value >= predicted.mean ? 'above' : 'below';
}
