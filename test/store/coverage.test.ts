/** Which files of a day are read, whatever was written, merged, rolled up and pruned in whatever order: each row once. */

import { byCoverage, leavesOf, sourcesOf } from '../../lib/store/coverage.ts';
import type { Part } from '../../lib/store/parts.ts';
import { assert, suite } from '../harness.ts';

const test = suite('coverage of raw parts by roll-ups');

const part = (name: string, parts: Partial<Part> = {}): Part => ({
  name,
  file: `/h/samples/day=2026-11-24/${name}`,
  version: 2,
  replaces: [],
  covers: [],
  ...parts,
});
const raw = (name: string): Part => part(`${name}.parquet`);
const leaf = (name: string): string => `${name}.parquet`;
const merged = (name: string, of: readonly string[]): Part => part(`${name}-merged.parquet`, { replaces: of });
const rollUp = (name: string, of: readonly string[]): Part => part(name, { covers: of.map(leaf) });
const names = ({ raw, rollUps }: ReturnType<typeof sourcesOf>): readonly (readonly string[])[] => [
  raw.map(({ name }) => name),
  rollUps.map(({ name }) => name),
];

test('raw parts alone, roll-ups alone, and a roll-up of all there is', () => {
  assert.equal(names(sourcesOf([raw('a'), raw('b')], [])), [[leaf('a'), leaf('b')], []]);
  assert.equal(names(sourcesOf([], [rollUp('R', ['a', 'b'])])), [[], ['R']]);
  assert.equal(names(sourcesOf([raw('a'), raw('b')], [rollUp('R', ['a', 'b'])])), [[], ['R']]);
  // Half-pruned.
  assert.equal(names(sourcesOf([raw('b')], [rollUp('R', ['a', 'b'])])), [[], ['R']]);
});

test('rows that came later: the raw parts while all are there, else beside the roll-up', () => {
  const later = [raw('a'), raw('b'), raw('late')];
  assert.equal(names(sourcesOf(later, [rollUp('R', ['a', 'b'])])), [[leaf('a'), leaf('b'), leaf('late')], []]);
  assert.equal(names(sourcesOf(later.slice(1), [rollUp('R', ['a', 'b'])])), [[leaf('late')], ['R']]);
});

test('a merged part holds what went into it, merged twice or not, before the roll-up or after it', () => {
  const hour = merged('hour', [leaf('a'), leaf('b')]);
  const day = merged('day', ['hour-merged.parquet', leaf('a'), leaf('b'), leaf('c')]);
  assert.equal(leavesOf(day), [leaf('a'), leaf('b'), leaf('c')]);
  assert.equal(names(sourcesOf([hour, raw('c')], [rollUp('R', ['a', 'b', 'c'])])), [[], ['R']]);
  assert.equal(names(sourcesOf([day], [rollUp('R', ['a', 'b', 'c'])])), [[], ['R']]);
  // Merged with what the roll-up does not cover, by one who did not see it yet.
  assert.equal(names(sourcesOf([day], [rollUp('R', ['a', 'b'])])), [['day-merged.parquet'], []]);
});

test('of roll-ups that overlap the fuller one counts; those that do not all count', () => {
  const both = [rollUp('old', ['a', 'b']), rollUp('new', ['a', 'b', 'c'])];
  assert.equal(names(sourcesOf([], both)), [[], ['new']]);
  assert.equal(names(sourcesOf([], [rollUp('one', ['a', 'b']), rollUp('two', ['c'])])), [[], ['one', 'two']]);
});

test('what a roll-up covers is merged apart from what it does not', () => {
  const groups = byCoverage([raw('a'), raw('b'), raw('late')], [rollUp('R', ['a', 'b'])]);
  assert.equal(
    groups.map((group) => group.map(({ name }) => name)),
    [[leaf('a'), leaf('b')], [leaf('late')]],
  );
});

/** Uniform in [0, 1), the same every time. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('writing, merging, rolling up and pruning in any order: after each step every row counts once', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomness(seed * 7919);
    const written: string[] = [];
    let parts: readonly Part[] = [];
    let rollUps: readonly Part[] = [];
    for (let step = 0; step < 30; step++) {
      const which = random();
      if (which < 0.45) {
        const made = raw(`p${step}`);
        parts = [...parts, made];
        written.push(made.name);
      } else if (which < 0.65) {
        const group =
          byCoverage(parts, rollUps)
            .find(({ length }) => length > 1)
            ?.filter(() => random() < 0.8) ?? [];
        if (group.length < 2) continue;
        const replaces = group.flatMap(({ name, replaces }) => [name, ...replaces]);
        parts = [...parts.filter((each) => !group.includes(each)), merged(`m${step}`, replaces)];
      } else if (which < 0.85) {
        const sources = sourcesOf(parts, rollUps);
        if (sources.raw.length === 0) continue;
        const covers = [...sources.rollUps.flatMap((each) => each.covers), ...sources.raw.flatMap(leavesOf)];
        const made = part(`r${step}`, { covers });
        // The old ones stay for a while.
        rollUps = random() < 0.5 ? [made] : [...rollUps, made];
      } else {
        const covered = new Set(sourcesOf(parts, rollUps).rollUps.flatMap(({ covers }) => covers));
        parts = parts.filter((each) => !(leavesOf(each).every((name) => covered.has(name)) && random() < 0.7));
      }
      const read = sourcesOf(parts, rollUps);
      const counted = [...read.raw.flatMap(leavesOf), ...read.rollUps.flatMap(({ covers }) => covers)];
      assert.equal(counted.toSorted(), written.toSorted(), `seed ${seed}, step ${step}`);
    }
  }
});

test.run();
