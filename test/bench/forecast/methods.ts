/** Ways to answer a file of histories. Each reads the same file and writes rows as `model evaluate` does, so that one scorer scores all. */

import { closeSync, openSync } from 'node:fs';
import { type ForecastModel, forecastSeries, isTooShort } from '../../../lib/intelligence/forecast/forecast.ts';
import { seasonalBase, seasonalCandidates, seasonalNaive } from '../../../lib/intelligence/forecast/seasonal.ts';
import { DAY_HOURS, HORIZON_HOURS, historyWindow, hourlyHistory } from '../../../lib/intelligence/forecast/window.ts';
import { exchangeForecasts } from '../../../lib/store/forecast-exchange.ts';
import type { ForecastHistory, ForecastMetric } from '../../../lib/types/forecast.ts';
import { testRuntime } from '../../kube/runtime.ts';
import { probe } from '../measure.ts';
import type { Answer } from './score.ts';
import { EXCHANGED } from './windows.ts';

export interface Method {
  readonly name: string;
  /** Writes series_id, metric, origin, h, mean, lo95, hi95. */
  answer(input: string, output: string): Promise<Took>;
}

export interface Took {
  /** Of processor time. */
  readonly seconds: number;
  /** Windows that the method failed on, which got a seasonal naive forecast. */
  readonly failed?: number;
}

/** The built program, as its users have it. */
export const SHIPPED: Method = {
  name: 'kubectl upid, as shipped',
  answer: async (input, output) => {
    const { cpuMilliseconds } = probe(['model', 'evaluate', '--input', input, '--output', output], {});
    return { seconds: cpuMilliseconds / 1000 };
  },
};

/** The same code with other weights. */
export function withModel(name: string, model: ForecastModel): Method {
  return answered(name, (history) => {
    const forecast = forecastSeries(history, model);
    if (isTooShort(forecast)) throw new Error(`${name}: a window has ${forecast.hours} hours only`);
    const { low, high } = forecast.intervals.find(({ level }) => level === 0.95)!;
    return { mean: forecast.mean, low, high };
  });
}

const NORMAL_975 = 1.959964;

/**
 * The newest measured value at the same hour of the period. Its interval: standard deviation of the differences over one period
 * within the history, times the square root of the number of periods ahead (Hyndman & Athanasopoulos, Forecasting, 3rd ed., 5.5).
 */
export function naive(name: string, periodHours: number): Method {
  return answered(name, ({ mean }) => {
    const newest = seasonalNaive(mean, periodHours);
    const level = newest.find((value) => !Number.isNaN(value))!;
    const own = deviationOver(mean, periodHours);
    const deviation = Number.isNaN(own) ? deviationOver(mean, DAY_HOURS) : own;
    const centre = Float64Array.from({ length: HORIZON_HOURS }, (_, hour) => {
      const value = newest[hour % periodHours]!;
      return Number.isNaN(value) ? level : value;
    });
    const half = centre.map((_, hour) => NORMAL_975 * deviation * Math.sqrt(Math.floor(hour / periodHours) + 1));
    return {
      mean: centre,
      low: centre.map((value, hour) => Math.max(0, value - half[hour]!)),
      high: centre.map((value, hour) => value + half[hour]!),
    };
  });
}

/** The base of the shipped forecast, alone: its interval by the root of the mean squared deviation from it over the last two weeks. */
export function seasonalMedians(name: string): Method {
  return answered(name, (history) => {
    const window = historyWindow(history);
    const mean = seasonalBase(seasonalCandidates(window));
    const recent = window.values.subarray(window.values.length - 2 * HORIZON_HOURS);
    const squares = recent
      .map((value, hour) => (value - mean[hour % HORIZON_HOURS]!) ** 2)
      .filter((square) => !Number.isNaN(square));
    const half = NORMAL_975 * Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    return { mean, low: mean.map((value) => Math.max(0, value - half)), high: mean.map((value) => value + half) };
  });
}

/** Root of the mean squared difference of values one period apart; NaN where no two are. */
function deviationOver(values: Float64Array, hours: number): number {
  let [sum, count] = [0, 0];
  for (let at = hours; at < values.length; at++) {
    const difference = values[at]! - values[at - hours]!;
    if (Number.isNaN(difference)) continue;
    sum += difference * difference;
    count += 1;
  }
  return Math.sqrt(sum / count);
}

function answered(name: string, forecast: (history: ForecastHistory) => Answer): Method {
  const metrics = new Map(Object.entries(EXCHANGED).map(([metric, exchanged]) => [exchanged, metric as ForecastMetric]));
  return {
    name,
    async answer(input, output) {
      const before = process.cpuUsage();
      closeSync(openSync(output, 'w'));
      await exchangeForecasts({
        input,
        output,
        shownOutput: output,
        csv: false,
        answer: ({ metric, originMs, hours }) => forecast(hourlyHistory(metrics.get(metric)!, originMs, hours)),
        runtime: testRuntime(),
        signal: new AbortController().signal,
      });
      const { user, system } = process.cpuUsage(before);
      return { seconds: (user + system) / 1e6 };
    },
  };
}
