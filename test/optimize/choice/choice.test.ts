import { paretoFront } from '../../../lib/optimize/choice/front.ts';
import { leastRisk } from '../../../lib/optimize/choice/least-risk.ts';
import { namedPoints } from '../../../lib/optimize/choice/named.ts';
import type { Group } from '../../../lib/optimize/choice/options.ts';
import { optionsTaken, type Selection } from '../../../lib/optimize/choice/selection.ts';
import { assert, suite } from '../../harness.ts';

const test = suite('choice under budget and risk');

function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Groups of one to three options; every third case has few distinct values, so that there are many ties. */
function groupsOf(seed: number, groups: number, coarse = false): readonly Group[] {
  const random = randoms(seed);
  const value = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: groups }, () =>
    Array.from({ length: 1 + value(3) }, () =>
      coarse ? { cents: 1 + value(5), risk: value(4) } : { cents: 1 + value(5000), risk: value(1_000_000) },
    ),
  );
}

/** At most 14 options in all. */
function smallCase(seed: number): readonly Group[] {
  const groups = groupsOf(seed, 2 + (seed % 8), seed % 3 === 0);
  const kept: Group[] = [];
  for (const group of groups) if (kept.flat().length + group.length <= 14) kept.push(group);
  return kept;
}

/** Every set there is. */
function everySet(groups: readonly Group[]): readonly { readonly cents: number; readonly risk: number }[] {
  return groups.reduce<readonly { readonly cents: number; readonly risk: number }[]>(
    (sets, group) =>
      sets.flatMap((set) => [set, ...group.map(({ cents, risk }) => ({ cents: set.cents + cents, risk: set.risk + risk }))]),
    [{ cents: 0, risk: 0 }],
  );
}

function frontByForce(groups: readonly Group[]): readonly (readonly [number, number])[] {
  const sets = everySet(groups);
  const best = sets.filter(
    (set) =>
      !sets.some(
        (other) => other.cents >= set.cents && other.risk <= set.risk && (other.cents > set.cents || other.risk < set.risk),
      ),
  );
  const distinct = new Map(best.map(({ cents, risk }) => [`${cents}/${risk}`, [cents, risk] as const]));
  return [...distinct.values()].sort((a, b) => a[0] - b[0]);
}

/** Sums of the options that a selection says it takes. */
function sums(selection: Selection, groups: readonly Group[]): readonly [number, number] {
  const taken = optionsTaken(selection, groups.length).map((option, at) => groups[at]![option]);
  return [taken.reduce((sum, each) => sum + (each?.cents ?? 0), 0), taken.reduce((sum, each) => sum + (each?.risk ?? 0), 0)];
}

test('the front is that of brute force on 200 random small cases, and each point is the set that it says', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const groups = smallCase(seed);
    const { points, complete, gap } = paretoFront(groups);
    assert.equal({ complete, gap }, { complete: true, gap: 0 });
    assert.equal(
      points.map(({ cents, risk }) => [cents, risk]),
      frontByForce(groups),
      `seed ${seed}`,
    );
    for (const point of points) assert.equal(sums(point, groups), [point.cents, point.risk]);
  }
});

test('the set under a budget is that of brute force on 200 random small cases, proved to be the best', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const groups = smallCase(seed);
    const sets = everySet(groups);
    const most = Math.max(...sets.map(({ cents }) => cents));
    for (const part of [0.001, 0.2, 0.5, 0.8, 0.95, 1]) {
      const needed = Math.ceil(most * part);
      const least = Math.min(...sets.filter(({ cents }) => cents >= needed).map(({ risk }) => risk));
      const found = leastRisk(groups, needed)!;
      assert.equal([found.selection.risk, found.gap], [least, 0], `seed ${seed}, ${needed} of ${most}`);
      assert.equal(sums(found.selection, groups), [found.selection.cents, found.selection.risk]);
      assert.ok(found.selection.cents >= needed);
    }
    assert.is(leastRisk(groups, most + 1), undefined);
  }
});

test('nothing is chosen where nothing has to be saved', () => {
  assert.equal(leastRisk(groupsOf(1, 5), 0)?.selection.cents, 0);
});

test('a search that is cut short tells a gap within which the best lies', () => {
  let cut = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const groups = groupsOf(seed, 40);
    const needed = Math.floor(groups.reduce((sum, group) => sum + Math.max(...group.map(({ cents }) => cents)), 0) / 2);
    const best = leastRisk(groups, needed)!;
    const short = leastRisk(groups, needed, 2)!;
    assert.is(best.gap, 0);
    assert.ok(short.selection.risk >= best.selection.risk);
    assert.ok(short.selection.risk - short.gap <= best.selection.risk, `seed ${seed}`);
    if (short.gap > 0) cut++;
  }
  assert.ok(cut > 5, `${cut}`);
});

test('a front too long to be complete has only points of the complete one, which save more the more they risk', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const groups = groupsOf(seed, 10);
    const whole = paretoFront(groups, 1e6);
    const part = paretoFront(groups, 5);
    assert.is(part.complete, false);
    const all = new Set(whole.points.map(({ cents, risk }) => `${cents}/${risk}`));
    for (const { cents, risk } of part.points) assert.ok(all.has(`${cents}/${risk}`));
    for (const [at, point] of part.points.entries()) {
      const before = part.points[at - 1];
      if (before) assert.ok(point.cents > before.cents && point.risk > before.risk);
    }
    for (const point of whole.points) {
      const lower = part.points.findLast(({ risk }) => risk <= point.risk)!;
      assert.ok(point.cents - lower.cents <= part.gap);
    }
    assert.equal(part.points.at(-1)?.cents, whole.points.at(-1)?.cents);
  }
});

test('the three named points are on the front and rise from conservative to aggressive', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { points } = paretoFront(smallCase(seed));
    const { conservative, balanced, aggressive } = namedPoints(points);
    for (const each of [conservative, balanced, aggressive]) assert.ok(points.includes(each));
    assert.ok(conservative.risk <= balanced.risk && balanced.risk <= aggressive.risk);
    assert.ok(conservative.cents <= balanced.cents && balanced.cents <= aggressive.cents);
    assert.is(aggressive, points.at(-1));
  }
  assert.equal(namedPoints(paretoFront([]).points).balanced.cents, 0);
});

test('a knee is where little risk gives much: cheap safe changes before a dear risky one', () => {
  const groups: readonly Group[] = [[{ cents: 500, risk: 10 }], [{ cents: 400, risk: 10 }], [{ cents: 100, risk: 900 }]];
  const { conservative, balanced, aggressive } = namedPoints(paretoFront(groups).points);
  assert.equal([balanced.cents, aggressive.cents, conservative.cents], [900, 1000, 500]);
});

test('1,000 workloads are chosen from within a second, with a proof', () => {
  const groups = groupsOf(9, 1000);
  const most = groups.reduce((sum, group) => sum + Math.max(...group.map(({ cents }) => cents)), 0);
  const started = performance.now();
  const front = paretoFront(groups);
  const found = [0.1, 0.5, 0.9].map((part) => leastRisk(groups, Math.floor(most * part))!);
  const milliseconds = performance.now() - started;
  assert.ok(front.points.length > 100 && !front.complete);
  assert.equal(
    found.map(({ gap }) => gap),
    [0, 0, 0],
  );
  assert.ok(milliseconds < 1000, `${milliseconds} ms`);
});

test.run();
