import { trailingRun } from '../../lib/intelligence/evidence/run.ts';
import type { Timeline } from '../../lib/intelligence/evidence/timeline.ts';
import { uniform } from '../../lib/kube/simulated/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('quiet runs');

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

/** One value a minute that ends at `endMs`; NaN leaves a hole. */
function minutes(values: readonly number[], endMs = NOW): Timeline {
  const startMs = endMs - values.length * MINUTE;
  const points = values.flatMap((value, index) =>
    Number.isNaN(value)
      ? []
      : [{ fromMs: startMs + index * MINUTE, toMs: startMs + (index + 1) * MINUTE, value, sampleSeconds: 60 }],
  );
  return { points, sources: ['file'] };
}

function repeat(value: number, times: number): readonly number[] {
  return new Array<number>(times).fill(value);
}

test('reaches from now back to the start of the evidence when nothing was busy', () => {
  const run = trailingRun(minutes(repeat(1, 30)), 5, NOW, 3);
  assert.is(run.seconds, 1800);
  assert.is(run.sinceMs, NOW - 30 * MINUTE);
  assert.is(run.endedBy, 'start');
  assert.is(run.peak, 1);
});

test('is ended by a single busy value', () => {
  const run = trailingRun(minutes([...repeat(1, 20), 6, ...repeat(2, 9)]), 5, NOW, 3);
  assert.is(run.seconds, 9 * 60);
  assert.is(run.endedBy, 'busy');
  assert.is(run.busy?.value, 6);
  assert.is(run.peak, 2);
});

test('counts a value at the threshold as quiet', () => {
  assert.is(trailingRun(minutes(repeat(5, 10)), 5, NOW, 3).seconds, 600);
});

test('is empty, and since now, when the newest value is busy', () => {
  const run = trailingRun(minutes([...repeat(1, 20), 9]), 5, NOW, 3);
  assert.is(run.seconds, 0);
  assert.is(run.sinceMs, NOW);
  assert.is(run.busy?.value, 9);
});

test('survives a gap of three sample intervals', () => {
  const run = trailingRun(minutes([...repeat(1, 20), ...repeat(Number.NaN, 3), ...repeat(1, 7)]), 5, NOW, 3);
  assert.is(run.seconds, 30 * 60);
  assert.is(run.endedBy, 'start');
});

test('is ended by a gap of more than three sample intervals', () => {
  const run = trailingRun(minutes([...repeat(1, 20), ...repeat(Number.NaN, 4), ...repeat(1, 6)]), 5, NOW, 3);
  assert.is(run.seconds, 6 * 60);
  assert.is(run.endedBy, 'gap');
});

test('is ended by a gap up to now: what is not measured is not quiet', () => {
  assert.is(trailingRun(minutes(repeat(1, 30), NOW - 3 * MINUTE), 5, NOW, 3).seconds, 33 * 60);
  const stale = trailingRun(minutes(repeat(1, 30), NOW - 4 * MINUTE), 5, NOW, 3);
  assert.is(stale.seconds, 0);
  assert.is(stale.endedBy, 'gap');
});

test('says so when there is nothing at all', () => {
  const run = trailingRun({ points: [], sources: [] }, 5, NOW, 3);
  assert.is(run.seconds, 0);
  assert.is(run.endedBy, 'nothing');
});

test('measures gaps in intervals of the samples, which may be closer than the slots', () => {
  const hour = 60 * MINUTE;
  const slots = (sampleSeconds: number): Timeline => ({
    points: [
      { fromMs: NOW - 3 * hour, toMs: NOW - 2 * hour, value: 1, sampleSeconds },
      { fromMs: NOW - hour, toMs: NOW, value: 1, sampleSeconds },
    ],
    sources: ['history'],
  });
  assert.is(trailingRun(slots(3600), 5, NOW, 3).seconds, 3 * 3600);
  assert.is(trailingRun(slots(300), 5, NOW, 3).seconds, 3600);
});

test('goes on where a source of longer intervals takes over, less than three of them later', () => {
  const fine = (fromMs: number) => ({ fromMs, toMs: fromMs + 5 * MINUTE, value: 1, sampleSeconds: 30 });
  const coarse = (fromMs: number) => ({ fromMs, toMs: fromMs + 10 * MINUTE, value: 1, sampleSeconds: 600 });
  const meeting = (apart: number): Timeline => ({
    points: [fine(NOW - (apart + 25) * MINUTE), coarse(NOW - 20 * MINUTE), coarse(NOW - 10 * MINUTE)],
    sources: ['prometheus', 'history'],
  });
  assert.is(trailingRun(meeting(5), 5, NOW, 3).seconds, 30 * 60);
  assert.is(trailingRun(meeting(31), 5, NOW, 3).seconds, 20 * 60);
});

test('is, for any values, the longest suffix without a busy value or a long gap', () => {
  for (let seed = 0; seed < 300; seed++) {
    const values = Array.from({ length: 60 }, (_, index) => {
      const draw = uniform(seed, index);
      return draw < 0.2 ? Number.NaN : draw < 0.24 ? 9 : 1;
    });
    assert.is(trailingRun(minutes(values), 5, NOW, 3).seconds, 60 * longestQuietSuffix(values), `seed ${seed}`);
  }
});

/** The same by its definition: every suffix is tried. */
function longestQuietSuffix(values: readonly number[]): number {
  let longest = 0;
  for (let length = 1; length <= values.length; length++) {
    const suffix = values.slice(-length);
    const known = suffix.filter((value) => !Number.isNaN(value));
    if (known.some((value) => value > 5)) break;
    if (/(NNNN)/.test(suffix.map((value) => (Number.isNaN(value) ? 'N' : '.')).join(''))) break;
    // A run begins with a value, not within a hole.
    if (!Number.isNaN(suffix[0]!)) longest = length;
  }
  return longest;
}

test('never becomes longer by a lower threshold', () => {
  for (let seed = 0; seed < 100; seed++) {
    const timeline = minutes(Array.from({ length: 50 }, (_, index) => 10 * uniform(seed, 'level', index)));
    const lengths = [2, 4, 6, 8, 10].map((threshold) => trailingRun(timeline, threshold, NOW, 3).seconds);
    assert.equal(
      lengths,
      lengths.toSorted((a, b) => a - b),
      `seed ${seed}`,
    );
  }
});

test.run();
