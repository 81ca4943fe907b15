/** The LSTM's forward pass against brain.js itself, and when the LSTM joins a forecast. */

import brain from 'brain.js';
import { forecastSeries, isTooShort } from '../../../lib/intelligence/forecast/forecast.ts';
import { joinedOf } from '../../../lib/intelligence/forecast/joined.ts';
import { lstmForecast, lstmNumbers, lstmOf } from '../../../lib/intelligence/forecast/lstm.ts';
import { loadForecastModel } from '../../../lib/intelligence/forecast/model.ts';
import { prepared } from '../../../lib/intelligence/forecast/prepare.ts';
import { residual } from '../../../lib/intelligence/forecast/residuals.ts';
import { historyWindow } from '../../../lib/intelligence/forecast/window.ts';
import { toBrain } from '../../../training/forecast/brain-lstm.ts';
import { seededRandom } from '../../../training/random.ts';
import { assert, suite } from '../../harness.ts';
import { history, noise, SHAPES } from './series.ts';

const test = suite('LSTM');

const model = await loadForecastModel();

/** How many numbers a net has. */
function lengthOf(hidden: number): number {
  return 4 * (hidden * 24 + hidden * hidden + hidden) + 24 * hidden + 24;
}

/** What brain.js forecasts with the same numbers. */
function byBrain(lstm: ReturnType<typeof lstmOf>, days: Float32Array, count: number): number[] {
  const net = new brain.recurrent.LSTMTimeStep({ inputSize: 24, outputSize: 24, hiddenLayers: [lstm.hidden] });
  net.fromJSON(
    JSON.parse(JSON.stringify(toBrain(lstm), (_, value: unknown) => (value instanceof Float32Array ? [...value] : value))),
  );
  const given = Array.from({ length: days.length / 24 }, (_, day) => [...days.subarray(day * 24, (day + 1) * 24)]);
  return (net.forecast(given, count) as unknown as readonly Iterable<number>[]).flatMap((day) => [...day]);
}

test('random nets of several sizes forecast, bit for bit, what brain.js does', () => {
  const random = seededRandom(3);
  for (const hidden of [1, 5, 16]) {
    const lstm = lstmOf(
      hidden,
      Float32Array.from({ length: lengthOf(hidden) }, () => random() - 0.5),
    );
    for (const days of [1, 2, 14]) {
      const given = Float32Array.from({ length: days * 24 }, () => 3 * random() - 1.5);
      assert.equal([...lstmForecast(lstm, given, 7)], byBrain(lstm, given, 7), `${hidden} units, ${days} days`);
    }
  }
});

test('the shipped net forecasts, bit for bit, what brain.js does', () => {
  const given = Float32Array.from({ length: 14 * 24 }, (_, hour) => Math.sin(hour / 4) + noise(hour));
  assert.equal([...lstmForecast(model.learned.lstm, given, 7)], byBrain(model.learned.lstm, given, 7));
});

test('a net is the same after it was written and read', () => {
  const { lstm } = model.learned;
  assert.equal(lstmOf(lstm.hidden, lstmNumbers(lstm)), lstm);
});

test('residuals are symmetrical and keep small distances as they are', () => {
  assert.is(residual(5, 5, 2), 0);
  assert.is(residual(9, 5, 2), -residual(1, 5, 2));
  assert.ok(Math.abs(residual(5.002, 5, 2) - 0.001) < 1e-6);
  assert.ok(Math.abs(residual(25, 5, 2) - Math.log(11)) < 1e-12);
});

test('weights say how much of the forecast is the LSTM’s, and the forecast is that mixture', () => {
  let joins = 0;
  for (let seed = 0; seed < 60; seed++) {
    // A rhythm of ten days, which no median over hours of the day or the week knows.
    const given = history((hour) => 5 + 3 * Math.sin((2 * Math.PI * (hour + seed * 7)) / 240) + noise(hour + 1000 * seed) / 2);
    const forecast = forecastSeries(given, model);
    assert.not.ok(isTooShort(forecast));
    if (isTooShort(forecast)) return;
    const weight = forecast.parts.find(({ model: name }) => name === 'LSTM')?.weight ?? 0;
    assert.is(
      forecast.parts.reduce((sum, part) => sum + part.weight, 0),
      1,
    );
    const ready = prepared(historyWindow(given));
    const [without, alone] = (['never', 'alone'] as const).map(
      (lstmJoins) => joinedOf(ready, { ...model.learned, lstmJoins })!.spread.centre,
    );
    for (let hour = 0; hour < 168; hour++)
      assert.ok(Math.abs(forecast.mean[hour]! - ((1 - weight) * without![hour]! + weight * alone![hour]!)) < 1e-9);
    if (weight > 0) joins++;
  }
  assert.ok(joins > 0 && joins < 60, `it joins ${joins} of 60`);
});

test('it gets no weight where the last week cannot judge', () => {
  for (const name of ['three days', 'mostly zero'] as const) {
    const { lstmWeight } = joinedOf(prepared(historyWindow(history(SHAPES[name]!))), model.learned)!;
    assert.is(lstmWeight, 0, name);
  }
});

test.run();
