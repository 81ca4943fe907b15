import { replayChange } from '../../../lib/optimize/simulation/replay.ts';
import type { Recommendation, ValueChange } from '../../../lib/types/plan.ts';
import type { ContainerUsage, WorkloadRequests } from '../../../lib/types/usage.ts';
import { assert, suite } from '../../harness.ts';
import { MIB, NOW, objectOf, workloadOf } from '../look.ts';

const test = suite('replay of the history');

const WEB = workloadOf(
  objectOf({ containers: [{ name: 'web', requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } }] }),
);
const grid = { startMs: NOW - 4 * 3_600_000, slotSeconds: 3600, slots: 4 };

function usage(cpu: readonly number[], mebibytes: readonly number[]): ContainerUsage {
  return {
    container: 'web',
    source: 'history',
    fromMs: grid.startMs,
    toMs: NOW,
    samples: 48,
    hours: { grid, cpuPeakCores: new Float64Array(cpu), memoryPeakBytes: new Float64Array(mebibytes.map((each) => each * MIB)) },
  };
}

function recommendation(
  changes: readonly Pick<ValueChange, 'container' | 'field' | 'from' | 'to'>[],
  more: Partial<Recommendation> = {},
): Recommendation {
  return {
    kind: 'rightsize',
    target: WEB.ref,
    replicas: 3,
    reason: '',
    risk: { value: 0.05, factors: [] },
    changes: changes.map((change) => ({ ...change, rule: '', evidence: '' })),
    patch: [{ op: 'test', path: '/metadata/uid', value: WEB.ref.uid }],
    undo: [],
    requestedBefore: {},
    savings: { cpuCores: 0, memoryBytes: 0, monthly: { amount: 0, currency: 'USD' }, priceSource: '' },
    warnings: [],
    dryRun: { state: 'not-asked', reason: '' },
    ...more,
  };
}

const CPU = recommendation([{ container: 'web', field: 'requests.cpu', to: '200m' }]);
const ZERO = recommendation([{ field: 'replicas', from: '3', to: '0' }], { kind: 'scale-to-zero' });
const replay = (
  change: Recommendation,
  containers: readonly ContainerUsage[],
  requests: readonly WorkloadRequests[] = [],
  workload = WEB,
) => replayChange(change, workload, { containers, requests });

test('a CPU request that is exceeded slows and breaks nothing; hours without samples do not count', () => {
  const { outcome, findings, values } = replay(CPU, [usage([0.1, 0.3, Number.NaN, 0.2], [1, 1, 1, 1])]);
  assert.is(outcome, 'exceeded');
  assert.equal(findings, ['web: CPU above its request 200m in 1 of 3 h (0 now): slower where its node is busy']);
  assert.equal(values.find(({ resource, of }) => resource === 'cpu' && of === 'request')?.exceeded, 1);
});

test('memory above a new limit would have been killed, where it was not before', () => {
  const lower = recommendation([
    { container: 'web', field: 'requests.memory', to: '200Mi' },
    { container: 'web', field: 'limits.memory', to: '200Mi' },
  ]);
  const { outcome, findings } = replay(lower, [usage([0, 0, 0, 0], [150, 250, 199, 300])]);
  assert.is(outcome, 'broken');
  assert.match(findings[0]!, /^web: memory above its limit 200Mi in 2 of 4 h \(0 now\): OOM-killed$/);
  assert.match(findings[1]!, /above its request 200Mi in 2 of 4 h \(0 now\): a candidate for eviction/);
});

test('what is killed as often already is not blamed on the plan', () => {
  assert.is(replay(CPU, [usage([0.1, 0.1, 0.1, 0.1], [2000, 1, 1, 1])]).outcome, 'exceeded');
  assert.is(replay(CPU, [usage([0.1, 0.1, 0.1, 0.1], [1, 1, 1, 1])]).outcome, 'clear');
});

test('without hours of a container nothing is said to be clear', () => {
  assert.is(replay(CPU, []).outcome, 'unknown');
});

test('requests that a workload at zero would have refused are counted; without a counter that is not known', () => {
  const counts = (...values: readonly number[]): WorkloadRequests => ({
    source: 'nginx',
    grid,
    counts: new Float64Array(values),
  });
  const used = replay(ZERO, [], [counts(0, 3, Number.NaN, 2)]);
  assert.equal([used.outcome, used.refused], ['broken', { requests: 5, hours: 2, ofHours: 3, source: 'nginx' }]);
  assert.is(replay(ZERO, [], [counts(0, 0, 0, 0)]).outcome, 'clear');
  assert.is(replay(ZERO, []).outcome, 'unknown');
});

test('objects that are gone, are others, or have moved on are told', () => {
  assert.is(replayChange(CPU, undefined, { containers: [], requests: [] }).outcome, 'gone');
  assert.is(replay(CPU, [], [], { ...WEB, ref: { ...WEB.ref, uid: 'another' } }).outcome, 'changed');
  const { outcome, findings } = replay(ZERO, [], [], { ...WEB, desiredReplicas: 5 });
  assert.equal([outcome, findings[0]], ['changed', 'the plan presumes 3 replicas, and there are 5']);
  assert.is(replay(recommendation([], { patch: [] }), []).outcome, 'not-replayed');
});

test.run();
