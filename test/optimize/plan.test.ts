/** The plan as a whole: its order, its sums and its published shape. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { makePlan } from '../../lib/optimize/plan.ts';
import type { Plan } from '../../lib/types/plan.ts';
import { optimizeListing } from '../../plugin/print/optimize-listing.ts';
import { formatListing } from '../../plugin/print/print.ts';
import { assert, suite } from '../harness.ts';
import { idleOf, inputOf, MIB, NOW, objectOf, usageOf, workloadOf } from './look.ts';

const test = suite('plan');

const named = (name: string, replicas: number, more = {}) => workloadOf(objectOf({ name, replicas, ...more }));

/** Two idle ones, two to right-size, one of them upwards, one that fits and one without history. */
function everything(): Plan {
  const small = { containers: [{ name: 'web', requests: { cpu: '50m', memory: '230Mi' }, limits: { memory: '460Mi' } }] };
  const workloads = [
    named('fits', 1, { containers: [{ name: 'web', requests: { cpu: '115m', memory: '230Mi' } }] }),
    named('starved', 2, small),
    named('idle-b', 2),
    named('idle-a', 2),
    named('wasteful', 3),
    named('unseen', 1),
  ];
  const findings = workloads
    .filter(({ ref }) => ref.name.startsWith('idle'))
    .map((workload) => idleOf(workload, { confidence: 0.92 }));
  const usages = workloads.map(({ ref }) => (ref.name === 'unseen' ? [] : [usageOf('web')]));
  return makePlan(inputOf(workloads, usages, { findings }));
}

test('recommendations stand by savings times confidence, then by name; what costs comes last', () => {
  const { recommendations, declined } = everything();
  // wasteful 32.09; idle 27.74 × 0.92 = 25.52; starved < 0
  assert.equal(
    recommendations.map(({ target, kind }) => `${target.name} ${kind}`),
    ['wasteful rightsize', 'idle-a scale-to-zero', 'idle-b scale-to-zero', 'starved rightsize'],
  );
  assert.equal(
    declined.map(({ target, reason }) => `${target.name}: ${reason}`),
    ['unseen: no history of its use'],
  );
});

test('the order of the workloads makes no difference, and neither does asking twice', () => {
  const workloads = [named('a', 3), named('b', 3), named('c', 2)];
  const usages = workloads.map(() => [usageOf('web')]);
  const plan = makePlan(inputOf(workloads, usages));
  assert.equal(makePlan(inputOf(workloads.toReversed(), usages)), plan);
  assert.equal(makePlan(inputOf(workloads, usages)), plan);
});

test('the sum is that of the recommendations', () => {
  const { savings, recommendations } = everything();
  // 1.155 + 2 × 1 − 2 × 0.065
  assert.is(savings.cpuCores, 3.025);
  assert.is(savings.memoryBytes, (2382 + 4096) * MIB);
  const sum = recommendations.reduce((total, { savings: { monthly } }) => total + monthly.amount, 0);
  assert.ok(Math.abs(savings.monthly.amount - sum) < 0.001);
  assert.is(savings.monthly.currency, 'USD');
});

test('an empty cluster gives an empty plan', () => {
  const plan = makePlan(inputOf([], []));
  assert.equal(plan.recommendations, []);
  assert.equal(plan.declined, []);
  assert.is(plan.savings.monthly.amount, 0);
  assert.is(plan.madeAtMs, NOW);
  assert.is(plan.apiVersion, 'upid.dev/v1alpha1');
});

test('the plan as it is printed has the published shape', async () => {
  const read = (name: string): object =>
    JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });
  const validate = ajv.compile(read('optimization-plan'));
  const plan = everything();
  const result = {
    cluster: plan.cluster,
    observedAtMs: NOW,
    namespace: '',
    windowSeconds: 86_400,
    notFound: [],
    sources: [],
    traffic: [],
    plan,
  };
  const printed: { items: unknown[] } = JSON.parse(
    await formatListing(optimizeListing(result), { form: { form: 'json' }, headers: true }),
  );
  assert.ok(validate(printed), ajv.errorsText(validate.errors, { separator: '\n' }));
  assert.is(printed.items.length, 4);
  const table = await formatListing(optimizeListing(result), { form: { form: 'table', wide: false }, headers: true });
  assert.match(table, 'web: cpu 50m->115m');
});

test.run();
