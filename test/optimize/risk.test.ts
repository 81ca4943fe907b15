/** The risk of a proposal: each factor by itself, its sum, and the order of the plan by it. */

import { makePlan, type PlanInput } from '../../lib/optimize/plan.ts';
import { WEIGHTS } from '../../lib/optimize/risk/weights.ts';
import { DAY, HOUR } from '../../lib/types/duration.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import { type Recommendation, riskLevel } from '../../lib/types/plan.ts';
import type { ContainerUsage } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { idleOf, inputOf, MIB, NOW, type ObjectParts, objectOf, podOf, scalerOf, usageOf, workloadOf } from './look.ts';

const test = suite('risk');

interface Situation {
  readonly object?: ObjectParts;
  readonly workload?: Partial<Workload>;
  readonly usage?: Partial<ContainerUsage>;
  readonly idle?: Partial<IdleFinding>;
  readonly input?: Partial<PlanInput>;
}

function recommended({ object, workload, usage, idle, input }: Situation): Recommendation {
  const subject = workloadOf(objectOf(object), workload);
  const findings = idle === undefined ? [] : [idleOf(subject, idle)];
  const { recommendations } = makePlan(inputOf([subject], [[usageOf('web', usage)]], { findings, ...input }));
  assert.is(recommendations.length, 1);
  return recommendations[0]!;
}

function factorsOf(situation: Situation): ReadonlyMap<string, number> {
  return new Map(recommended(situation).risk.factors.map(({ name, logOdds }) => [name, logOdds]));
}

function riskOf(situation: Situation): number {
  return recommended(situation).risk.value;
}

const rounded = (value: number): number => Math.round(value * 1e3) / 1e3;

test('is the logistic function of the sum of its factors, the weightiest first, each with what was seen', () => {
  for (const situation of [{}, { idle: {} }, { object: { kind: 'StatefulSet', replicas: 1 } }]) {
    const { value, factors } = recommended(situation).risk;
    const sum = factors.reduce((total, { logOdds }) => total + logOdds, 0);
    assert.ok(Math.abs(value - 1 / (1 + Math.exp(-sum))) < 1e-4);
    const weights = factors.map(({ logOdds }) => Math.abs(logOdds));
    assert.equal(
      weights,
      weights.toSorted((a, b) => b - a),
    );
    assert.ok(factors.every(({ evidence, logOdds }) => evidence.length > 0 && logOdds !== 0));
  }
});

test('an ordinary change with a fortnight of history and the usual headroom stands at the base rate', () => {
  const pod = workloadOf(objectOf()).containers.map((container) => ({
    ...container,
    probes: [{ type: 'readiness', handler: 'http', periodSeconds: 10 } as const],
  }));
  const { risk } = recommended({ workload: { containers: pod, disruptionBudgets: [{ name: 'web', desiredHealthy: 2 }] } });
  assert.equal(
    risk.factors.map(({ name }) => name),
    ['base rate'],
  );
  assert.is(risk.value, 0.05);
  assert.is(riskLevel(risk.value), 'low');
});

/** `limits` of the pod that ended, which may be older than the template. */
const ended = (reason: string, agoSeconds: number, limits = {}) => {
  const lastTermination = { reason, at: NOW - agoSeconds * 1000, exitCode: 137 };
  const containers = workloadOf(objectOf()).containers.map((container) => ({ ...container, limits }));
  return { pods: [podOf('web-0', containers, { states: [{ name: 'web', ready: true, restarts: 1, lastTermination }] })] };
};

test('each factor is told where it holds, by its weight, and not where it does not', () => {
  const cases: readonly [string, number, Situation][] = [
    ['single replica', WEIGHTS.singleReplica, { object: { replicas: 1 } }],
    ['no disruption budget', WEIGHTS.noBudget, {}],
    ['stateful', WEIGHTS.stateful, { object: { kind: 'StatefulSet' } }],
    ['stateful', WEIGHTS.stateful, { workload: { mountsPersistentVolume: true } }],
    [
      'quorum',
      WEIGHTS.quorum,
      { object: { kind: 'StatefulSet' }, workload: { disruptionBudgets: [{ name: 'web', desiredHealthy: 2 }] } },
    ],
    ['autoscaler', WEIGHTS.autoscaler, { workload: { autoscalers: [scalerOf()] } }],
    ['recent restarts', WEIGHTS.recentRestarts, { workload: ended('Error', 2 * DAY) }],
    [
      'recent OOM kill',
      WEIGHTS.recentKill,
      {
        object: { containers: [{ name: 'web', requests: { cpu: '500m', memory: '4Gi' } }] },
        workload: ended('OOMKilled', DAY, { memoryBytes: 256 * MIB }),
      },
    ],
    [
      'recent rollout',
      WEIGHTS.recentRollout,
      { workload: { pods: [podOf('web-0', workloadOf(objectOf()).containers, { createdAt: NOW - 2 * HOUR * 1000 })] } },
    ],
    ['kept elsewhere', WEIGHTS.keptElsewhere, { workload: { management: { tool: 'flux', name: 'web', evidence: 'mark' } } }],
    [
      'business hours',
      WEIGHTS.businessHours,
      { input: { businessHours: { weekdays: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, timeZone: 'UTC' } } },
    ],
    ['no readiness probe', WEIGHTS.noReadinessProbe, {}],
    ['recreate', WEIGHTS.recreate, { object: { spec: { strategy: { type: 'Recreate' } } } }],
    ['only grows', WEIGHTS.onlyGrows, { object: { containers: [{ name: 'web', requests: { cpu: '50m', memory: '64Mi' } }] } }],
    [
      'services',
      WEIGHTS.services,
      { idle: {}, workload: { services: [{ namespace: 'shop', name: 'web', type: 'x', selector: {} }] } },
    ],
    ['wanted up', WEIGHTS.wantedUp, { idle: {}, workload: { disruptionBudgets: [{ name: 'web', desiredHealthy: 1 }] } }],
    ['used before', WEIGHTS.usedBefore, { idle: { lastUsedMs: NOW - 6 * DAY * 1000 } }],
  ];
  for (const [name, weight, situation] of cases) assert.is(factorsOf(situation).get(name), rounded(weight), name);
  const plain = factorsOf({ object: { replicas: 2 } });
  const idle = factorsOf({ idle: {} });
  for (const [name] of cases.filter(([name]) => !['no disruption budget', 'no readiness probe'].includes(name))) {
    assert.not(plain.has(name), name);
    assert.not(idle.has(name), name);
  }
  assert.not(factorsOf({ workload: ended('Error', 8 * DAY) }).has('recent restarts'));
  assert.not(factorsOf({ workload: ended('Completed', DAY) }).has('recent restarts'));
});

test('what keeps the cluster running is proposed only to who asks for it, and then at the risk of that', () => {
  const settings = { ...inputOf([], []).settings, protectSystem: false };
  for (const object of [{ namespace: 'kube-system' }, { podSpec: { priorityClassName: 'system-node-critical' } }]) {
    for (const idle of [undefined, {}]) {
      const subject = workloadOf(objectOf(object));
      const findings = idle === undefined ? [] : [idleOf(subject)];
      assert.equal(makePlan(inputOf([subject], [[usageOf('web')]], { findings })).recommendations, []);
      const situation = { object, input: { settings }, ...(idle && { idle }) };
      assert.is(factorsOf(situation).get('critical'), WEIGHTS.critical);
    }
  }
});

test('halving the history adds the same again, doubling it takes it away, within bounds', () => {
  const history = (days: number): number | undefined =>
    factorsOf({ usage: { fromMs: NOW - days * DAY * 1000, samples: days * 2880 } }).get('history');
  assert.is(history(14), undefined);
  assert.is(history(7), 0.7);
  assert.is(history(3.5), 1.4);
  assert.is(history(28), -0.7);
  assert.is(history(90), -0.7);
});

test('an OOM kill that is answered by more memory is no factor', () => {
  const small = { containers: [{ name: 'web', requests: { cpu: '500m', memory: '100Mi' } }] };
  assert.not(factorsOf({ object: small, workload: ended('OOMKilled', DAY) }).has('recent OOM kill'));
});

test('less headroom above the peak is more risk', () => {
  const margins = [0.3, 0.15, 0.05].map((memoryMargin) =>
    riskOf({ input: { settings: { ...inputOf([], []).settings, memoryMargin } }, usage: { cpuP99Cores: 0.01 } }),
  );
  assert.ok(margins[0]! < margins[1]! && margins[1]! < margins[2]!, margins.join(' '));
  const factor = recommended({
    input: { settings: { ...inputOf([], []).settings, memoryMargin: 0.05 } },
    usage: { memoryPeakBytes: 400 * MIB },
  }).risk.factors.find(({ name }) => name === 'memory headroom');
  assert.is(factor?.logOdds, 0.5);
  assert.is(factor?.evidence, 'web: 420Mi is 5 % above the highest use that was seen (400Mi)');
});

test('the surer the verdict and the longer it holds, the less is the risk of scaling to zero', () => {
  const idle = (confidence: number, days: number): number =>
    riskOf({ idle: { confidence, idleSinceMs: NOW - days * DAY * 1000 } });
  assert.ok(idle(0.9, 5) > idle(0.96, 5) && idle(0.96, 5) > idle(0.99, 5));
  assert.ok(idle(0.96, 2) > idle(0.96, 5) && idle(0.96, 5) > idle(0.96, 20));
  // What the verdict leaves open, and a week of quiet: nothing else.
  const bare = { object: { spec: {} }, idle: { confidence: 0.9, idleSinceMs: NOW - 7 * DAY * 1000 } };
  assert.is(riskOf(bare), 0.1);
});

test('of equal savings the less risky one comes first', () => {
  const workloads = [workloadOf(objectOf({ name: 'a', kind: 'StatefulSet' })), workloadOf(objectOf({ name: 'b' }))];
  const { recommendations } = makePlan(inputOf(workloads, [[usageOf('web')], [usageOf('web')]]));
  assert.equal(
    recommendations.map(({ target }) => target.name),
    ['b', 'a'],
  );
});

test('has three levels', () => {
  assert.equal([0, 0.2999, 0.3, 0.5999, 0.6, 1].map(riskLevel), ['low', 'low', 'medium', 'medium', 'high', 'high']);
});

test.run();
