/** What is taken out of a history because it will not come back: rollouts, restarts, growth. And what stays because it will. */

import { forecastSeries, isTooShort } from '../../../lib/intelligence/forecast/forecast.ts';
import { levelShiftOf } from '../../../lib/intelligence/forecast/level-shift.ts';
import { loadForecastModel } from '../../../lib/intelligence/forecast/model.ts';
import { outagesOf } from '../../../lib/intelligence/forecast/outage.ts';
import { prepared } from '../../../lib/intelligence/forecast/prepare.ts';
import { trendOf } from '../../../lib/intelligence/forecast/trend.ts';
import { historyWindow } from '../../../lib/intelligence/forecast/window.ts';
import type { Forecast } from '../../../lib/types/forecast.ts';
import { assert, suite } from '../../harness.ts';
import { HOURS, history, noise, SHAPES } from './series.ts';

const test = suite('histories made ready');

const model = await loadForecastModel();

function valuesOf(value: (hour: number) => number): Float64Array {
  return historyWindow(history(value)).values;
}

function forecast(value: (hour: number) => number): Forecast {
  const result = forecastSeries(history(value), model);
  if (isTooShort(result)) throw new Error('refused');
  return result;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('a rollout that changed the level is found at its hour, and the forecast stands at the new level', () => {
  for (const [before, after] of [
    [2, 10],
    [10, 2],
  ] as const) {
    // A fall must have lasted for three days: a shorter one may be an outage.
    for (const ago of after > before ? [30, 48, 120, 250] : [80, 120, 250]) {
      const value = (hour: number): number => (hour >= HOURS - ago ? after : before) + noise(hour);
      const shift = levelShiftOf(valuesOf(value))!;
      assert.is(shift.at, HOURS - ago);
      assert.ok(Math.abs(shift.before - before - 0.5) < 0.2 && Math.abs(shift.after - after - 0.5) < 0.2);
      const { mean, notes } = forecast(value);
      assert.ok(Math.abs(meanOf(mean) - after - 0.5) < 0.4, `${before} → ${after}, ${ago} h ago: ${meanOf(mean)}`);
      assert.ok(notes.some((note) => /^level shift .* ago: older values brought to the new level$/.test(note)));
    }
  }
});

test('two days of nearly nothing are an outage that may end, and no new level', () => {
  const value = (hour: number): number => (hour >= HOURS - 47 ? 0.01 : 5 + noise(hour));
  assert.is(levelShiftOf(valuesOf(value)), undefined);
  const { low, high } = forecast(value).intervals.find(({ level }) => level === 0.95)!;
  assert.ok(low[100]! < 0.5 && high[100]! > 5, `${low[100]} to ${high[100]}`);
});

test('the rhythm of the day goes on at the new level', () => {
  const value = (hour: number): number =>
    (hour >= HOURS - 60 ? 20 : 5) + 2 * Math.sin((2 * Math.PI * hour) / 24) + noise(hour) / 4;
  const { mean } = forecast(value);
  const [high, low] = [mean[6]!, mean[18]!];
  assert.ok(high - low > 3 && high - low < 5.5, `${low} to ${high}`);
});

test('weekends, nightly batches and single bursts are no rollout', () => {
  const kept: Readonly<Record<string, (hour: number) => number>> = {
    weekend: (hour) => (Math.floor(hour / 24) % 7 >= 5 ? 1 : 8) + noise(hour),
    'the weekend has just begun': (hour) => (Math.floor((hour + 24) / 24) % 7 >= 5 ? 1 : 8) + noise(hour),
    nightly: (hour) => (hour % 24 < 4 ? 30 : 1) + noise(hour),
    noise,
    spiky: SHAPES.spiky!,
  };
  for (const [name, value] of Object.entries(kept)) assert.is(levelShiftOf(valuesOf(value)), undefined, name);
});

test('a few hours of nearly nothing are left out; a night of nothing is how the series is', () => {
  const down = (hour: number): number => (hour >= 500 && hour < 503 ? 0.01 : 5 + noise(hour));
  assert.equal(outagesOf(valuesOf(down)), [500, 501, 502]);
  assert.equal(forecast(down).notes, ['3 h of nearly nothing, as in a restart: left out']);
  assert.equal(outagesOf(valuesOf((hour) => (hour % 24 < 6 ? 0.01 : 5 + noise(hour)))), []);
  assert.equal(outagesOf(valuesOf((hour) => (hour >= 400 && hour < 420 ? 0.01 : 5 + noise(hour)))), []);
  assert.equal(outagesOf(valuesOf(() => 0)), []);
});

test('steady growth and decline are followed by a part of their pace; what only wanders is not', () => {
  for (const pace of [0.02, -0.02]) {
    const value = (hour: number): number => 30 + pace * hour + noise(hour);
    assert.ok(Math.abs(trendOf(valuesOf(value))! - pace) < 0.003);
    const { mean, notes } = forecast(value);
    const now = 30.5 + pace * HOURS;
    const rise = (mean[167]! - now) / (pace * 168);
    assert.ok(rise > 0.4 && rise < 1.2, `${rise} of the pace`);
    assert.equal(notes, [`steady ${pace > 0 ? 'growth' : 'decline'}: followed by 70 % of its pace`]);
  }
  assert.is(trendOf(valuesOf(noise)), undefined);
  assert.is(trendOf(valuesOf((hour) => 10 + Math.sin(hour / 50) + noise(hour))), undefined);
});

test('a declining series is never forecast below zero', () => {
  const { mean, intervals } = forecast((hour) => Math.max(0, 8 - 0.011 * hour) + noise(hour) / 50);
  for (const values of [mean, ...intervals.flatMap(({ low, high }) => [low, high])])
    assert.ok(values.every((value) => value >= 0));
});

test('a history with nothing to take out is left as it is, without a note', () => {
  const window = historyWindow(history(SHAPES.daily!));
  const ready = prepared(window);
  assert.is(ready.window, window);
  assert.equal([ready.perHour, ready.notes], [0, []]);
});

test('a constant series that moved to another constant is continued at the new one, without a width', () => {
  const { mean, intervals, notes } = forecast((hour) => (hour >= 600 ? 4 : 2));
  for (const values of [mean, ...intervals.flatMap(({ low, high }) => [low, high])])
    assert.ok(values.every((value) => value === 4));
  assert.is(notes.length, 2);
});

test.run();
