import { gather, sparkline } from '../../ui/sparkline.ts';
import { assert, suite } from '../harness.ts';

const test = suite('sparkline');

test('draws each value against the highest one', () => {
  assert.is(sparkline([0, 1, 2, 3, 4, 5, 6, 7], { width: 8, ascii: false }), '▁▂▃▄▅▆▇█');
});

test('has an ASCII form', () => {
  assert.is(sparkline([0, 1, 2, 3, 4, 5, 6, 7], { width: 8, ascii: true }), '_.:-=+*#');
});

test('shows a gap as space, not as zero', () => {
  assert.is(sparkline([7, null, 0, Number.NaN, 7], { width: 5, ascii: false }), '█ ▁ █');
});

test('a series below its ceiling stays low', () => {
  assert.is(sparkline([1, 1, 1], { width: 3, ascii: false, ceiling: 14 }), '▂▂▂');
});

test('a value above the ceiling raises it', () => {
  assert.is(sparkline([14, 28], { width: 2, ascii: false, ceiling: 7 }), '▅█');
});

test('zeros alone are the lowest level', () => {
  assert.is(sparkline([0, 0], { width: 9, ascii: false }), '▁▁');
});

test('a long series keeps its peaks', () => {
  const values = Array.from({ length: 1000 }, (_, at) => (at === 777 ? 9 : 0));
  assert.is(sparkline(values, { width: 10, ascii: false }), '▁▁▁▁▁▁▁█▁▁');
});

test('a bucket is a gap only where all its values are', () => {
  assert.equal(gather([null, null, 3, null, null, null], 3), [null, 3, null]);
});

test('nothing fits in no width, and an empty series draws nothing', () => {
  assert.is(sparkline([1, 2], { width: -3, ascii: false }), '');
  assert.is(sparkline([], { width: 10, ascii: false }), '');
});

test.run();
