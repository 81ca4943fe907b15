/** Training of the forecast: it learns what is there to be learned, and the same from the same. */

import { lstmForecast, lstmNumbers } from '../../lib/intelligence/forecast/lstm.ts';
import { dailyChange } from '../../lib/intelligence/forecast/seasonal.ts';
import { HISTORY_HOURS, HORIZON_HOURS, historyWindow } from '../../lib/intelligence/forecast/window.ts';
import { evaluateTrees } from '../../lib/intelligence/trees/trees.ts';
import { binRows, growTrees } from '../../training/forecast/grow-trees.ts';
import { roleOf, type Traces } from '../../training/forecast/traces.ts';
import { trainLstm } from '../../training/forecast/train-lstm.ts';
import { midnightAfter, type TrainingWindow, windowsOf } from '../../training/forecast/windows.ts';
import { seededRandom } from '../../training/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('training of the forecast');

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 5);

/** Noise around a step at 0 of the first feature, three times as wide above it; the second feature says nothing. */
function stepRows(count: number): { readonly rows: Float32Array; readonly targets: Float32Array } {
  const random = seededRandom(1);
  const rows = Float32Array.from({ length: 2 * count }, () => 2 * random() - 1);
  const targets = Float32Array.from({ length: count }, (_, row) => (rows[2 * row]! > 0 ? 10 + 6 * random() : 2 * random()));
  return { rows, targets };
}

const GROW = { trees: 60, leaves: 4, learningRate: 0.2, minLeafRows: 50, featureShare: 1, rowShare: 0.7 } as const;

/** What trees say of two hours: below the step and above it. */
function said(quantile: number): Float64Array {
  const { rows, targets } = stepRows(4000);
  const trees = growTrees(binRows(rows, 2), targets, { ...GROW, quantile, random: seededRandom(2) });
  return evaluateTrees(trees, {
    count: 2,
    byHour: Float32Array.of(-0.5, 0.5),
    hourFeatures: 1,
    ofWindow: Float32Array.of(0),
  });
}

test('trees find quantiles on both sides of a step', () => {
  for (const [quantile, below, above] of [
    [0.5, 1, 13],
    [0.05, 0.1, 10.3],
    [0.95, 1.9, 15.7],
  ] as const) {
    const [low, high] = said(quantile);
    assert.ok(Math.abs(low! - below) < 0.35 && Math.abs(high! - above) < 0.6, `${quantile}: ${low}, ${high}`);
  }
});

test('trees are the same in every run', () => {
  assert.equal(said(0.5), said(0.5));
});

/** A wave of three days, each time from another phase. */
function wave(phase: number): TrainingWindow {
  const value = (hour: number): number => 10 + 5 * Math.sin((2 * Math.PI * (hour + phase)) / 72);
  const grid = { startMs: START, slotSeconds: 3600, slots: HISTORY_HOURS };
  const mean = Float64Array.from({ length: HISTORY_HOURS }, (_, hour) => value(hour));
  const history = historyWindow({ metric: 'cpu', grid, mean });
  const future = Float64Array.from({ length: HORIZON_HOURS }, (_, hour) => value(HISTORY_HOURS + hour));
  return { seriesId: String(phase), history, future, scale: dailyChange(history.values) };
}

test('the LSTM is the same in every run, whatever else draws from Math.random, which is left as it was', () => {
  const windows = Array.from({ length: 12 }, (_, index) => wave(5 * index));
  const own = Math.random;
  const first = trainLstm(windows, () => undefined);
  Math.random();
  const second = trainLstm(windows, () => undefined);
  assert.is(Math.random, own);
  assert.equal(lstmNumbers(first), lstmNumbers(second));
});

test('the LSTM learns a rhythm that no median knows', () => {
  const lines: string[] = [];
  const lstm = trainLstm(
    Array.from({ length: 600 }, (_, index) => wave(index % 72)),
    (line) => lines.push(line),
  );
  const errors = lines.map((line) => Number(/error (\S+)/.exec(line)![1]));
  assert.ok(errors.at(-1)! < errors[0]! / 2, lines.join('\n'));
  assert.ok(lstmForecast(lstm, new Float32Array(14 * 24), 7).every(Number.isFinite));
});

/** Machines of 40 days each. */
function machines(count: number): Traces {
  const hours = 40 * 24;
  const random = seededRandom(3);
  const values = (): Float64Array => Float64Array.from({ length: hours }, () => random());
  const traces = Array.from({ length: count }, (_, index) => {
    const metrics = { cpu: values(), memory: values(), network: values() };
    return { id: `machine-${index}`, values: metrics, peaks: metrics };
  });
  return { startMs: START, hours, traces };
}

test('a machine serves one purpose only, the same in every run, and all purposes are served', () => {
  const traces = machines(40);
  const idsOf = (role: 'train' | 'calibrate' | 'apart'): ReadonlySet<string> =>
    new Set([...windowsOf(traces, { roles: [role], stepHours: 24, firstHours: 720 })].map(({ seriesId }) => seriesId));
  const sets = (['train', 'calibrate', 'apart'] as const).map(idsOf);
  assert.is(
    sets.reduce((sum, set) => sum + set.size, 0),
    40,
  );
  for (const set of sets) assert.ok(set.size > 3);
  for (const [index, set] of sets.entries())
    for (const id of set) assert.is(roleOf(id), (['train', 'calibrate', 'apart'] as const)[index]);
});

test('the week that followed is never among what was known', () => {
  const traces = machines(12);
  for (const { seriesId, history, future } of windowsOf(traces, {
    roles: ['train', 'calibrate', 'apart'],
    stepHours: 31,
    firstHours: midnightAfter(traces, 14),
  })) {
    const { values } = traces.traces.find(({ id }) => id === seriesId)!;
    const origin = (history.originMs - START) / HOUR_MS;
    assert.equal(future, values[history.metric].slice(origin, origin + HORIZON_HOURS));
    assert.is(history.values.at(-1), values[history.metric][origin - 1]);
  }
});

test('only the last hours are known of a window that is cut short', () => {
  const traces = machines(12);
  const cut = { roles: ['train'], stepHours: 100, firstHours: 720, historyHours: () => 100 } as const;
  for (const { history } of windowsOf(traces, cut)) assert.is(history.measured, 100);
});

test.run();
