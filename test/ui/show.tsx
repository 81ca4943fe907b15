/** Opens a view of sample data on the real terminal: `node --import ./test/tsx-loader.mjs test/ui/show.tsx idle|demo|large|optimize|forecast|explain|throw|listen`. */

import process from 'node:process';
import { showExplain } from '../../ui/explain.tsx';
import { showForecast } from '../../ui/forecast.tsx';
import { type IdleViewOptions, showIdle } from '../../ui/idle.tsx';
import { showOptimize } from '../../ui/optimize.tsx';
import { largeIdle, OBSERVED_AT, sampleIdle, sampleOptimize } from './sample.ts';
import { sampleExplain } from './sample-explain.ts';
import { sampleForecast } from './sample-forecast.ts';

const options: IdleViewOptions = {
  stdin: process.stdin,
  stdout: process.stdout,
  confidence: 0.85,
  includeUnknown: false,
  color: process.env.NO_COLOR === undefined,
  ascii: process.env.ASCII !== undefined,
  now: () => OBSERVED_AT + 125_000,
  timeZone: 'UTC',
};

const shows: Readonly<Record<string, () => Promise<void>>> = {
  idle: () => showIdle(sampleIdle(), options),
  demo: () => showIdle(sampleIdle(true), { ...options, includeUnknown: true }),
  large: () => showIdle(largeIdle(5000), options),
  optimize: () => showOptimize(sampleOptimize(), options),
  forecast: () => showForecast(sampleForecast(), options),
  explain: () => showExplain(sampleExplain('idle', 'active', 'unknown'), options),
  // A program that listens to signals itself, as one that has work to end does.
  listen: () => {
    const stop = new AbortController();
    process.on('SIGTERM', () => stop.abort());
    return showIdle(sampleIdle(), { ...options, signal: stop.signal });
  },
  // A view that fails while it is open: the clock of its header throws.
  throw: () => {
    let calls = 0;
    return showIdle(sampleIdle(), { ...options, now: () => (calls++ < 1 ? OBSERVED_AT : fail()) });
  },
};

function fail(): never {
  throw new Error('the clock has stopped');
}

await shows[process.argv[2] ?? 'idle']?.();
process.stdout.write('back\n');
