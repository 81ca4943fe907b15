/** A forecast of the shipped weights, changed as one's own history has taught. */

import type { Forecast, ForecastHistory, MetricTuning } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';

const WEEK_HOURS = 168;
const DAY_HOURS = 24;

export const LAST_WEEK = 'same hour last week';

/** Without a tuning, or where it changes nothing, the forecast itself. */
export function adjusted(forecast: Forecast, history: ForecastHistory, tuning: MetricTuning | undefined): Forecast {
  if (!tuning) return forecast;
  const { lastWeek, widths } = tuning;
  const before = weekBefore(history.mean, forecast.grid.slots);
  const mean = forecast.mean.map((value, hour) => {
    const then = before[hour]!;
    return Number.isNaN(then) ? value : (1 - lastWeek) * value + lastWeek * then;
  });
  const intervals = forecast.intervals.map((interval) => {
    const factor = widths.find(({ level }) => level === interval.level)?.factor ?? 1;
    return {
      level: interval.level,
      low: interval.low.map((low, hour) => Math.max(0, mean[hour]! - factor * (forecast.mean[hour]! - low))),
      high: interval.high.map((high, hour) => mean[hour]! + factor * (high - forecast.mean[hour]!)),
    };
  });
  return {
    ...forecast,
    mean,
    intervals: nested(intervals),
    parts: [
      ...forecast.parts.map((part) => ({ ...part, weight: part.weight * (1 - lastWeek) })),
      ...(lastWeek > 0 ? [{ model: LAST_WEEK, weight: lastWeek }] : []),
    ],
  };
}

/** The same hour a week before each hour of the horizon; where the history is shorter, or has a gap there, of the day before its end. */
export function weekBefore(history: SlotValues, hours: number): SlotValues {
  return Float64Array.from({ length: hours }, (_, hour) => {
    const then = history[history.length - WEEK_HOURS + (hour % WEEK_HOURS)] ?? Number.NaN;
    return Number.isNaN(then) ? (history[history.length - DAY_HOURS + (hour % DAY_HOURS)] ?? Number.NaN) : then;
  });
}

/** Each wider interval holds the narrower ones. */
function nested(intervals: Forecast['intervals']): Forecast['intervals'] {
  const widened: Forecast['intervals'][number][] = [];
  for (const interval of intervals.toSorted((a, b) => a.level - b.level)) {
    const inner = widened.at(-1);
    widened.push({
      level: interval.level,
      low: interval.low.map((low, hour) => Math.min(low, inner?.low[hour] ?? low)),
      high: interval.high.map((high, hour) => Math.max(high, inner?.high[hour] ?? high)),
    });
  }
  return widened;
}
