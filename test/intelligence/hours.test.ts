import { joinHours } from '../../lib/intelligence/hours/join.ts';
import { summaryOf } from '../../lib/intelligence/hours/summary.ts';
import { dailyFigures, mean, trendOf } from '../../lib/intelligence/hours/trend.ts';
import type { Forecast } from '../../lib/types/forecast.ts';
import type { SlotGrid, WorkloadHours } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';

const test = suite('hours of several sources');

const HOUR_MS = 3_600_000;
const GRID: SlotGrid = { startMs: 0, slotSeconds: 3600, slots: 6 };
const NONE = Number.NaN;

function hours(source: WorkloadHours['source'], values: readonly number[], grid = GRID): WorkloadHours {
  return { source, grid: { ...grid, slots: values.length }, cpuMeanCores: Float64Array.from(values) };
}

test('the source that knows most leads, and the other fills what it lacks', () => {
  const prometheus = hours('prometheus', [NONE, NONE, NONE, NONE, 5, 6]);
  const own = hours('history', [1, 2, 3, NONE, 50, NONE]);
  const joined = joinHours('cpu', [prometheus, own], GRID);
  assert.equal([...joined.history.mean], [1, 2, 3, NONE, 50, 6]);
  assert.equal(joined.sources, ['history', 'prometheus']);
  assert.is(joined.measuredHours, 5);
  assert.is(joined.now, 6);
});

test('of sources that know equally much the first leads, and one that adds nothing is not named', () => {
  const joined = joinHours('cpu', [hours('prometheus', [1, 2, 3, 4, 5, 6]), hours('history', [9, 9, 9, 9, 9, 9])], GRID);
  assert.equal([...joined.history.mean], [1, 2, 3, 4, 5, 6]);
  assert.equal(joined.sources, ['prometheus']);
});

test('hours that cannot be measurements are left out and told', () => {
  const joined = joinHours('cpu', [hours('history', [1, -2, Number.POSITIVE_INFINITY, NONE, 5, -0.5])], GRID);
  assert.equal([...joined.history.mean], [1, NONE, NONE, NONE, 5, NONE]);
  assert.is(joined.measuredHours, 2);
  assert.is(joined.now, 5);
  assert.equal(joined.notes, ['3 h with negative or infinite values left out']);
});

test('a source on another grid is moved to its hours', () => {
  const later = { ...GRID, startMs: 2 * HOUR_MS };
  assert.equal(
    [...joinHours('cpu', [hours('history', [1, 2, 3, 4, 5, 6, 7, 8], later)], GRID).history.mean],
    [NONE, NONE, 1, 2, 3, 4],
  );
  const earlier = { ...GRID, startMs: -2 * HOUR_MS };
  assert.equal(
    [...joinHours('cpu', [hours('history', [1, 2, 3, 4], earlier)], GRID).history.mean],
    [3, 4, NONE, NONE, NONE, NONE],
  );
});

test('a resource that no source has is an empty history', () => {
  const joined = joinHours('network', [hours('history', [1, 2])], GRID);
  assert.is(joined.measuredHours, 0);
  assert.is(joined.now, undefined);
  assert.equal(joined.sources, []);
});

test('peaks come from the source of the mean', () => {
  const prometheus: WorkloadHours = {
    ...hours('prometheus', [1, 2, 3, NONE, NONE, NONE]),
    cpuPeakCores: Float64Array.of(2, 4, 6, 8, 8, 8),
  };
  const joined = joinHours('cpu', [prometheus, hours('history', [NONE, NONE, NONE, 7, NONE, NONE])], GRID);
  assert.equal([...joined.history.peak!], [2, 4, 6, NONE, NONE, NONE]);
});

test('a trend is the median slope, which one odd day does not move', () => {
  const days = Float64Array.from({ length: 12 }, (_, day) => 10 + 2 * day);
  days[5] = 1000;
  const trend = trendOf(days)!;
  assert.is(trend.perDay.value, 2);
  assert.ok(trend.significant);
  assert.is(trend.newest, 32);
});

test('what goes up and down by chance has no trend, and too few days have none either', () => {
  const days = Float64Array.from({ length: 14 }, (_, day) => 10 + ((day * 7919) % 13));
  assert.not.ok(trendOf(days)!.significant);
  assert.is(trendOf(Float64Array.of(1, 2, 3, 4)), undefined);
});

test("slope and interval are those of Sen's example", () => {
  // Sen (1968): slope 4, 93 % interval from 26/7 to 35/8. Here it is the 95 % interval, which is no narrower.
  const days = new Float64Array(18).fill(NONE);
  for (const [x, y] of [
    [1, 9],
    [2, 15],
    [3, 19],
    [4, 20],
    [10, 45],
    [12, 55],
    [18, 78],
  ] as const)
    days[x - 1] = y;
  const { perDay } = trendOf(days)!;
  assert.is(perDay.value, 4);
  assert.ok(perDay.low <= 26 / 7 && perDay.low > 2, String(perDay.low));
  assert.ok(perDay.high >= 35 / 8 && perDay.high < 6, String(perDay.high));
});

test('a day of which less than half was measured has no figure', () => {
  const values = new Float64Array(48).fill(3);
  values.fill(NONE, 0, 13);
  assert.equal([...dailyFigures(values, mean)], [NONE, 3]);
});

test('a summary has the mean and the peak of its hours, each with its interval, and when the peak is', () => {
  const value = Float64Array.from({ length: 48 }, (_, hour) => (hour === 30 ? 9 : hour === 10 ? 5 : 1));
  const forecast: Forecast = {
    metric: 'cpu',
    grid: { startMs: 1000 * HOUR_MS, slotSeconds: 3600, slots: 48 },
    mean: value,
    intervals: [{ level: 0.95, low: value.map((each) => each - 1), high: value.map((each) => each + 2) }],
    parts: [],
    notes: [],
  };
  const day = summaryOf(forecast, 24)!;
  assert.equal(day.peak, { value: 5, low: 4, high: 7 });
  assert.is(day.peakAtMs, 1010 * HOUR_MS);
  assert.ok(Math.abs(day.mean.value - 28 / 24) < 1e-12);
  assert.is(summaryOf(forecast, 48)!.peakAtMs, 1030 * HOUR_MS);
  assert.is(summaryOf(forecast, 168), undefined);
});

test.run();
