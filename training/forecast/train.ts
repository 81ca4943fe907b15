/**
 * `npm run train -- forecast`: grows the trees of the forecast on the machines that `roleOf` gives to training, calibrates the
 * intervals on others, measures on those held apart, and writes lib/intelligence/weights/forecast.json.
 * Traces: the file named by UPID_TRACES.
 */

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { copyRow, FEATURES, featuresOf } from '../../lib/intelligence/forecast/features.ts';
import {
  type Calibration,
  calibrationOf,
  type LearnedModel,
  type Spread,
  spreadOf,
} from '../../lib/intelligence/forecast/learned.ts';
import { modelOf, type ShippedTrees, type ShippedWeights } from '../../lib/intelligence/forecast/model.ts';
import { seasonalBase, seasonalCandidates } from '../../lib/intelligence/forecast/seasonal.ts';
import type { Trees } from '../../lib/intelligence/forecast/trees.ts';
import { HISTORY_HOURS, HORIZON_HOURS, REQUIRED_HOURS } from '../../lib/intelligence/forecast/window.ts';
import { sample, seededRandom } from '../random.ts';
import { binRows, growTrees } from './grow-trees.ts';
import { measure } from './measure.ts';
import { METRICS, readTraces, type Traces } from './traces.ts';
import { midnightAfter, type TrainingWindow, windowsOf } from './windows.ts';

const WEIGHTS = fileURLToPath(new URL('../../lib/intelligence/weights/forecast.json', import.meta.url));
const TRACES = fileURLToPath(new URL('../../../shared/data/traces/bitbrains-dev-hourly.parquet', import.meta.url));

const SEED = 7;
/** Not a divisor of a day: origins fall on every hour. */
const STEP_HOURS = 53;
const HOURS_PER_WINDOW = 28;
/** Share of windows whose history is cut to 3–30 days. */
const SHORT_SHARE = 0.35;
/** Distances beyond this teach a quantile nothing but how large one burst was. */
const FARTHEST = 50;

const CENTRE = { quantile: 0.5, trees: 150, leaves: 63, minLeafRows: 400 } as const;
const EDGE = { trees: 120, leaves: 15, minLeafRows: 1000 } as const;
const COMMON = { learningRate: 0.1, featureShare: 0.5, rowShare: 0.7 } as const;

export async function trainForecast(say: (line: string) => void): Promise<void> {
  const file = process.env['UPID_TRACES'] ?? TRACES;
  const traces = await readTraces(file);
  const random = seededRandom(SEED);
  const { rows, targets, windows } = trainingRows(traces, random);
  say(`${windows} windows, ${targets.length} rows of ${FEATURES.length} features`);
  const binned = binRows(rows, FEATURES.length);
  const clipped = targets.map((target) => Math.max(-FARTHEST, Math.min(FARTHEST, target)));
  const grow = (options: { quantile: number; trees: number; leaves: number; minLeafRows: number }): Trees => {
    say(`growing ${options.trees} trees of the ${options.quantile} quantile`);
    return growTrees(binned, clipped, { ...COMMON, ...options, random });
  };
  const centre = grow(CENTRE);
  const low = grow({ ...EDGE, quantile: 0.025 });
  const high = grow({ ...EDGE, quantile: 0.975 });
  const calibration = calibrate(traces, { centre, low, high }, random);
  const weights: ShippedWeights = {
    version: 'trees 2026-11-25',
    features: FEATURES.length,
    centre: shipped(centre),
    low: shipped(low),
    high: shipped(high),
    calibration,
    card: {
      data: 'GWA-T-12 Bitbrains rnd: hourly use of business virtual machines in 2013 (Shen, van Beek, Iosup, CCGRID 2015)',
      split: 'by machine, from its name: 55 % train, 20 % calibrate, 25 % held apart',
      seeds: [SEED],
      figures: [],
    },
  };
  say('measuring on the machines held apart');
  const measured = measure(traces, modelOf(weights));
  writeFileSync(WEIGHTS, `${JSON.stringify({ ...weights, card: { ...weights.card, figures: measured } }, null, 1)}\n`);
  for (const { figure, value, beside } of measured)
    say(`${figure}: ${value}${beside ? ` (${beside.method}: ${beside.value})` : ''}`);
}

function shortened(random: () => number): () => number {
  return () =>
    random() < SHORT_SHARE ? REQUIRED_HOURS + Math.floor(random() * (HISTORY_HOURS - REQUIRED_HOURS)) : HISTORY_HOURS;
}

function trainingRows(traces: Traces, random: () => number): { rows: Float32Array; targets: Float32Array; windows: number } {
  const width = FEATURES.length;
  const windows = [
    ...windowsOf(traces, {
      roles: ['train'],
      stepHours: STEP_HOURS,
      firstHours: midnightAfter(traces, 14),
      historyHours: shortened(random),
    }),
  ];
  const rows = new Float32Array(windows.length * HOURS_PER_WINDOW * width);
  const targets = new Float32Array(windows.length * HOURS_PER_WINDOW);
  let count = 0;
  for (const { history, future, scale } of windows) {
    const candidates = seasonalCandidates(history);
    const base = seasonalBase(candidates);
    const features = featuresOf(history, candidates, base, scale);
    for (const hour of sample(random, HORIZON_HOURS, HOURS_PER_WINDOW)) {
      const target = (future[hour]! - base[hour]!) / scale;
      if (Number.isNaN(target)) continue;
      copyRow(features, hour, rows.subarray(count * width, (count + 1) * width));
      targets[count++] = target;
    }
  }
  return { rows: rows.slice(0, count * width), targets: targets.slice(0, count), windows: windows.length };
}

function calibrate(traces: Traces, trees: Omit<LearnedModel, 'calibration'>, random: () => number): Calibration {
  const observed: { window: TrainingWindow; spread: Spread }[] = [];
  const choice = {
    roles: ['calibrate'],
    stepHours: STEP_HOURS,
    firstHours: midnightAfter(traces, 14),
    historyHours: shortened(random),
  } as const;
  for (const window of windowsOf(traces, choice)) {
    observed.push({ window, spread: spreadOf(window.history, window.scale, trees) });
  }
  return calibrationOf(
    METRICS.map((metric) => ({
      metric,
      windows: observed
        .filter(({ window }) => window.history.metric === metric)
        .map(({ window, spread }) => ({ spread, future: window.future })),
    })),
  );
}

function shipped({ nodeStart, leafStart, feature, threshold, left, right, leaf, start }: Trees): ShippedTrees {
  const text = (array: Uint32Array | Uint8Array | Int8Array | Float32Array): string =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return {
    nodeStart: text(nodeStart),
    leafStart: text(leafStart),
    feature: text(feature),
    threshold: text(threshold),
    left: text(left),
    right: text(right),
    leaf: text(leaf),
    start,
  };
}
