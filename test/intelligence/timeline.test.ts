import {
  type Contribution,
  coveredPeriods,
  coveredSeconds,
  joinTimeline,
  within,
} from '../../lib/intelligence/evidence/timeline.ts';
import { uniform } from '../../lib/kube/simulated/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('timelines');

const MINUTE = 60_000;

function slots(source: string, startMinute: number, slotMinutes: number, values: readonly number[]): Contribution {
  return {
    source,
    grid: { startMs: startMinute * MINUTE, slotSeconds: slotMinutes * 60, slots: values.length },
    sampleSeconds: slotMinutes * 60,
    values: Float64Array.from(values),
  };
}

test('take the better source where it has values, and the next one in its holes', () => {
  const best = slots('prometheus', 0, 5, [1, Number.NaN, 3]);
  const next = slots('history', 0, 5, [7, 8, 9]);
  const { points, sources } = joinTimeline([best, next], 0, 60 * MINUTE);
  assert.equal(
    points.map(({ value }) => value),
    [1, 8, 3],
  );
  assert.equal(sources, ['prometheus', 'history']);
});

test('leave out a coarse slot that overlaps a finer one, whose extreme it may repeat', () => {
  const fine = slots('prometheus', 60, 5, [1, 1, 1, 1]);
  const hours = slots('history', 0, 60, [2, 9]);
  const { points } = joinTimeline([fine, hours], 0, 200 * MINUTE);
  assert.equal(
    points.map(({ value }) => value),
    [2, 1, 1, 1, 1],
  );
});

test('have no gap where a coarse source takes over from a fine one, and none in between is missing', () => {
  const fine = { ...slots('prometheus', 0, 5, [1, 1, 1]), sampleSeconds: 30 };
  const coarse = slots('history', 10, 10, [2, 2, 2]);
  const timeline = joinTimeline([fine, coarse], 0, 60 * MINUTE);
  assert.equal(
    timeline.points.map(({ fromMs }) => fromMs / MINUTE),
    [0, 5, 10, 20, 30],
  );
  assert.equal(coveredPeriods(timeline, 3), [[0, 40 * MINUTE]]);
  const late = joinTimeline([fine, slots('history', 50, 10, [2])], 0, 60 * MINUTE);
  assert.is(coveredPeriods(late, 3).length, 2);
});

test('do not name a source that adds nothing', () => {
  const best = slots('prometheus', 0, 5, [1, 2]);
  assert.equal(joinTimeline([best, slots('history', 0, 5, [5, 6])], 0, 60 * MINUTE).sources, ['prometheus']);
  assert.equal(joinTimeline([{ ...best, values: undefined }], 0, 60 * MINUTE), { points: [], sources: [] });
});

test('leave out what lies outside the period', () => {
  const { points } = joinTimeline([slots('file', 0, 5, [1, 2, 3, 4])], 5 * MINUTE, 12 * MINUTE);
  assert.equal(
    points.map(({ value }) => value),
    [2, 3],
  );
});

test('are, whatever the sources, sorted and free of overlaps', () => {
  for (let seed = 0; seed < 100; seed++) {
    const contributions = [5, 15, 60].map((slotMinutes, index) =>
      slots(
        `source-${index}`,
        Math.floor(200 * uniform(seed, index, 'start')),
        slotMinutes,
        Array.from({ length: 20 }, (_, slot) => (uniform(seed, index, slot) < 0.4 ? Number.NaN : 1)),
      ),
    );
    const { points } = joinTimeline(contributions, 0, 2000 * MINUTE);
    for (const [index, point] of points.entries())
      assert.ok(index === 0 || points[index - 1]!.toMs <= point.fromMs, `seed ${seed}`);
  }
});

test('know how much of a period is measured', () => {
  const timeline = joinTimeline([slots('file', 0, 5, [1, Number.NaN, 1, 1])], 0, 60 * MINUTE);
  assert.is(coveredSeconds(timeline, 0, 20 * MINUTE), 900);
  assert.is(coveredSeconds(timeline, 2 * MINUTE, 12 * MINUTE), 300);
  assert.is(within(timeline, 10 * MINUTE, 15 * MINUTE).length, 1);
});

test('are cut into periods at gaps of more than three intervals', () => {
  const hole = (length: number): readonly number[] => new Array<number>(length).fill(Number.NaN);
  const timeline = joinTimeline([slots('file', 0, 5, [1, ...hole(3), 1, ...hole(4), 1, 1])], 0, 100 * MINUTE);
  assert.equal(coveredPeriods(timeline, 3), [
    [0, 25 * MINUTE],
    [45 * MINUTE, 55 * MINUTE],
  ]);
});

test.run();
