/**
 * `npm run train -- forecast`: grows the trees and trains the LSTM of the forecast on the machines that `roleOf` gives to training,
 * calibrates the intervals on others, measures on those held apart, and writes lib/intelligence/weights/forecast.json.
 * Traces: the file named by UPID_TRACES.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { copyRow, FEATURES, featuresOf } from '../../lib/intelligence/forecast/features.ts';
import { type JoinedModel, joinedOf } from '../../lib/intelligence/forecast/joined.ts';
import { type Calibration, calibrationOf, type Spread } from '../../lib/intelligence/forecast/learned.ts';
import { lstmNumbers } from '../../lib/intelligence/forecast/lstm.ts';
import { modelOf, type ShippedWeights } from '../../lib/intelligence/forecast/model.ts';
import { prepared } from '../../lib/intelligence/forecast/prepare.ts';
import { seasonsOf } from '../../lib/intelligence/forecast/seasonal.ts';
import { HISTORY_HOURS, HORIZON_HOURS, REQUIRED_HOURS } from '../../lib/intelligence/forecast/window.ts';
import type { Trees } from '../../lib/intelligence/trees/trees.ts';
import { packed, packTrees } from '../packed.ts';
import { sample, seededRandom } from '../random.ts';
import { binRows, growTrees } from './grow-trees.ts';
import { measure } from './measure.ts';
import { METRICS, readTraces, TRACES_FILE, type Traces } from './traces.ts';
import { LSTM_SEED, trainLstm } from './train-lstm.ts';
import { midnightAfter, type TrainingWindow, windowsOf } from './windows.ts';

const WEIGHTS = fileURLToPath(new URL('../../lib/intelligence/weights/forecast.json', import.meta.url));

const SEED = 7;
/** Not a divisor of a day: origins fall on every hour. */
const STEP_HOURS = 53;
const HOURS_PER_WINDOW = 28;
/** Share of windows whose history is cut to 3–30 days. */
const SHORT_SHARE = 0.35;
/** Distances beyond this teach a quantile nothing but how large one burst was. */
const FARTHEST = 50;

const CENTRE = { quantile: 0.5, trees: 300, leaves: 63, minLeafRows: 200 } as const;
const EDGE = { trees: 300, leaves: 15, minLeafRows: 1000 } as const;
const COMMON = { learningRate: 0.05, featureShare: 0.5, rowShare: 0.7 } as const;

export async function trainForecast(say: (line: string) => void): Promise<void> {
  const traces = await readTraces(TRACES_FILE);
  const random = seededRandom(SEED);
  const windows = trainingWindows(traces, random);
  const { rows, targets } = trainingRows(windows, random);
  say(`${windows.length} windows, ${targets.length} rows of ${FEATURES.length} features`);
  const binned = binRows(rows, FEATURES.length);
  const clipped = targets.map((target) => Math.max(-FARTHEST, Math.min(FARTHEST, target)));
  const grow = (options: { quantile: number; trees: number; leaves: number; minLeafRows: number }): Trees => {
    say(`growing ${options.trees} trees of the ${options.quantile} quantile`);
    return growTrees(binned, clipped, { ...COMMON, ...options, random });
  };
  const centre = grow(CENTRE);
  const low = grow({ ...EDGE, quantile: 0.025 });
  const high = grow({ ...EDGE, quantile: 0.975 });
  const lstm = trainLstm(windows, say);
  const calibration = calibrate(traces, { centre, low, high, lstm, lstmJoins: 'as earned' }, random);
  const weights: ShippedWeights = {
    version: 'trees and LSTM 2026-11-25',
    features: FEATURES.length,
    centre: packTrees(centre),
    low: packTrees(low),
    high: packTrees(high),
    lstm: { hidden: lstm.hidden, numbers: packed(lstmNumbers(lstm)) },
    calibration,
    card: {
      data: 'GWA-T-12 Bitbrains rnd: hourly use of business virtual machines in 2013 (Shen, van Beek, Iosup, CCGRID 2015)',
      split: 'by machine, from its name: 55 % train, 20 % calibrate, 25 % held apart',
      seeds: [SEED, LSTM_SEED],
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

function trainingWindows(traces: Traces, random: () => number): readonly TrainingWindow[] {
  return [
    ...windowsOf(traces, {
      roles: ['train'],
      stepHours: STEP_HOURS,
      firstHours: midnightAfter(traces, 14),
      historyHours: shortened(random),
    }),
  ];
}

/** Rows of windows that are made ready as they are for a forecast. */
function trainingRows(
  windows: readonly TrainingWindow[],
  random: () => number,
): { readonly rows: Float32Array; readonly targets: Float32Array } {
  const width = FEATURES.length;
  const rows = new Float32Array(windows.length * HOURS_PER_WINDOW * width);
  const targets = new Float32Array(windows.length * HOURS_PER_WINDOW);
  let count = 0;
  for (const { history, future } of windows) {
    const { window, perHour } = prepared(history);
    const seasons = seasonsOf(window);
    if (!seasons) continue;
    const { base, scale } = seasons;
    const features = featuresOf(seasons);
    for (const hour of sample(random, HORIZON_HOURS, HOURS_PER_WINDOW)) {
      const target = (future[hour]! - perHour * (hour + 1) - base[hour]!) / scale;
      if (Number.isNaN(target)) continue;
      copyRow(features, hour, rows.subarray(count * width, (count + 1) * width));
      targets[count++] = target;
    }
  }
  return { rows: rows.slice(0, count * width), targets: targets.slice(0, count) };
}

function calibrate(traces: Traces, model: JoinedModel, random: () => number): Calibration {
  const observed: { window: TrainingWindow; spread: Spread }[] = [];
  const choice = {
    roles: ['calibrate'],
    stepHours: STEP_HOURS,
    firstHours: midnightAfter(traces, 14),
    historyHours: shortened(random),
  } as const;
  for (const window of windowsOf(traces, choice)) {
    const joined = joinedOf(prepared(window.history), model);
    if (joined) observed.push({ window, spread: joined.spread });
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
