import { assert, suite } from '../../harness.ts';
import { scoreWindow, summarize, type WindowScore } from './score.ts';

const test = suite('the scorer of forecasts');

const series = (...values: number[]): Float64Array => Float64Array.from(values);

test('errors, interval score and coverage are those computed by hand, in units of the daily change', () => {
  const score = scoreWindow(
    { metric: 'cpu', future: series(10, 12, 7, 20), scale: 2 },
    { mean: series(9, 12, 10, 14), low: series(8, 12, 8, 12), high: series(11, 13, 12, 16) },
  );
  // Errors 1, 0, 3, 6. Widths 3, 1, 4, 4; 7 lies 1 below its interval and 20 lies 4 above: 40 × (1 + 4).
  assert.equal(score, { metric: 'cpu', mase: 10 / 4 / 2, msis: (12 + 200) / 4 / 2, hours: 4, inside: 2 });
});

test('an hour that was not recorded counts nowhere', () => {
  const score = scoreWindow(
    { metric: 'network', future: series(Number.NaN, 3, Number.NaN), scale: 1 },
    { mean: series(100, 2, 100), low: series(90, 1, 90), high: series(95, 4, 95) },
  );
  assert.equal(score, { metric: 'network', mase: 1, msis: 3, hours: 1, inside: 1 });
});

test('windows weigh alike in errors, hours weigh alike in coverage', () => {
  const score = (metric: WindowScore['metric'], mase: number, msis: number, hours: number, inside: number): WindowScore => {
    return { metric, mase, msis, hours, inside };
  };
  const found = summarize([
    score('cpu', 1, 10, 100, 100),
    score('memory', 2, 20, 100, 90),
    score('network', 6, 30, 50, 40),
    score('network', 3, 60, 150, 150),
  ]);
  assert.equal(found, {
    windows: 4,
    maseMean: 3,
    maseMedian: 2.5,
    msis: 30,
    coverage: 380 / 400,
    coverageOf: { cpu: 1, memory: 0.9, network: 190 / 200 },
  });
});

test('a forecast that has no value for an hour has no error', () => {
  const { mase, msis } = scoreWindow(
    { metric: 'cpu', future: series(1, 2), scale: 1 },
    { mean: series(1, Number.NaN), low: series(0, Number.NaN), high: series(2, Number.NaN) },
  );
  assert.ok(Number.isNaN(mase) && Number.isNaN(msis), 'it must not pass for a good one');
});

test.run();
