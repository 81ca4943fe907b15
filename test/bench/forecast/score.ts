/** The one scorer of all forecasts: errors and intervals of a window, and what they come to over many windows. Knows no method. */

import type { ForecastMetric } from '../../../lib/types/forecast.ts';

/** What came, NaN where nothing was recorded. */
export interface Truth {
  readonly metric: ForecastMetric;
  readonly future: Float64Array;
  /** Mean absolute 24-hour difference of the window's history: the unit of its errors, above zero. */
  readonly scale: number;
}

/** What was forecast, one value for each hour of `future`; `low` and `high` are the ends of the 95 % interval. */
export interface Answer {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface WindowScore {
  readonly metric: ForecastMetric;
  /** Mean absolute scaled error, Hyndman & Koehler 2006, scaled by the seasonal naive forecast within the history. */
  readonly mase: number;
  /** Mean scaled interval score: Gneiting & Raftery 2007, equation 43, α = 0.05, in the same unit, as the M4 competition has it. */
  readonly msis: number;
  /** Recorded hours, and those of them that lie within the interval, its ends included. */
  readonly hours: number;
  readonly inside: number;
}

const ALPHA = 0.05;

export function scoreWindow({ metric, future, scale }: Truth, { mean, low, high }: Answer): WindowScore {
  let [error, interval, hours, inside] = [0, 0, 0, 0];
  future.forEach((value, hour) => {
    if (Number.isNaN(value)) return;
    const [below, above] = [low[hour]! - value, value - high[hour]!];
    hours += 1;
    error += Math.abs(value - mean[hour]!);
    interval += high[hour]! - low[hour]! + (2 / ALPHA) * (Math.max(0, below) + Math.max(0, above));
    if (below <= 0 && above <= 0) inside += 1;
  });
  return { metric, mase: error / hours / scale, msis: interval / hours / scale, hours, inside };
}

export interface Summary {
  readonly windows: number;
  readonly maseMean: number;
  readonly maseMedian: number;
  /** Mean over the windows. */
  readonly msis: number;
  /** Share of all recorded hours of all windows, and of those of each metric. */
  readonly coverage: number;
  readonly coverageOf: Readonly<Record<ForecastMetric, number>>;
}

export function summarize(scores: readonly WindowScore[]): Summary {
  const covered = (some: readonly WindowScore[]): number => total(some, 'inside') / total(some, 'hours');
  const of = (metric: ForecastMetric): number => covered(scores.filter((score) => score.metric === metric));
  return {
    windows: scores.length,
    maseMean: total(scores, 'mase') / scores.length,
    maseMedian: middle(scores.map(({ mase }) => mase)),
    msis: total(scores, 'msis') / scores.length,
    coverage: covered(scores),
    coverageOf: { cpu: of('cpu'), memory: of('memory'), network: of('network') },
  };
}

function total(scores: readonly WindowScore[], figure: 'mase' | 'msis' | 'hours' | 'inside'): number {
  return scores.reduce((sum, score) => sum + score[figure], 0);
}

/** Of an even number, the mean of the two in the middle. */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
