import { aDayAgo, type CheckedDay, checkDay, chooseAnomalies } from '../../lib/intelligence/anomalies/check.ts';
import { tailProbability } from '../../lib/intelligence/anomalies/tail.ts';
import type { Forecast, ForecastHistory } from '../../lib/types/forecast.ts';
import { seededRandom } from '../../training/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('anomalies');

const HOUR_MS = 3_600_000;
/** Ends of the central intervals of a standard normal distribution. */
const NORMAL = [0.6745, 1.2816, 1.96] as const;

const STANDARD = { mean: 0, low: [-0.6745, -1.2816, -1.96], high: [0.6745, 1.2816, 1.96] } as const;

test('at the ends of an interval the probability is what the interval leaves out, and beyond it falls', () => {
  for (const [end, outside] of [
    [0.6745, 0.5],
    [1.2816, 0.2],
    [1.96, 0.05],
  ] as const) {
    assert.ok(Math.abs(tailProbability(end, STANDARD) - outside) < 1e-12);
    assert.ok(Math.abs(tailProbability(-end, STANDARD) - outside) < 1e-12);
  }
  assert.is(tailProbability(0, STANDARD), 1);
  // The next 1.3863 e-foldings as between the 80 and the 95 % end: a quarter of 5 %.
  assert.ok(Math.abs(tailProbability(1.96 + (1.96 - 1.2816), STANDARD) - 0.0125) < 1e-12);
  assert.is(tailProbability(1e6, STANDARD), 1e-6);
});

test('an interval is as wide on each side as it says', () => {
  const skewed = { mean: 10, low: [9.9, 9.8, 9.7], high: [12, 15, 20] } as const;
  assert.ok(tailProbability(9.5, skewed) < 0.02);
  assert.ok(tailProbability(15, skewed) > 0.19);
});

test('what a constant series never was is as unlikely as can be told, and what it always was is likely', () => {
  const constant = { mean: 5, low: [5, 5, 5], high: [5, 5, 5] } as const;
  assert.is(tailProbability(5, constant), 1);
  assert.is(tailProbability(6, constant), 1e-6);
  const zero = { mean: 0, low: [0, 0, 0], high: [0, 0, 0] } as const;
  assert.is(tailProbability(0, zero), 1);
  assert.is(tailProbability(0.1, zero), 1e-6);
});

function forecast(level: number, width: number): Forecast {
  const mean = new Float64Array(24).fill(level);
  return {
    metric: 'cpu',
    grid: { startMs: 24 * HOUR_MS, slotSeconds: 3600, slots: 24 },
    mean,
    intervals: ([0.5, 0.8, 0.95] as const).map((interval, at) => ({
      level: interval,
      low: mean.map((value) => value - width * NORMAL[at]!),
      high: mean.map((value) => value + width * NORMAL[at]!),
    })),
    parts: [],
    notes: [],
  };
}

function history(lastDay: readonly number[]): ForecastHistory {
  return {
    metric: 'cpu',
    grid: { startMs: 0, slotSeconds: 3600, slots: 48 },
    mean: Float64Array.from([...new Array<number>(24).fill(10), ...lastDay]),
  };
}

const day = (change: Readonly<Record<number, number>>): readonly number[] =>
  Array.from({ length: 24 }, (_, hour) => change[hour] ?? 10 + Math.sin(hour));

function checked(change: Readonly<Record<number, number>>): CheckedDay {
  return checkDay(history(day(change)), forecast(10, 1))!;
}

test('hours far outside are one run, with the least expected of them', () => {
  const [found] = chooseAnomalies([checked({ 5: 17, 6: 19, 7: 17, 20: 2 })]);
  assert.is(found!.outside, 4);
  assert.equal(
    found!.runs.map(({ fromMs, toMs, direction, value }) => [fromMs / HOUR_MS - 24, toMs / HOUR_MS - 24, direction, value]),
    [
      [5, 8, 'above', 19],
      [20, 21, 'below', 2],
    ],
  );
  assert.is(found!.runs[0]!.expected.value, 10);
  assert.ok(found!.runs[0]!.probability < 1e-3);
});

test('an hour or two outside of the interval are no finding: they are by construction', () => {
  const [found] = chooseAnomalies([checked({ 5: 12.1, 17: 7.8 })]);
  assert.is(found!.outside, 2);
  assert.equal(found!.runs, []);
});

test('hours that were not measured are not looked at, and a day of hardly any hours tells nothing', () => {
  const gaps = Object.fromEntries(Array.from({ length: 10 }, (_, hour) => [hour, Number.NaN]));
  assert.is(chooseAnomalies([checked(gaps)])[0]!.hours, 14);
  const most = Object.fromEntries(Array.from({ length: 19 }, (_, hour) => [hour, Number.NaN]));
  assert.is(checkDay(history(day(most)), forecast(10, 1)), undefined);
});

test('what is looked at began a day ago, and the forecast is made from what was before', () => {
  const before = aDayAgo(history(day({})))!;
  assert.is(before.grid.slots, 24);
  assert.is(before.mean.length, 24);
  assert.is(aDayAgo(before), undefined);
});

test('of a thousand days that are as forecast hardly any is called anomalous, and what truly is among them is found', () => {
  const random = seededRandom(7);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const days = Array.from({ length: 1000 }, () =>
    checkDay(history(Array.from({ length: 24 }, () => 10 + normal())), forecast(10, 1)),
  );
  const falsely = chooseAnomalies(days).filter((found) => found!.runs.length > 0).length;
  assert.ok(falsely <= 2, `${falsely} of 1000`);
  assert.ok(
    days.filter((each) => each!.hours.some(({ value }) => Math.abs(value - 10) > 1.96)).length > 600,
    'most days leave the interval',
  );
  const odd = checked({ 3: 22, 4: 22, 5: 22 });
  assert.ok(chooseAnomalies([...days, odd]).at(-1)!.runs.length === 1);
});

test.run();
