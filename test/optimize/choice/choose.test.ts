import { choose } from '../../../lib/optimize/choice/choose.ts';
import type { Recommendation } from '../../../lib/types/plan.ts';
import { assert, suite } from '../../harness.ts';
import { objectOf, PRICES, workloadOf } from '../look.ts';

const test = suite('choice of changes');

function change(name: string, saved: number, risk: number, more: Partial<Recommendation> = {}): Recommendation {
  const { ref } = workloadOf(objectOf({ name }));
  return {
    kind: 'rightsize',
    target: ref,
    replicas: 3,
    reason: '',
    risk: { value: risk, factors: [] },
    changes: [],
    patch: [{ op: 'replace', path: '/spec/replicas', value: saved }],
    undo: [],
    requestedBefore: {},
    savings: { cpuCores: 0, memoryBytes: 0, monthly: { amount: saved, currency: 'USD' }, priceSource: 'test' },
    warnings: [],
    dryRun: { state: 'not-asked', reason: '' },
    ...more,
  };
}

/** 3 pods of 2 cores: 131.40 a month at 0.03 a core and hour. */
const WORKLOADS = [workloadOf(objectOf({ containers: [{ name: 'web', requests: { cpu: '2' } }] }))];
const NOW = 131.4;

const input = { workloads: WORKLOADS, prices: PRICES, maxRisk: 1, point: 'balanced', realisable: undefined } as const;
const names = (recommendations: readonly Recommendation[]): readonly string[] => recommendations.map(({ target }) => target.name);

test('of several changes of one workload at most one is chosen', () => {
  const recommendations = [change('web', 10, 0.1), change('web', 30, 0.6), change('api', 5, 0.2)];
  const { recommendations: chosen, choice } = choose({ ...input, recommendations, point: 'aggressive' });
  assert.equal(names(chosen), ['web', 'api']);
  assert.equal(chosen[0]?.savings.monthly.amount, 30);
  assert.equal(choice.points.find(({ name }) => name === 'aggressive')?.saved.amount, 35);
});

test('the same change proposed at several risks is one', () => {
  const recommendations = [change('web', 10, 0.1), change('web', 10, 0.1), change('web', 10, 0.1)];
  assert.is(choose({ ...input, recommendations }).choice.frontPoints, 2);
});

test('under a budget the least risky set is taken, proved', () => {
  const recommendations = [change('a', 40, 0.5), change('b', 25, 0.1), change('c', 20, 0.1), change('d', 1, 0.01)];
  const { recommendations: chosen, choice } = choose({ ...input, recommendations, budget: NOW - 45 });
  assert.equal(names(chosen), ['b', 'c']);
  const point = choice.points.find(({ name }) => name === 'budget')!;
  assert.equal([point.monthlyAfter.amount, point.risk, point.gap], [86.4, 0.2, 0]);
  assert.equal(choice.budget?.met, true);
});

test('a budget that no set meets is told, with the set that comes nearest', () => {
  const { recommendations, choice } = choose({ ...input, recommendations: [change('a', 40, 0.5)], budget: 50 });
  assert.equal([choice.budget?.met, names(recommendations)], [false, ['a']]);
  assert.is(choice.points.at(-1)?.monthlyAfter.amount, 91.4);
});

test('a budget that is met already takes no change', () => {
  const { recommendations, choice } = choose({ ...input, recommendations: [change('a', 40, 0.5)], budget: 200 });
  assert.equal([choice.budget?.met, recommendations.length], [true, 0]);
});

test('what is riskier than allowed, saves nothing or is carried out elsewhere is left out by its reason', () => {
  const recommendations = [change('a', 40, 0.5), change('b', -3, 0.1), change('d', 9, 0.1, { patch: [] }), change('e', 9, 0.1)];
  const { choice, recommendations: chosen } = choose({ ...input, recommendations, maxRisk: 0.3, point: 'aggressive' });
  assert.equal(names(chosen), ['e']);
  assert.equal(
    choice.leftOut.map(({ reason }) => reason),
    ['its risk 0.50 is above 0.3', 'it saves nothing', 'it is not carried out here'],
  );
});

test('what falls off the bill is asked of each point with its own changes', () => {
  const asked: (readonly string[])[] = [];
  const realisable = (recommendations: readonly Recommendation[]) => {
    asked.push(names(recommendations));
    return { nodes: recommendations.length, monthly: { amount: 1, currency: 'USD' } };
  };
  const { choice } = choose({ ...input, recommendations: [change('a', 40, 0.5), change('b', 25, 0.1)], realisable });
  assert.equal(
    choice.points.map((point) => [point.changes, point.realisable?.nodes]),
    choice.points.map(({ changes }) => [changes, changes]),
  );
  assert.is(asked.length, 3);
});

test.run();
