/** Errors of a forecast on the newest windows of its own series, each forecast from what was before it. */

import type { Backtest, ForecastHistory } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import type { ForecastOf } from './tune.ts';
import { type Window, windowsOf } from './windows.ts';

const MOST_WINDOWS = 4;
const DAY_HOURS = 24;

/** Undefined where the history holds no window, or never changes, so that errors have no unit. */
export function backtestOf(history: ForecastHistory, forecastOf: ForecastOf): Backtest | undefined {
  const windows = windowsOf(history)
    .slice(0, MOST_WINDOWS)
    .flatMap((window) => errorsOf(window, forecastOf));
  if (windows.length === 0) return undefined;
  const mean = (figure: (errors: WindowErrors) => number): number =>
    windows.reduce((sum, window) => sum + figure(window), 0) / windows.length;
  return {
    windows: windows.length,
    mase: mean(({ mase }) => mase),
    seasonalNaiveMase: mean(({ naive }) => naive),
    coverage95: mean(({ inside }) => inside),
  };
}

interface WindowErrors {
  readonly mase: number;
  readonly naive: number;
  readonly inside: number;
}

function errorsOf({ before, actual, scale }: Window, forecastOf: ForecastOf): readonly WindowErrors[] {
  const forecast = forecastOf(before, actual.length);
  const interval = forecast?.intervals.find(({ level }) => level === 0.95);
  if (!forecast || !interval) return [];
  const hours = [...actual.keys()].filter((hour) => !Number.isNaN(actual[hour]!));
  const inside = hours.filter((hour) => actual[hour]! >= interval.low[hour]! && actual[hour]! <= interval.high[hour]!).length;
  return [
    {
      mase: meanError(actual, forecast.mean) / scale,
      naive: meanError(actual, yesterday(before.mean, actual.length)) / scale,
      inside: inside / hours.length,
    },
  ];
}

/** The newest value of each hour of the day: what a seasonal naive forecast says of every day to come. */
function yesterday(before: SlotValues, hours: number): SlotValues {
  return Float64Array.from({ length: hours }, (_, hour) => {
    for (let at = before.length - DAY_HOURS + (hour % DAY_HOURS); at >= 0; at -= DAY_HOURS)
      if (!Number.isNaN(before[at]!)) return before[at]!;
    return Number.NaN;
  });
}

/** Over the hours of which both are known. */
function meanError(actual: SlotValues, forecast: SlotValues): number {
  let sum = 0;
  let count = 0;
  for (const [hour, value] of actual.entries()) {
    const error = Math.abs(value - forecast[hour]!);
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return sum / count;
}
