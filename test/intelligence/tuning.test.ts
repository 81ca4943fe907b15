import { adjusted, weekBefore } from '../../lib/intelligence/tuning/adjust.ts';
import { backtestOf } from '../../lib/intelligence/tuning/backtest.ts';
import { isBetter, tune } from '../../lib/intelligence/tuning/tune.ts';
import { windowsOf } from '../../lib/intelligence/tuning/windows.ts';
import type { Forecast, ForecastHistory } from '../../lib/types/forecast.ts';
import { seededRandom } from '../../training/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('learning from the own history');

const NONE = Number.NaN;

function history(hours: number, value: (hour: number) => number): ForecastHistory {
  return {
    metric: 'cpu',
    grid: { startMs: 0, slotSeconds: 3600, slots: hours },
    mean: Float64Array.from({ length: hours }, (_, hour) => value(hour)),
  };
}

/** A forecast of one level with intervals of a given half-width at 95 %. */
function flat(level: number, half: number, hours = 72): Forecast {
  const mean = new Float64Array(hours).fill(level);
  return {
    metric: 'cpu',
    grid: { startMs: 0, slotSeconds: 3600, slots: hours },
    mean,
    intervals: ([0.5, 0.8, 0.95] as const).map((interval, at) => ({
      level: interval,
      low: mean.map((each) => each - half * [0.35, 0.65, 1][at]!),
      high: mean.map((each) => each + half * [0.35, 0.65, 1][at]!),
    })),
    parts: [{ model: 'flat', weight: 1 }],
    notes: [],
  };
}

test('the newest three days are held apart, and a window needs three days before it', () => {
  const windows = windowsOf(history(240, (hour) => hour % 23));
  assert.equal(
    windows.map(({ before }) => before.grid.slots),
    [168, 96],
  );
  assert.is(windows[0]!.actual.length, 72);
  assert.equal(windowsOf(history(720, (hour) => hour % 7)).length, 8);
});

test('a series that never changes, and a window with gaps, teach nothing', () => {
  assert.equal(windowsOf(history(720, () => 3)), []);
  const gaps = windowsOf(history(240, (hour) => (hour >= 168 && hour < 200 ? NONE : hour % 23)));
  assert.equal(
    gaps.map(({ before }) => before.grid.slots),
    [96],
  );
});

test('intervals that are too narrow are widened until they cover what they promise', () => {
  const random = seededRandom(3);
  const series = Array.from({ length: 20 }, () => history(720, () => 10 + 4 * (random() + random() - 1)));
  const tuned = tune(series, (_, hours) => flat(10, 1, hours))!;
  assert.ok(tuned.shipped.coverage95 < 0.6, String(tuned.shipped.coverage95));
  assert.ok(Math.abs(tuned.own.coverage95 - 0.95) < 0.03, String(tuned.own.coverage95));
  assert.ok(tuned.own.msis < tuned.shipped.msis);
  assert.ok(isBetter(tuned));
  // The end of the 95 % interval of a triangular distribution of half-width 4.
  const { factor } = tuned.tuning.widths.find(({ level }) => level === 0.95)!;
  assert.ok(Math.abs(factor - 4 * (1 - Math.sqrt(0.05))) < 0.15, String(factor));
});

test('intervals that are right stay as they are', () => {
  const random = seededRandom(4);
  const series = Array.from({ length: 20 }, () => history(720, () => 10 + 4 * (random() + random() - 1)));
  const right = 4 * (1 - Math.sqrt(0.05));
  const { tuning } = tune(series, (_, hours) => flat(10, right, hours))!;
  assert.ok(Math.abs(tuning.widths.find(({ level }) => level === 0.95)!.factor - 1) < 0.05);
});

test('where the same hour of last week says more than the forecast it gets its weight', () => {
  const random = seededRandom(5);
  const week = Array.from({ length: 168 }, () => 5 + 10 * random());
  const series = Array.from({ length: 5 }, () => history(720, (hour) => week[hour % 168]! + 0.1 * random()));
  const tuned = tune(series, (_, hours) => flat(10, 6, hours))!;
  assert.is(tuned.tuning.lastWeek, 0.5);
  assert.ok(tuned.own.mase < tuned.shipped.mase);
  const noise = Array.from({ length: 5 }, () => history(720, () => 10 + random()));
  assert.is(tune(noise, (_, hours) => flat(10.5, 1, hours))!.tuning.lastWeek, 0);
});

test('histories without a window to learn from and one to test on teach nothing', () => {
  assert.is(
    tune([history(200, (hour) => hour % 23)], (_, hours) => flat(10, 1, hours)),
    undefined,
  );
  assert.is(
    tune([], (_, hours) => flat(10, 1, hours)),
    undefined,
  );
  assert.is(
    tune([history(720, (hour) => hour % 23)], () => undefined),
    undefined,
  );
});

test('the same history teaches the same', () => {
  const random = seededRandom(6);
  const series = [history(720, () => 10 + random()), history(500, (hour) => 5 + (hour % 23) + random())];
  const learn = () => tune(series, (_, hours) => flat(10, 1, hours));
  assert.equal(learn(), learn());
});

test('a changed forecast keeps its intervals in each other and above zero, and its weights sum up to one', () => {
  const forecast = flat(1, 2);
  const tuning = {
    lastWeek: 0.25,
    widths: [
      { level: 0.5, factor: 3 },
      { level: 0.8, factor: 0.5 },
    ],
  } as const;
  const changed = adjusted(
    forecast,
    history(240, () => 5),
    tuning,
  );
  assert.is(changed.mean[0], 0.75 * 1 + 0.25 * 5);
  const [half, most, nearly] = changed.intervals;
  for (let hour = 0; hour < 72; hour++) {
    const ends = [nearly!.low, most!.low, half!.low, half!.high, most!.high, nearly!.high].map((values) => values[hour]!);
    assert.equal(
      ends,
      ends.toSorted((a, b) => a - b),
    );
    assert.ok(ends[0]! >= 0);
  }
  assert.equal(changed.parts, [
    { model: 'flat', weight: 0.75 },
    { model: 'same hour last week', weight: 0.25 },
  ]);
  assert.is(
    adjusted(
      forecast,
      history(240, () => 5),
      undefined,
    ),
    forecast,
  );
});

test('the week before is that of the hour, and the day before where the history is shorter', () => {
  const long = history(200, (hour) => hour).mean;
  assert.equal([...weekBefore(long, 3)], [32, 33, 34]);
  assert.is(weekBefore(long, 170)[168], 32);
  const short = history(48, (hour) => hour).mean;
  assert.equal([...weekBefore(short, 25)].slice(23), [47, 24]);
});

test('a back-test has the error of the forecast, that of a seasonal naive one, and what lay within the interval', () => {
  // Days alternate between 8 and 12: yesterday is always wrong by 4, and so is its unit; the middle by 2.
  const series = history(240, (hour) => (Math.floor(hour / 24) % 2 === 0 ? 8 : 12));
  const narrow = backtestOf(series, (_, hours) => flat(10, 1, hours))!;
  assert.is(narrow.windows, 2);
  assert.is(narrow.mase, 0.5);
  // Of three days the naive forecast gets one right.
  assert.ok(Math.abs(narrow.seasonalNaiveMase - 2 / 3) < 1e-12);
  assert.is(narrow.coverage95, 0);
  assert.is(backtestOf(series, (_, hours) => flat(10, 2, hours))!.coverage95, 1);
  assert.is(
    backtestOf(
      history(240, () => 3),
      (_, hours) => flat(3, 1, hours),
    ),
    undefined,
  );
  assert.is(
    backtestOf(
      history(100, (hour) => hour),
      (_, hours) => flat(3, 1, hours),
    ),
    undefined,
  );
});

test.run();
