import { createHash } from 'node:crypto';
import { loadSizingModel } from '../../../lib/intelligence/sizing/model.ts';
import { isTooShortToSize, type PeakRecommendation, recommendPeak } from '../../../lib/intelligence/sizing/recommend.ts';
import { hourlySizing, type SizingHistory, sizingWindow } from '../../../lib/intelligence/sizing/window.ts';
import { SIZING_RISKS } from '../../../lib/types/sizing.ts';
import { assert, suite } from '../../harness.ts';
import { HOURS, noise } from '../forecast/series.ts';
import { history, SHAPES } from './histories.ts';

const test = suite('what to ask for in the coming week');

const model = await loadSizingModel();
const METRICS = ['cpu', 'memory'] as const;
const RISKS = [0.001, 0.01, 0.02, 0.035, 0.05, 0.08, 0.1, 0.2, 0.5] as const;

function size(given: SizingHistory, risk: Parameters<typeof recommendPeak>[1] = 'medium'): PeakRecommendation {
  const answer = recommendPeak(given, risk, model);
  if (isTooShortToSize(answer)) throw new Error(`refused: ${answer.hours} h`);
  return answer;
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: less risk never asks for less, and every size is a number above zero`, () => {
    for (const metric of METRICS) {
      const given = history(shape, { metric });
      const values = RISKS.map((risk) => size(given, risk).value);
      assert.ok(
        values.every((value) => value > 0 && value < 1e12),
        `${metric} ${values}`,
      );
      assert.equal(
        values.toSorted((a, b) => b - a),
        values,
        metric,
      );
    }
  });

  test(`${name}: a hundredfold size asks for no greater multiple, and beyond that size counts no more`, () => {
    for (const metric of METRICS) {
      const multiples = [1e-9, 1e-6, 1, 1e6, 1e9].map(
        (units) => size(history((hour) => shape(hour) * units, { metric })).value / units,
      );
      for (let at = 1; at < multiples.length; at++) {
        assert.ok(multiples[at]! <= multiples[at - 1]! * (1 + 1e-6), `${metric} ${multiples}`);
      }
    }
  });
}

test('two large series that differ in their units alone ask for the same', () => {
  for (const metric of METRICS) {
    const sized = [1e6, 1e9].map(
      (factor) => size(history((hour) => factor * 1e5 * (1 + noise(hour)), { metric })).value / factor,
    );
    assert.ok(Math.abs(sized[0]! / sized[1]! - 1) < 1e-6, `${metric} ${sized}`);
  }
});

test('what never moves is asked for with little more than it uses', () => {
  const { value, highest, curve } = size(history(() => 3e8, { mean: () => 3e8 }));
  assert.is(highest, 3e8);
  assert.ok(value >= 3e8 && value < 3.75e8, String(value));
  assert.equal(
    curve.map(({ risk }) => risk),
    [0.02, 0.05, 0.1],
  );
});

test('a spike of a month ago is forgotten sooner than one of yesterday', () => {
  for (const risk of SIZING_RISKS) {
    const old = size(history(SHAPES['a spike long ago']!), risk).value;
    const fresh = size(history(SHAPES['a spike yesterday']!), risk).value;
    assert.ok(old < fresh, `${risk}: ${old} ${fresh}`);
  }
});

test('after a rise the new level is what counts', () => {
  const { value } = size(history(SHAPES['level shift']!));
  assert.ok(value > 1e9, String(value));
});

test('where only means are known, that is said and more is asked for than their highest', () => {
  const { peak: _, ...means } = history(SHAPES.daily!);
  const answer = size(means);
  assert.is(answer.basis, 'means');
  assert.ok(answer.value > answer.highest, `${answer.value} ${answer.highest}`);
  assert.is(size(history(SHAPES.daily!)).basis, 'peaks');
});

test('what never ran above zero is asked for with zero', () => {
  for (const metric of METRICS) assert.is(size(history(() => 0, { metric })).value, 0);
});

test('fewer than 72 measured hours are refused with how many there are', () => {
  const answer = recommendPeak(
    history((hour) => (hour < HOURS - 71 ? Number.NaN : 1)),
    'low',
    model,
  );
  assert.equal(answer, { metric: 'memory', hours: 71, requiredHours: 72 });
});

test('hours before the last 30 days change nothing, nor do values that cannot be measured', () => {
  const plain = history(SHAPES.daily!);
  const longer = { ...plain, mean: prefixed(plain.mean), peak: prefixed(plain.peak!) };
  assert.is(size(longer).value, size(plain).value);
  const [broken, absent] = [-1, Number.NaN].map((bad) =>
    history((hour) => (hour % 7 === 0 ? bad : SHAPES.daily!(hour)), {
      mean: (hour) => (hour % 7 === 0 ? bad : SHAPES.daily!(hour) / 2),
    }),
  );
  assert.is(size(broken!).value, size(absent!).value);
});

function prefixed(values: Float64Array): Float64Array {
  const longer = new Float64Array(values.length + 200).fill(9e12);
  longer.set(values, 200);
  return longer;
}

test('samples in any order become hours with their mean and highest', () => {
  const origin = 720 * 3_600_000;
  const samples = [
    { atMs: origin - 1, value: 1, peak: 4 },
    { atMs: origin - 1000, value: 3, peak: 2 },
    { atMs: origin, value: 100, peak: 100 },
    { atMs: origin - 3_700_000, value: -5 },
  ];
  const hours = sizingWindow(hourlySizing('cpu', origin, samples));
  assert.is(hours.measured, 1);
  assert.is(hours.mean.at(-1), 2);
  assert.is(hours.peak.at(-1), 4);
});

test('the shipped weights give the same numbers everywhere', () => {
  const hash = createHash('sha256');
  for (const shape of Object.values(SHAPES)) {
    for (const metric of METRICS) {
      for (const risk of SIZING_RISKS) hash.update(`${size(history(shape, { metric }), risk).value.toPrecision(9)}\n`);
    }
  }
  assert.is(hash.digest('hex').slice(0, 16), GOLDEN);
});

/** Of the weights `peaks 2026-11-25`; new weights have another. */
const GOLDEN = '2e6742e06597936f';

test.run();
