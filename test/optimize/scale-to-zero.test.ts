import { parse } from 'yaml';
import { makePlan, type PlanInput } from '../../lib/optimize/plan.ts';
import { DAY, HOUR, MINUTE } from '../../lib/types/duration.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import type { Plan } from '../../lib/types/plan.ts';
import type { Autoscaler, Management, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { idleOf, inputOf, MIB, NOW, type ObjectParts, objectOf, podOf, scalerOf, usageOf, workloadOf } from './look.ts';

const test = suite('scaling to zero');

interface Situation {
  readonly object?: ObjectParts;
  readonly workload?: Partial<Workload>;
  readonly finding?: Partial<IdleFinding>;
  readonly input?: Partial<PlanInput>;
}

function plan({ object, workload, finding, input }: Situation = {}): Plan {
  const subject = workloadOf(objectOf(object), workload);
  return makePlan(inputOf([subject], [[usageOf('web')]], { findings: [idleOf(subject, finding)], ...input }));
}

/** The reason why its replicas are left; undefined where they are not. */
function refusal(situation: Situation): string | undefined {
  return plan(situation).declined.find(({ resource }) => resource === 'replicas')?.reason;
}

test('what is idle with confidence goes to zero, and its requests with it', () => {
  const { recommendations, declined } = plan();
  assert.equal(declined, []);
  assert.is(recommendations.length, 1, 'and is not right-sized besides');
  const [recommendation] = recommendations;
  assert.is(recommendation!.kind, 'scale-to-zero');
  assert.is(recommendation!.confidence, 0.96);
  assert.is(recommendation!.replicas, 3);
  assert.is(recommendation!.reason, 'idle for 5d: CPU below 5 % of its request for 30 h');
  assert.equal(recommendation!.changes, [
    { field: 'replicas', from: '3', to: '0', rule: 'idle', evidence: 'CPU below 5 % of its request for 30 h' },
  ]);
  assert.equal(recommendation!.patch, [
    { op: 'test', path: '/metadata/uid', value: 'uid-web' },
    { op: 'test', path: '/spec/replicas', value: 3 },
    { op: 'replace', path: '/spec/replicas', value: 0 },
  ]);
  assert.equal(recommendation!.undo, [
    { op: 'test', path: '/metadata/uid', value: 'uid-web' },
    { op: 'test', path: '/spec/replicas', value: 0 },
    { op: 'replace', path: '/spec/replicas', value: 3 },
  ]);
  assert.equal(recommendation!.requestedBefore, { cpuCores: 1.5, memoryBytes: 3072 * MIB });
  // 1.5 × 0.03 × 730 = 32.85; 3 × 0.004 × 730 = 8.76
  assert.is(recommendation!.savings.monthly.amount, 41.61);
  assert.is(recommendation!.dryRun.state, 'not-asked');
});

test('the evidence names its sources and periods', () => {
  const period = { source: 'prometheus', fromMs: NOW - DAY * 1000, toMs: NOW };
  const { recommendations } = plan({
    finding: {
      factors: [
        { factor: 'cpu', state: 'supports', evidence: 'x', ...period },
        { factor: 'network', state: 'supports', evidence: 'x', ...period },
        { factor: 'memory', state: 'neutral', evidence: 'x', ...period },
        { factor: 'business-hours', state: 'supports', evidence: 'x', ...period, source: 'UTC' },
      ],
    },
  });
  assert.is(
    recommendations[0]!.changes[0]!.evidence,
    'CPU below 5 % of its request for 30 h (cpu: prometheus, 24h; network: prometheus, 24h)',
  );
});

test('what pods hold counts as they hold it: with what was put into them, without those that have ended', () => {
  const { containers } = workloadOf(objectOf());
  const proxy = { ...containers[0]!, name: 'istio-proxy', requests: { cpuCores: 0.1 } };
  const pods = [podOf('web-0', [...containers, proxy]), podOf('web-1', containers, { phase: 'Failed' })];
  assert.is(plan({ workload: { pods } }).recommendations[0]!.savings.cpuCores, 0.6);
});

test('an active or unknown workload is never scaled to zero', () => {
  for (const verdict of ['active', 'unknown'] as const) {
    const { recommendations, declined } = plan({ finding: { verdict, confidence: 0.99 } });
    assert.equal(
      recommendations.map(({ kind }) => kind),
      ['rightsize'],
    );
    assert.equal(declined, []);
  }
});

test('below 90 % of confidence it is declined with both figures, and right-sized', () => {
  assert.is(refusal({ finding: { confidence: 0.8999 } }), 'idle with a confidence of 89 %, and 90 % is needed to act on it');
  assert.equal(
    plan({ finding: { confidence: 0.8999 } }).recommendations.map(({ kind }) => kind),
    ['rightsize'],
  );
  assert.is(refusal({ finding: { confidence: 0.9 } }), undefined);
});

const scaler = (more: Partial<Autoscaler>): readonly Autoscaler[] => [scalerOf(more)];

const budget = (desiredHealthy: number) => [{ name: 'web', desiredHealthy }];

test('each reason why an idle workload is left is told', () => {
  const cases: readonly [Situation, RegExp][] = [
    [
      { workload: { autoscalers: scaler({}) } },
      /^HorizontalPodAutoscaler web keeps at least 2 of its replicas, and at zero it would be switched off/,
    ],
    [{ workload: { autoscalers: scaler({ minReplicas: 0 }) } }, /^HorizontalPodAutoscaler web may scale it to zero by itself/],
    [
      { workload: { autoscalers: [...scaler({}), ...scaler({ kind: 'ScaledObject' })] } },
      /^KEDA scales it \(ScaledObject web\); there set minReplicaCount to 0/,
    ],
    [{ workload: { disruptionBudgets: budget(3) } }, /^PodDisruptionBudget web lets none of its 3 pods go/],
    [
      { object: { kind: 'StatefulSet' }, workload: { disruptionBudgets: budget(2) } },
      /^PodDisruptionBudget web keeps a quorum \(2 of 3 members\)/,
    ],
    [
      { workload: { leases: [{ name: 'web-leader', holder: 'web-0', renewedAt: NOW - 2 * MINUTE * 1000 }] } },
      /^it takes part in a leader election \(lease web-leader, renewed 2m ago\)/,
    ],
    [
      { object: { kind: 'StatefulSet', spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } } } },
      /^scaling it down deletes its volume claims/,
    ],
    [{ object: { replicas: 0 } }, /^it is at zero replicas and holds nothing$/],
    [{ object: { kind: 'DaemonSet' } }, /^a DaemonSet has no replicas/],
    [
      { workload: { ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u' } } },
      /^a pod of its own has no replicas; delete it/,
    ],
    [
      { object: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' } },
      /^Rollout is a custom kind: whether its controller takes zero replicas is not known/,
    ],
    [
      { workload: { ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: '' } } },
      /^Deployment web itself could not be read/,
    ],
  ];
  for (const [situation, reason] of cases) {
    assert.match(refusal(situation) ?? 'none', reason);
    assert.not(plan(situation).recommendations.some(({ kind }) => kind === 'scale-to-zero'));
  }
});

test('what runs the cluster is left, and told once', () => {
  for (const object of [{ namespace: 'kube-system' }, { podSpec: { priorityClassName: 'system-cluster-critical' } }]) {
    const { recommendations, declined } = plan({ object });
    assert.equal(recommendations, []);
    assert.is(declined.length, 1);
    assert.match(declined[0]!.reason, /the cluster itself/);
  }
});

test('what somebody keeps elsewhere is not patched: what would be is emitted for where it is kept', () => {
  const emitted = (tool: Management['tool']) => {
    const { recommendations, declined } = plan({ workload: { management: { tool, name: 'apps', evidence: 'label x' } } });
    assert.equal(declined, []);
    const [only] = recommendations;
    assert.is(only!.kind, 'scale-to-zero');
    assert.equal([only!.patch, only!.undo], [[], []]);
    assert.is(only!.dryRun.state, 'not-asked');
    return { ...only!.emitted!, warning: only!.warnings[0]! };
  };
  const flux = emitted('flux');
  assert.is(flux.form, 'kustomize');
  assert.is(flux.destination, 'the repository that Flux applies as apps');
  assert.equal(parse(flux.text), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 0 },
  });
  assert.match(flux.warning, /^Flux keeps it \(apps, told by label x\) and would undo a patch; .* set replicas: 0$/);
  assert.is(emitted('argocd').destination, 'the repository of Argo CD application apps');
  assert.is(emitted('operator').destination, 'where apps takes these values from');
  const helm = emitted('helm');
  assert.is(helm.form, 'helm-values');
  assert.equal(parse(helm.text), { replicaCount: 0 });
});

test('an election that is over does not keep anybody', () => {
  const leases = [{ name: 'web-leader', holder: 'web-0', renewedAt: NOW - 2 * HOUR * 1000 }];
  assert.is(refusal({ workload: { leases } }), undefined);
});

test('what is to be known before going to zero is said', () => {
  const service = { namespace: 'shop', name: 'web', type: 'ClusterIP', selector: {} };
  const { warnings } = plan({
    workload: { services: [service], disruptionBudgets: budget(2), mountsPersistentVolume: true },
    finding: { lastUsedMs: NOW - 20 * DAY * 1000 },
  }).recommendations[0]!;
  assert.equal(warnings, [
    'service web answers nobody while it is at zero: nothing wakes it by itself',
    'PodDisruptionBudget web wants 2 pods healthy; it does not stop scaling, but somebody cares',
    'its persistent volumes stay, and so does what they cost',
    'last used 20d ago',
  ]);
  assert.equal(plan().recommendations[0]!.warnings, []);
});

test.run();
