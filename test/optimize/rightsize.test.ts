/** Requests by named rules; every number below is computed by hand. */

import { parse } from 'yaml';
import { makePlan, type PlanInput } from '../../lib/optimize/plan.ts';
import { DAY, HOUR } from '../../lib/types/duration.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import type { Declined, Plan, Recommendation, ValueChange } from '../../lib/types/plan.ts';
import type { ContainerUsage } from '../../lib/types/usage.ts';
import type { Autoscaler, ResourceQuota, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import {
  idleOf,
  inputOf,
  limitRange,
  MIB,
  NOW,
  type ObjectParts,
  objectOf,
  podOf,
  scalerOf,
  usageOf,
  workloadOf,
} from './look.ts';

const test = suite('right-sizing');

interface Situation {
  readonly object?: ObjectParts;
  readonly workload?: Partial<Workload>;
  readonly usages?: readonly ContainerUsage[];
  readonly input?: Partial<PlanInput>;
}

function plan({ object, workload, usages = [usageOf('web')], input }: Situation = {}): Plan {
  return makePlan(inputOf([workloadOf(objectOf(object), workload)], [usages], input));
}

function only(situation: Situation): Recommendation {
  const { recommendations } = plan(situation);
  assert.is(recommendations.length, 1, JSON.stringify(plan(situation).declined));
  return recommendations[0]!;
}

/** `requests.cpu 500m->115m (p99 of peaks + 15 %)`, one for each change. */
function changes(situation: Situation): readonly string[] {
  return only(situation).changes.map(({ container, field, from, to, rule }: ValueChange) => {
    const who = container === 'web' ? '' : `${container} `;
    return `${who}${field} ${from ?? 'none'}->${to} (${rule})`;
  });
}

/** Reasons of what was declined; `web cpu: …` where it is one resource of one container. */
function declined(situation: Situation): readonly string[] {
  return plan(situation).declined.map(({ container, resource, reason }: Declined) =>
    [[container, resource].filter(Boolean).join(' '), reason].filter(Boolean).join(': '),
  );
}

const web = (requests: Record<string, string>, limits?: Record<string, string>, more = {}) => ({
  containers: [{ name: 'web', requests, ...(limits && { limits }), ...more }],
});

test('CPU is sized by the 99th percentile of its peaks, memory by its highest peak, each with 15 % more', () => {
  const { changes: both, savings, requestedBefore, replicas, reason } = only({});
  assert.equal(
    both.map(({ field, from, to, rule }) => ({ field, from, to, rule })),
    [
      { field: 'requests.cpu', from: '500m', to: '115m', rule: 'p99 of peaks + 15 %' },
      { field: 'requests.memory', from: '1Gi', to: '230Mi', rule: 'peak + 15 %' },
    ],
  );
  assert.is(both[0]!.evidence, 'p99 of the hourly CPU peaks 100m, highest 200m (prometheus, 14d, 40320 samples)');
  assert.is(both[1]!.evidence, 'highest working set 200Mi (prometheus, 14d, 40320 samples)');
  const instant = usageOf('web', { source: 'history', fromMs: NOW, samples: 1, memoryPeakBytes: 201 * MIB });
  assert.is(
    only({ usages: [instant, usageOf('web')] }).changes[1]!.evidence,
    'highest working set 201Mi (prometheus, 14d, 40320 samples; history, 1 sample)',
  );
  assert.is(reason, 'web asks for more CPU and memory than it has used in 14d');
  assert.is(replicas, 3);
  assert.equal(requestedBefore, { cpuCores: 1.5, memoryBytes: 3 * 1024 * MIB });
  // 3 × 385m = 1.155 cores × 0.03 × 730 = 25.2945; 3 × 794 MiB = 2382 / 1024 GiB × 0.004 × 730 = 6.7924
  assert.is(savings.cpuCores, 1.155);
  assert.is(savings.memoryBytes, 2382 * MIB);
  assert.is(savings.monthly.amount, 32.0869);
  assert.is(savings.priceSource, 'test prices');
});

test('the period and resolution of a CPU figure are its own', () => {
  const usage = usageOf('web', { fromMs: NOW - 30 * DAY * 1000, cpuFromMs: NOW - 14 * DAY * 1000, cpuResolutionSeconds: 300 });
  assert.is(
    only({ usages: [usage] }).changes[0]!.evidence,
    'p99 of the hourly CPU peaks 100m, highest 200m (prometheus, 14d, rates over 300 s)',
  );
});

test('numbers are rounded up to whole millicores and mebibytes, in the form the server writes back', () => {
  assert.equal(changes({ usages: [usageOf('web', { cpuP99Cores: 0.1001, memoryPeakBytes: 200 * MIB + 1 })] }), [
    'requests.cpu 500m->116m (p99 of peaks + 15 %)',
    'requests.memory 1Gi->231Mi (peak + 15 %)',
  ]);
  // 2048 MiB is written 2Gi, 2000 millicores 2.
  const large = { object: web({ cpu: '4', memory: '8Gi' }) };
  assert.equal(changes({ ...large, usages: [usageOf('web', { cpuP99Cores: 2 / 1.15, memoryPeakBytes: (2048 * MIB) / 1.15 })] }), [
    'requests.cpu 4->2 (p99 of peaks + 15 %)',
    'requests.memory 8Gi->2Gi (peak + 15 %)',
  ]);
});

test('no request is proposed below the floors, and the rule says so', () => {
  assert.equal(changes({ usages: [usageOf('web', { cpuP99Cores: 0.0001, memoryPeakBytes: 2 * MIB })] }), [
    'requests.cpu 500m->10m (floor)',
    'requests.memory 1Gi->32Mi (floor)',
  ]);
  assert.match(
    only({ usages: [usageOf('web', { cpuP99Cores: 0.0001 })] }).changes[0]!.evidence,
    'p99 of the hourly CPU peaks 1m, highest 200m (prometheus, 14d, 40320 samples); no request is proposed below 10m',
  );
});

test('a request below the floor that is enough is not raised to it', () => {
  const small = {
    object: web({ cpu: '5m', memory: '16Mi' }),
    usages: [usageOf('web', { cpuP99Cores: 0.001, memoryPeakBytes: 10 * MIB })],
  };
  assert.equal(plan(small).recommendations, []);
  assert.equal(plan(small).declined, []);
});

test('a request that is too small is raised, which costs', () => {
  const situation = { object: web({ cpu: '50m', memory: '128Mi' }) };
  assert.equal(changes(situation), [
    'requests.cpu 50m->115m (p99 of peaks + 15 %)',
    'requests.memory 128Mi->230Mi (peak + 15 %)',
  ]);
  const { savings, reason } = only(situation);
  assert.is(savings.cpuCores, -0.195);
  assert.is(savings.memoryBytes, -306 * MIB);
  assert.ok(savings.monthly.amount < 0);
  assert.is(reason, 'web asks for less CPU and memory than it has used in 14d');
});

test('missing requests are set, and named as missing', () => {
  const situation = { object: { containers: [{ name: 'web' }] } };
  assert.equal(changes(situation), [
    'requests.cpu none->115m (p99 of peaks + 15 %)',
    'requests.memory none->230Mi (peak + 15 %)',
  ]);
  const { warnings, reason, requestedBefore, changes: all } = only(situation);
  assert.is(reason, 'web asks for no CPU and memory');
  assert.equal(requestedBefore, {});
  assert.match(all[0]!.evidence, /; no request is set$/);
  assert.ok(warnings.includes('the pods are BestEffort now and become Burstable: they are evicted later'));
});

test('a request that is missing beside a limit is held at the limit, and that is where the savings start', () => {
  const situation = {
    object: {
      containers: [
        { name: 'web', limits: { cpu: '500m', memory: '1Gi' } },
        { name: 'log', requests: { cpu: '10m' } },
      ],
    },
  };
  assert.equal(changes(situation), [
    'requests.cpu none->115m (p99 of peaks + 15 %)',
    'requests.memory none->230Mi (peak + 15 %)',
    'limits.memory 1Gi->230Mi (limit kept at its ratio)',
  ]);
  const { savings, changes: all } = only(situation);
  assert.is(savings.cpuCores, 1.155);
  assert.match(all[0]!.evidence, /; no request is set, and it holds 500m by its limit$/);
});

test('the memory limit keeps its ratio to the request; a CPU limit is neither moved nor added', () => {
  // 2 Gi ÷ 1 Gi = 2; 230 × 2 = 460
  assert.equal(changes({ object: web({ cpu: '500m', memory: '1Gi' }, { cpu: '2', memory: '2Gi' }) }), [
    'requests.cpu 500m->115m (p99 of peaks + 15 %)',
    'requests.memory 1Gi->230Mi (peak + 15 %)',
    'limits.memory 2Gi->460Mi (limit kept at its ratio)',
  ]);
});

test('a CPU request stays within the CPU limit', () => {
  assert.equal(
    changes({
      object: web({ cpu: '100m', memory: '230Mi' }, { cpu: '300m' }),
      usages: [usageOf('web', { cpuP99Cores: 0.29, cpuPeakCores: 0.3 })],
    }),
    ['requests.cpu 100m->300m (CPU limit)'],
  );
});

test('memory is never below an OOM kill: 20 % or 100 MiB more, whichever is more', () => {
  const killedAt = (limit: string): Situation => {
    const object = web({ cpu: '115m', memory: limit }, { memory: limit });
    const { containers } = workloadOf(objectOf(object));
    const lastTermination = { reason: 'OOMKilled', at: NOW - 2 * HOUR * 1000, exitCode: 137 };
    const pod = podOf('web-1', containers, { states: [{ name: 'web', ready: true, restarts: 1, lastTermination }] });
    return { object, workload: { pods: [podOf('web-0', containers), pod, podOf('web-2', containers)] } };
  };
  // 256 × 1.2 = 307.2 < 256 + 100
  assert.equal(changes(killedAt('256Mi')), [
    'requests.memory 256Mi->356Mi (OOM kill + 100 MiB)',
    'limits.memory 256Mi->356Mi (limit kept at its ratio)',
  ]);
  // 1024 × 1.2 = 1228.8
  assert.equal(changes(killedAt('1Gi')), [
    'requests.memory 1Gi->1229Mi (OOM kill + 20 %)',
    'limits.memory 1Gi->1229Mi (limit kept at its ratio)',
  ]);
  const { reason, changes: all } = only(killedAt('256Mi'));
  assert.is(reason, 'web was OOM-killed and needs 356Mi');
  assert.is(all[0]!.evidence, 'OOM-killed 120m ago at its limit of 256Mi (status of pod web-1)');
});

test('an OOM kill is evidence by itself, without any history', () => {
  const object = web({ cpu: '100m', memory: '64Mi' });
  const { containers } = workloadOf(objectOf(object));
  const kill = (at: number) =>
    podOf('web-0', containers, {
      states: [{ name: 'web', ready: false, restarts: 3, lastTermination: { reason: 'OOMKilled', at, exitCode: 137 } }],
    });
  assert.equal(changes({ object, usages: [], workload: { pods: [kill(NOW - 1000)] } }), [
    'requests.memory 64Mi->164Mi (OOM kill + 100 MiB)',
  ]);
  assert.equal(
    plan({ object, usages: [], workload: { pods: [kill(NOW - 31 * DAY * 1000)] } }).recommendations,
    [],
    'a month ago is over',
  );
});

test('changes below a tenth, and those that free next to nothing, are not worth a restart', () => {
  const sized = (cpu: string, memory: string, replicas: number): Situation => ({ object: { ...web({ cpu, memory }), replicas } });
  assert.equal(plan(sized('127m', '255Mi', 100)).recommendations, [], '9.4 % and 9.8 %');
  assert.equal(changes(sized('128m', '230Mi', 100)), ['requests.cpu 128m->115m (p99 of peaks + 15 %)'], '10.2 %');
  assert.equal(plan(sized('139m', '230Mi', 1)).recommendations, [], '24m');
  assert.equal(changes(sized('140m', '230Mi', 1)), ['requests.cpu 140m->115m (p99 of peaks + 15 %)'], '25m');
  assert.equal(plan(sized('115m', '293Mi', 1)).recommendations, [], '63 MiB');
  assert.equal(changes(sized('115m', '294Mi', 1)), ['requests.memory 294Mi->230Mi (peak + 15 %)'], '64 MiB');
  assert.equal(
    changes(sized('100m', '230Mi', 1)),
    ['requests.cpu 100m->115m (p99 of peaks + 15 %)'],
    'a need is met however small',
  );
  assert.equal(plan(sized('115m', '230Mi', 3)).declined, [], 'what holds what it needs is not declined');
});

test('Guaranteed stays Guaranteed: limits move with requests, and CPU is sized by its highest peak', () => {
  const object = web({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' });
  assert.equal(changes({ object }), [
    'requests.cpu 1->230m (peak + 15 %)',
    'limits.cpu 1->230m (limit equals request)',
    'requests.memory 1Gi->230Mi (peak + 15 %)',
    'limits.memory 1Gi->230Mi (limit equals request)',
  ]);
  const { warnings } = only({ object });
  assert.ok(warnings.includes('Guaranteed: limits move with the requests, so that the class stays'));
  assert.ok(warnings.some((warning) => warning.startsWith('web may have whole cores of its own')));
});

test('in a Guaranteed pod whose requests are not written the limits alone are', () => {
  assert.equal(changes({ object: { containers: [{ name: 'web', limits: { cpu: '500m', memory: '1Gi' } }] } }), [
    'limits.cpu 500m->230m (peak + 15 %)',
    'limits.memory 1Gi->230Mi (peak + 15 %)',
  ]);
});

test('a pod that a LimitRange makes Guaranteed is left', () => {
  const range = limitRange({
    default: { cpuCores: 1, memoryBytes: 1024 * MIB },
    defaultRequest: { cpuCores: 1, memoryBytes: 1024 * MIB },
  });
  assert.equal(declined({ object: { containers: [{ name: 'web' }] }, input: { limitRanges: [range] } }), [
    'the pod is Guaranteed by the defaults of a LimitRange; write its limits into the workload first',
  ]);
});

test('the bounds of a LimitRange are kept, and named', () => {
  const within = (parts: Parameters<typeof limitRange>[0], object?: ObjectParts): Situation => ({
    ...(object && { object }),
    input: { limitRanges: [limitRange(parts), limitRange({ namespace: 'elsewhere', min: { cpuCores: 9 } })] },
  });
  const minimum = within({ min: { cpuCores: 0.2, memoryBytes: 300 * MIB } });
  assert.equal(changes(minimum), [
    'requests.cpu 500m->200m (LimitRange minimum)',
    'requests.memory 1Gi->300Mi (LimitRange minimum)',
  ]);
  assert.match(only(minimum).changes[0]!.evidence, /; LimitRange bounds asks for at least 200m$/);
  // The limit of 1 core may be 5 times the request at most.
  assert.equal(changes(within({ maxLimitRequestRatio: { cpuCores: 5 } }, web({ cpu: '500m', memory: '230Mi' }, { cpu: '1' }))), [
    'requests.cpu 500m->200m (LimitRange ratio)',
  ]);
  assert.equal(
    changes({
      ...within({ max: { cpuCores: 0.3 } }, web({ cpu: '100m', memory: '230Mi' })),
      usages: [usageOf('web', { cpuP99Cores: 0.5 })],
    }),
    ['requests.cpu 100m->300m (LimitRange maximum)'],
  );
  assert.match(
    declined(within({ max: { memoryBytes: 200 * MIB } }, web({ cpu: '115m', memory: '128Mi' })))[0]!,
    /^web memory: it needs 230Mi of memory .*, and LimitRange bounds allows at most 200Mi$/,
  );
});

test('a memory limit that follows keeps within a LimitRange too', () => {
  const object = web({ cpu: '115m', memory: '100Mi' }, { memory: '300Mi' });
  const at = (parts: Parameters<typeof limitRange>[0]): readonly string[] =>
    changes({ object, input: { limitRanges: [limitRange(parts)] } });
  // 3 × 230 = 690
  assert.equal(at({ max: { memoryBytes: 512 * MIB } }), [
    'requests.memory 100Mi->230Mi (peak + 15 %)',
    'limits.memory 300Mi->512Mi (LimitRange maximum)',
  ]);
  assert.equal(at({ maxLimitRequestRatio: { memoryBytes: 3 } }), [
    'requests.memory 100Mi->230Mi (peak + 15 %)',
    'limits.memory 300Mi->690Mi (limit kept at its ratio)',
  ]);
});

test('a ratio that a LimitRange bounds is not exceeded by rounding', () => {
  // 150 ÷ 100 = 1.5, and 1.5 × 231 = 346.5
  const object = web({ cpu: '115m', memory: '100Mi' }, { memory: '150Mi' });
  const usages = [usageOf('web', { memoryPeakBytes: 200.5 * MIB })];
  const limitRanges = [limitRange({ maxLimitRequestRatio: { memoryBytes: 1.5 } })];
  assert.is(changes({ object, usages })[1], 'limits.memory 150Mi->347Mi (limit kept at its ratio)');
  assert.is(changes({ object, usages, input: { limitRanges } })[1], 'limits.memory 150Mi->346Mi (limit kept at its ratio)');
});

test('a request is not raised above a limit that a LimitRange gives by default', () => {
  const limitRanges = [limitRange({ default: { cpuCores: 0.2, memoryBytes: 200 * MIB }, defaultRequest: { cpuCores: 0.05 } })];
  const situation: Situation = {
    object: { containers: [{ name: 'web', requests: { cpu: '50m', memory: '128Mi' } }] },
    usages: [usageOf('web', { cpuP99Cores: 0.5 })],
    input: { limitRanges },
  };
  assert.equal(changes(situation), ['requests.cpu 50m->200m (CPU limit)']);
  assert.match(declined(situation)[0]!, /and its memory limit, a LimitRange default, is 200Mi$/);
});

test('what a LimitRange gives by default counts as held', () => {
  const limitRanges = [limitRange({ defaultRequest: { cpuCores: 0.5, memoryBytes: 230 * MIB } })];
  const situation: Situation = { object: { containers: [{ name: 'web' }] }, input: { limitRanges } };
  assert.equal(changes(situation), ['requests.cpu none->115m (p99 of peaks + 15 %)']);
  assert.is(only(situation).savings.cpuCores, 1.155);
});

test('the resource an autoscaler targets as a share of the request is left; absolute targets do not mind', () => {
  const on = (target: 'Utilization' | 'AverageValue' | 'Unknown', more: Partial<Autoscaler> = {}): Situation => ({
    workload: { autoscalers: [scalerOf({ metrics: [{ name: 'cpu', target }], ...more })] },
  });
  assert.equal(changes(on('Utilization')), ['requests.memory 1Gi->230Mi (peak + 15 %)']);
  assert.equal(declined(on('Utilization')), [
    'cpu: HorizontalPodAutoscaler web scales on CPU use as a share of the request: another request would move its target',
  ]);
  // 60 % of 500m are 300m, and so are 261 % of 115m.
  const at60 = { workload: { autoscalers: [scalerOf({ metrics: [{ name: 'cpu', target: 'Utilization', percent: 60 }] })] } };
  assert.match(declined(at60)[0]!, /would move its target; with 115m instead of 500m it scales as now at 261 % instead of 60 %$/);
  assert.is(changes(on('AverageValue')).length, 2);
  assert.equal(changes(on('Unknown', { kind: 'ScaledObject' })), ['requests.memory 1Gi->230Mi (peak + 15 %)']);
});

test('a workload with a VerticalPodAutoscaler is left to it', () => {
  assert.equal(declined({ workload: { autoscalers: [scalerOf({ kind: 'VerticalPodAutoscaler' })] } }), [
    'VerticalPodAutoscaler web sets its requests',
  ]);
});

test('memory of a container that keeps a heap is not lowered, whatever tells of the heap', () => {
  for (const [more, told] of [
    [{ args: ['java', '-Xmx512m', '-jar', 'app.jar'] }, 'argument -Xmx512m'],
    [{ command: ['java', '-jar', 'app.jar'] }, 'command java'],
    [
      { env: [{ name: 'JAVA_OPTS', value: '-Dsecret=hunter2 -XX:MaxRAMPercentage=75' }] },
      '-XX:MaxRAMPercentage=75 in variable JAVA_OPTS',
    ],
    [{ env: [{ name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } }] }, 'variable GOMEMLIMIT'],
    [{ env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=400' }] }, '--max-old-space-size=400 in variable NODE_OPTIONS'],
    [{ image: 'docker.io/library/eclipse-temurin:21-jre@sha256:abc' }, 'image eclipse-temurin'],
  ] as const) {
    const situation: Situation = { object: web({ cpu: '500m', memory: '1Gi' }, undefined, { more }) };
    assert.equal(changes(situation), ['requests.cpu 500m->115m (p99 of peaks + 15 %)'], told);
    assert.equal(declined(situation), [
      `web memory: it keeps a heap of its own (${told}), so that its memory shows the heap's size and not what is needed; lower the heap first`,
    ]);
  }
  const plain = { more: { env: [{ name: 'NODE_OPTIONS', value: '--enable-source-maps' }], args: ['serve'] } };
  assert.is(changes({ object: web({ cpu: '500m', memory: '1Gi' }, undefined, plain) }).length, 2);
});

test('memory of such a container may grow, with a word about the heap', () => {
  const object = web({ cpu: '115m', memory: '128Mi' }, undefined, { more: { args: ['-Xmx512m'] } });
  assert.equal(changes({ object }), ['requests.memory 128Mi->230Mi (peak + 15 %)']);
  assert.ok(
    only({ object }).warnings.includes('web keeps a heap of its own (argument -Xmx512m): check its size against the new memory'),
  );
});

test('too little history, or samples too sparse to show peaks, change nothing and are named', () => {
  const after = (hours: number, more: Partial<ContainerUsage> = {}): Situation => ({
    usages: [usageOf('web', { fromMs: NOW - hours * HOUR * 1000, samples: hours * 120, ...more })],
  });
  assert.equal(declined(after(31)), ['not enough history: 31 h of 72 h (prometheus)']);
  assert.is(changes(after(72)).length, 2);
  // The own history counts the rows of all three pods: 3 × 95 a day.
  assert.equal(declined(after(96, { source: 'history', samples: 4 * 3 * 95 })), [
    'samples too sparse: 95 a day over 4d, and 96 are needed to see the peaks (history)',
  ]);
  assert.is(changes(after(96, { source: 'history', samples: 4 * 3 * 96 })).length, 2);
  assert.equal(declined({ usages: [] }), ['no history of its use']);
  assert.equal(declined({ usages: [{ ...usageOf('web'), memoryPeakBytes: Number.NaN }] }), [
    'web memory: no history of its memory use',
  ]);
});

test('of several sources the longest gives the percentile, and the highest the peak', () => {
  const short = usageOf('web', {
    source: 'history',
    fromMs: NOW - 4 * DAY * 1000,
    samples: 3 * 4 * 1440,
    cpuP99Cores: 0.4,
    memoryPeakBytes: 300 * MIB,
  });
  assert.equal(changes({ usages: [short, usageOf('web')] }), [
    'requests.cpu 500m->115m (p99 of peaks + 15 %)',
    'requests.memory 1Gi->345Mi (peak + 15 %)',
  ]);
});

test('sidecars are sized in their own places, and init containers left', () => {
  const object: ObjectParts = {
    containers: [
      { name: 'web', requests: { cpu: '115m', memory: '230Mi' } },
      { name: 'log', requests: { cpu: '500m', memory: '230Mi' } },
    ],
    init: [
      { name: 'migrate', requests: { cpu: '1', memory: '1Gi' } },
      { name: 'proxy', requests: { cpu: '500m', memory: '230Mi' }, more: { restartPolicy: 'Always' } },
    ],
  };
  const situation: Situation = { object, usages: ['web', 'log', 'migrate', 'proxy'].map((name) => usageOf(name)) };
  assert.equal(changes(situation), [
    'log requests.cpu 500m->115m (p99 of peaks + 15 %)',
    'proxy requests.cpu 500m->115m (p99 of peaks + 15 %)',
  ]);
  const { patch, savings, warnings } = only(situation);
  assert.equal(
    patch.filter(({ op }) => op === 'replace').map(({ path }) => path),
    ['/spec/template/spec/containers/1/resources/requests/cpu', '/spec/template/spec/initContainers/1/resources/requests/cpu'],
  );
  // Before 1115m together; after 345m, but migrate asks for 1 core before the proxy starts: 115m × 3 are free.
  assert.is(savings.cpuCores, 0.345);
  assert.ok(
    warnings.includes('init container migrate asks for more CPU than the others together, so that the pod goes on holding that'),
  );
});

test('a container that a webhook puts into the pods cannot be patched', () => {
  const object = web({ cpu: '115m', memory: '230Mi' });
  const { containers } = workloadOf(objectOf(object));
  const injected = { ...containers[0]!, name: 'istio-proxy', requests: { cpuCores: 0.5, memoryBytes: 230 * MIB } };
  const pods = [podOf('web-0', [...containers, injected])];
  const situation: Situation = {
    object,
    workload: { pods, desiredReplicas: 1 },
    usages: [usageOf('web'), usageOf('istio-proxy')],
  };
  assert.match(declined(situation)[0]!, /^istio-proxy: it is not in the template but put into the pods/);
  assert.equal(plan(situation).recommendations, []);
});

test('what cannot be patched, or runs the cluster, is declined with the reason', () => {
  const cases: readonly [Situation, RegExp][] = [
    [{ object: { kind: 'Job', apiVersion: 'batch/v1' } }, /^the template of a Job cannot be changed/],
    [
      { workload: { ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u' } } },
      /^a pod of its own has no template/,
    ],
    [{ object: { namespace: 'kube-system' } }, /^namespace kube-system keeps the cluster itself running/],
    [{ object: { podSpec: { priorityClassName: 'system-node-critical' } } }, /^priority class system-node-critical/],
    [
      { object: { replicas: 0, containers: [{ name: 'web' }] }, workload: { pods: [podOf('web-0', [])] } },
      /^it is at zero replicas/,
    ],
    [
      {
        object: { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus' },
        workload: { containersPath: undefined as never },
      },
      /^no pod template of Prometheus web was seen/,
    ],
    [
      { workload: { containersPath: undefined as never } },
      /^Deployment web itself could not be read; grant the right to list deployments$/,
    ],
  ];
  for (const [situation, reason] of cases) {
    assert.equal(plan(situation).recommendations, [], String(reason));
    assert.is(declined(situation).length, 1, JSON.stringify(declined(situation)));
    assert.match(declined(situation)[0]!, reason);
  }
  const done = {
    object: { kind: 'Job', apiVersion: 'batch/v1' },
    workload: { pods: [podOf('job-0', [], { phase: 'Succeeded' as const })] },
  };
  assert.equal(plan(done).declined, [], 'a Job that is done is not worth a word');
});

test('what GitOps, Helm or an operator keeps is not patched: the values to set there are told and emitted', () => {
  for (const [tool, where] of [
    ['argocd', /^Argo CD keeps it \(application web, told by mark\) .* in the application's repository set /],
    ['flux', /^Flux keeps it .* in the repository that it applies set /],
    ['helm', /^Helm keeps it \(release web, .* in the release's values set /],
    ['operator', /^web keeps it /],
  ] as const) {
    const situation: Situation = { workload: { management: { tool, name: 'web', evidence: 'mark' } } };
    const { patch, undo, warnings, emitted } = only(situation);
    assert.equal([patch, undo], [[], []]);
    assert.match(warnings[0]!, where);
    assert.match(warnings[0]!, /set web requests\.cpu: 115m \(now 500m\), web requests\.memory: 230Mi \(now 1Gi\)$/);
    const resources = { requests: { cpu: '115m', memory: '230Mi' } };
    const whole =
      tool === 'helm' ? { resources } : { spec: { template: { spec: { containers: [{ name: 'web', resources }] } } } };
    const { apiVersion: _version, kind: _kind, metadata: _metadata, ...values } = parse(emitted!.text);
    assert.equal(values, whole);
  }
});

test('what grows must fit into what the quotas of its namespace leave', () => {
  const quota = (usedMib: number, more: Partial<ResourceQuota> = {}): { readonly resourceQuotas: readonly ResourceQuota[] } => ({
    resourceQuotas: [
      {
        namespace: 'shop',
        name: 'compute',
        requests: { hard: { memoryBytes: 1000 * MIB }, used: { memoryBytes: usedMib * MIB } },
        limits: { hard: {}, used: {} },
        ...more,
      },
    ],
  });
  // 128Mi → 230Mi for three replicas: 306 MiB more.
  const object = web({ cpu: '115m', memory: '128Mi' });
  assert.is(changes({ object, input: quota(694) }).length, 1);
  assert.equal(declined({ object, input: quota(695) }), [
    'it would hold 306Mi more of memory requests, and ResourceQuota compute leaves 305Mi in namespace shop; raise the quota first',
  ]);
  assert.is(changes({ object, input: quota(1000, { namespace: 'elsewhere' }) }).length, 1);
  const unknown = { requests: { hard: { memoryBytes: MIB }, used: {} } };
  assert.is(changes({ object, input: quota(0, unknown) }).length, 1, 'what is used is not known yet');
  assert.is(changes({ input: quota(1000) }).length, 2, 'shrinking is never a matter of room');
  // Limits keep their ratio: 256Mi → 460Mi, 612 MiB more.
  const limited = web({ cpu: '115m', memory: '128Mi' }, { memory: '256Mi' });
  const none = { hard: {}, used: {} };
  const limits = { hard: { memoryBytes: 1000 * MIB }, used: { memoryBytes: 400 * MIB } };
  assert.match(declined({ object: limited, input: quota(0, { requests: none, limits }) })[0]!, 'more of memory limits');
});

test('a pod does not grow beyond the largest node', () => {
  const nodes = [{ name: 'n', labels: {}, ready: true, allocatable: { cpuCores: 4, memoryBytes: 200 * MIB } }];
  const object = web({ cpu: '115m', memory: '128Mi' });
  assert.equal(declined({ object, input: { nodes } }), [
    'its pods would need 115m CPU and 230Mi memory, and no node has as much',
  ]);
  assert.is(
    changes({ object, input: { nodes: [{ ...nodes[0]!, allocatable: { cpuCores: 4, memoryBytes: 230 * MIB } }] } }).length,
    1,
  );
  assert.is(changes({ input: { nodes } }).length, 2, 'shrinking is never a matter of room');
});

test('what stands by unused is not lowered to what it uses while it waits; one whose busiest replica is used may be', () => {
  const standby = (factors: IdleFinding['factors']): Situation => {
    const finding = idleOf(workloadOf(objectOf()), { verdict: 'active', standsBy: true, reason: 'spare of web-blue', factors });
    return { input: { findings: [finding] } };
  };
  const quiet = { factor: 'cpu', state: 'supports', evidence: 'x' } as const;
  assert.equal(plan(standby([quiet])).recommendations, []);
  assert.equal(declined(standby([quiet])), ['spare of web-blue; what it uses while it waits does not show what it will need']);
  assert.is(changes(standby([{ ...quiet, state: 'refutes' }])).length, 2);
  const starved = { ...standby([quiet]), object: web({ cpu: '50m', memory: '64Mi' }) };
  assert.is(changes(starved).length, 2, 'what it needs already it gets');
});

test('how the change reaches the pods is told', () => {
  const warned = (object: ObjectParts, workload: Partial<Workload> = {}): string =>
    only({ object, workload }).warnings.join('; ');
  assert.match(warned({}), 'its pods are replaced, a few at a time');
  assert.match(warned({ replicas: 1 }), 'one replica: it is replaced, and without a readiness probe requests may fail meanwhile');
  assert.match(warned({ spec: { strategy: { type: 'Recreate' } } }), 'all pods stop before new ones start');
  assert.match(warned({}, { mountsPersistentVolume: true }), 'wait for the volume');
  assert.match(warned({ kind: 'StatefulSet', replicas: 1 }), 'it is away while it restarts');
  assert.match(warned({ kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } }), 'OnDelete');
  assert.match(warned({ kind: 'DaemonSet' }), 'node by node');
  assert.match(warned({ kind: 'ReplicaSet' }), 'restarts none');
  assert.match(warned({ kind: 'CronJob', apiVersion: 'batch/v1' }), 'from the next run on');
  assert.match(warned({ kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1' }), 'custom kind');
  const impatient = web({ cpu: '500m', memory: '1Gi' }, undefined, {
    more: { livenessProbe: { httpGet: { path: '/', port: 80 } } },
  });
  assert.match(
    only({ object: impatient, usages: [usageOf('web', { cpuPeakCores: 0.4 })] }).warnings.join('; '),
    'web has at times taken 400m CPU; on a full node such a peak takes longer, and its liveness probe may not wait',
  );
});

test.run();
