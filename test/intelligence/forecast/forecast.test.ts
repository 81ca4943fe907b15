import { forecastSeries, isTooShort } from '../../../lib/intelligence/forecast/forecast.ts';
import { loadForecastModel } from '../../../lib/intelligence/forecast/model.ts';
import { hourlyHistory } from '../../../lib/intelligence/forecast/window.ts';
import type { Forecast, ForecastHistory } from '../../../lib/types/forecast.ts';
import { assert, suite } from '../../harness.ts';
import { HOUR_MS, HOURS, history, noise, ORIGIN, SHAPES } from './series.ts';

const test = suite('forecast of a series');

const model = await loadForecastModel();

function forecast(given: ForecastHistory): Forecast {
  const result = forecastSeries(given, model);
  if (isTooShort(result)) throw new Error(`refused: ${result.hours} h`);
  return result;
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: intervals are nested, hold the forecast and are never below zero`, () => {
    for (const metric of ['cpu', 'memory', 'network'] as const) {
      const { mean, intervals } = forecast(history(shape, metric));
      assert.equal(mean.length, 168);
      let inner = { low: mean, high: mean };
      for (const interval of intervals) {
        for (let hour = 0; hour < 168; hour++) {
          assert.ok(interval.low[hour]! >= 0 && interval.low[hour]! <= inner.low[hour]!, `${metric} ${interval.level} ${hour}`);
          assert.ok(
            interval.high[hour]! >= inner.high[hour]! && interval.high[hour]! < 1e6,
            `${metric} ${interval.level} ${hour}`,
          );
        }
        inner = interval;
      }
      assert.equal(
        intervals.map(({ level }) => level),
        [0.5, 0.8, 0.95],
      );
    }
  });
}

test('a constant history is continued without a width, and zero is one', () => {
  for (const value of [0, 3]) {
    const { mean, intervals } = forecast(history(() => value));
    for (const values of [mean, ...intervals.flatMap(({ low, high }) => [low, high])]) {
      assert.ok(values.every((each) => each === value));
    }
  }
});

test('fewer than 72 measured hours are refused with how many there are', () => {
  const value = (hour: number): number => (hour < HOURS - 71 ? Number.NaN : 1);
  assert.equal(forecastSeries(history(value), model), { metric: 'cpu', hours: 71, requiredHours: 72 });
});

test('negative and infinite values count as not measured', () => {
  const odd = history((hour) => (hour % 7 === 0 ? -1 : hour % 11 === 0 ? Number.POSITIVE_INFINITY : 1 + noise(hour)));
  const clean = history((hour) => (hour % 7 === 0 || hour % 11 === 0 ? Number.NaN : 1 + noise(hour)));
  assert.equal(forecast(odd), forecast(clean));
});

test('samples in any order give the same hours; those of one hour are averaged, those after the origin are not looked at', () => {
  const samples = [
    { atMs: ORIGIN - HOUR_MS, value: 1 },
    { atMs: ORIGIN - HOUR_MS + 60_000, value: 4, peak: 6 },
    { atMs: ORIGIN - 5 * HOUR_MS, value: 2 },
    { atMs: ORIGIN, value: 100 },
    { atMs: ORIGIN - 2 * HOUR_MS, value: Number.NaN },
  ];
  const hours = hourlyHistory('cpu', ORIGIN, samples);
  const other = hourlyHistory('cpu', ORIGIN, samples.toReversed());
  assert.is(String([hours.mean, hours.peak]), String([other.mean, other.peak]));
  assert.is(String(hours.mean.subarray(HOURS - 5)), '2,NaN,NaN,NaN,2.5');
  assert.is(hours.peak![HOURS - 1], 6);
});

test('the same series in units a power of two smaller has the same forecast in those units', () => {
  const plain = forecast(history(SHAPES.daily!));
  const smaller = forecast(history((hour) => SHAPES.daily!(hour) * 1024));
  assert.equal(
    smaller.mean,
    plain.mean.map((value) => value * 1024),
  );
});

test('two runs give the same bits', async () => {
  const again = await loadForecastModel();
  assert.equal(forecastSeries(history(SHAPES.daily!), again), forecast(history(SHAPES.daily!)));
});

test('a shorter horizon is the beginning of the longer one', () => {
  const short = forecastSeries(history(SHAPES.daily!), model, { horizonHours: 24 });
  if (isTooShort(short)) throw new Error('refused');
  assert.equal(short.mean, forecast(history(SHAPES.daily!)).mean.slice(0, 24));
  assert.is(short.grid.slots, 24);
});

test('the model has a card that tells of data, split, seeds and errors', () => {
  const { card } = model;
  assert.match(card!.data, /Bitbrains/);
  assert.ok(card!.split && card!.seeds!.length > 0 && card!.figures.length > 5 && card!.bytes < 1e6);
});

test.run();
