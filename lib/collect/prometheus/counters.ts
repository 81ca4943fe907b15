/**
 * What counters tell over a range that ends at each point. The engines differ at the edges of what was sampled: at the first and
 * last samples of a series, and beside a hole (docs.victoriametrics.com/metricsql, "rate", "increase", "lifetime").
 */

import type { EngineKind } from './grids.ts';

export interface CounterRange {
  /** As `rangeSeconds` gives it. */
  readonly seconds: number;
  readonly engine: EngineKind;
}

/** Part of a range that samples must span for a rate to stand as it is: with less, noise is more than what thresholds allow for. */
const LEAST_SPAN = 2 / 3;

/**
 * Per second. MetricsQL divides by the time between the first and the last sample, so that at an edge a rate rests on two
 * neighbouring samples, whose noise is several times that of a whole range. Where samples span too little of the range, what was
 * gained counts as that of a longer time, as PromQL does it. Time decides and not the number of samples, because pods in one
 * server are sampled at different intervals.
 */
export function rate(counter: string, { seconds, engine }: CounterRange): string {
  const range = `${counter}[${seconds}s]`;
  if (engine === 'prometheus') return `rate(${range})`;
  return `(rate(${range}) * clamp_max(lifetime(${range}) / ${Math.round(LEAST_SPAN * seconds)}, 1))`;
}

/**
 * Gain within the range divided by its length: the mean, also where there were samples for a part of it only. MetricsQL's `increase`
 * adds what a counter gained in the hole before the range, and what it showed at first.
 */
export function mean(counter: string, { seconds, engine }: CounterRange): string {
  const gain = engine === 'prometheus' ? 'increase' : 'ascent_over_time';
  return `${gain}(${counter}[${seconds}s]) / ${seconds}`;
}
