import { median, quantile, robustSigma } from '../../lib/intelligence/evidence/robust.ts';
import { normal } from '../../lib/kube/simulated/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('robust statistics');

test('quantiles interpolate between neighbours', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(quantile([0, 10], 0.25), 2.5);
  assert.is(quantile([1, 2, 3, 4, 5], 1), 5);
  assert.ok(Number.isNaN(median([])));
});

test('the spread of normal values is their standard deviation', () => {
  const values = Array.from({ length: 4000 }, (_, index) => 50 + 3 * normal('spread', index));
  assert.ok(Math.abs(robustSigma(values) - 3) < 0.2, `${robustSigma(values)}`);
});

test('a few bursts among many quiet values move neither the level nor the spread much', () => {
  const quiet = Array.from({ length: 100 }, (_, index) => 10 + (index % 5));
  const bursts = [...quiet, 5000, 6000, 7000];
  assert.ok(Math.abs(median(bursts) - median(quiet)) <= 1);
  assert.ok(robustSigma(bursts) <= robustSigma(quiet) * 1.6);
});

test.run();
