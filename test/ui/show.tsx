/** Opens a view of sample data on the real terminal: `node --import ./test/tsx-loader.mjs test/ui/show.tsx idle|demo|large|failing|waiting|optimize|forecast|explain|throw|listen`. */

import process from 'node:process';
import { showExplain } from '../../ui/explain.tsx';
import { showForecast } from '../../ui/forecast.tsx';
import { type IdleViewOptions, showIdle } from '../../ui/idle.tsx';
import { showOptimize } from '../../ui/optimize.tsx';
import type { ViewOptions } from '../../ui/options.ts';
import { largeIdle, OBSERVED_AT, sampleIdle, sampleOptimize } from './sample.ts';
import { sampleExplain } from './sample-explain.ts';
import { sampleForecast, sampleForecastOf } from './sample-forecast.ts';

const options: ViewOptions = {
  stdin: process.stdin,
  stdout: process.stdout,
  color: process.env.NO_COLOR === undefined,
  ascii: process.env.ASCII !== undefined,
  now: () => OBSERVED_AT + 125_000,
  timeZone: 'UTC',
};

const idle: IdleViewOptions = {
  ...options,
  confidence: 0.85,
  includeUnknown: false,
  explain: () => sampleExplain('idle'),
  forecast: async (workload) => sampleForecastOf(workload),
};

const shows: Readonly<Record<string, () => Promise<void>>> = {
  idle: () => showIdle(sampleIdle(), idle),
  demo: () => showIdle(sampleIdle(true), { ...idle, includeUnknown: true }),
  large: () => showIdle(largeIdle(5000), idle),
  // A source that fails at first.
  failing: () => {
    let asked = 0;
    return showIdle(sampleIdle(), {
      ...idle,
      forecast: async (workload) => (asked++ === 0 ? fail('the cluster does not answer') : sampleForecastOf(workload)),
    });
  },
  // A source that never answers: its question must not keep the program.
  waiting: () => showIdle(sampleIdle(), { ...idle, forecast: () => new Promise(() => undefined) }),
  optimize: () => showOptimize(sampleOptimize(), options),
  forecast: () => showForecast(sampleForecast(), { ...options, explain: async () => sampleExplain('idle') }),
  explain: () => showExplain(sampleExplain('idle', 'active', 'unknown'), { ...options, forecast: async () => sampleForecast() }),
  // A program that listens to signals itself, as one that has work to end does.
  listen: () => {
    const stop = new AbortController();
    process.on('SIGTERM', () => stop.abort());
    return showIdle(sampleIdle(), { ...idle, signal: stop.signal });
  },
  // A view that fails while it is open: the clock of its header throws.
  throw: () => {
    let calls = 0;
    return showIdle(sampleIdle(), { ...idle, now: () => (calls++ < 1 ? OBSERVED_AT : fail('the clock has stopped')) });
  },
};

function fail(message: string): never {
  throw new Error(message);
}

await shows[process.argv[2] ?? 'idle']?.();
process.stdout.write('back\n');
