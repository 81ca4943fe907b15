import { createHash } from 'node:crypto';
import { forecastSeries, isTooShort } from '../../../lib/intelligence/forecast/forecast.ts';
import { loadForecastModel } from '../../../lib/intelligence/forecast/model.ts';
import { assert, suite } from '../../harness.ts';
import { history, SHAPES } from './series.ts';

const test = suite('digest of forecasts');

/** Of the shipped weights: who ships others records theirs, which this test prints. */
const RECORDED = {
  version: 'trees and LSTM 2026-11-25',
  sha256: 'fccc2a036d953ae155f3441ed46685716c2062d92a2a69d27a01e4f07a4b3a8d',
};

test('forecasts of fixed series have, bit for bit, the recorded digest on every machine', async () => {
  const model = await loadForecastModel();
  assert.is(model.version, RECORDED.version);
  const hash = createHash('sha256');
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const metric of ['cpu', 'memory', 'network'] as const) {
      const forecast = forecastSeries(history(shape, metric), model);
      if (isTooShort(forecast)) throw new Error(`${name} is refused`);
      hash.update(`${name} ${metric} ${JSON.stringify([forecast.parts, forecast.notes])}`);
      for (const values of [forecast.mean, ...forecast.intervals.flatMap(({ low, high }) => [low, high])])
        hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  assert.is(hash.digest('hex'), RECORDED.sha256);
});

test.run();
