/** Requests by the learned peak of the coming week, with the shipped weights: what it may not do, and what it says. */

import { loadSizingModel } from '../../lib/intelligence/sizing/model.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import { HOUR } from '../../lib/types/duration.ts';
import type { Plan, ValueChange } from '../../lib/types/plan.ts';
import { parseQuantity } from '../../lib/types/quantity.ts';
import { SIZING_RISKS, type SizingRisk } from '../../lib/types/sizing.ts';
import type { ContainerUsage } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { inputOf, MIB, NOW, type ObjectParts, objectOf, podOf, usageOf, workloadOf } from './look.ts';

const test = suite('right-sizing by the learned peak');

const model = await loadSizingModel();
const HOURS = 720;
const HOUR_MS = HOUR * 1000;

interface Hours {
  readonly cpu?: (hour: number) => number;
  readonly memory?: (hour: number) => number;
}

/** 30 days in Prometheus; the figures of a month are those of its hours. */
function measured(container: string, { cpu = () => 0.1, memory = () => 200 * MIB }: Hours, more: Partial<ContainerUsage> = {}) {
  const of = (value: (hour: number) => number): Float64Array => Float64Array.from({ length: HOURS }, (_, hour) => value(hour));
  const highest = (values: Float64Array): number => Math.max(...values.filter((value) => !Number.isNaN(value)));
  const [cpuPeakCores, memoryPeakBytes] = [of(cpu), of(memory)];
  return usageOf(container, {
    fromMs: NOW - HOURS * HOUR_MS,
    samples: 30 * 2880,
    cpuPeakCores: highest(cpuPeakCores),
    memoryPeakBytes: highest(memoryPeakBytes),
    hours: {
      grid: { startMs: NOW - HOURS * HOUR_MS, slotSeconds: HOUR, slots: HOURS },
      cpuPeakCores,
      cpuMeanCores: cpuPeakCores.map((value) => value * 0.9),
      memoryPeakBytes,
      memoryMeanBytes: memoryPeakBytes.map((value) => value * 0.97),
    },
    ...more,
  });
}

interface Situation {
  readonly object?: ObjectParts;
  readonly workload?: Partial<Workload>;
  readonly usages?: readonly ContainerUsage[];
  readonly risk?: SizingRisk;
}

function plan({ object, workload, usages = [measured('web', {})], risk = 'medium' }: Situation = {}): Plan {
  return makePlan(inputOf([workloadOf(objectOf(object), workload)], [usages], { peaks: { model, risk } }));
}

function change(situation: Situation, field: string, container = 'web'): ValueChange | undefined {
  return plan(situation)
    .recommendations.flatMap(({ changes }) => changes)
    .find((each) => each.field === field && each.container === container);
}

const mebibytes = ({ to }: ValueChange): number => (parseQuantity(to) ?? Number.NaN) / MIB;
const cores = ({ to }: ValueChange): number => parseQuantity(to) ?? Number.NaN;

test('each number names its rule, its history, and how a size so chosen would have done in earlier weeks', () => {
  const memory = change({}, 'requests.memory')!;
  assert.is(memory.rule, 'peak quantile 95 % of weeks');
  assert.is(
    memory.evidence,
    'peak of 95 % of coming weeks, by 30d of hourly peaks, highest 200Mi (prometheus); a size so chosen would have been exceeded in 0 of 3 earlier weeks (0 of 504 hours it was not made from)',
  );
  assert.is(change({}, 'requests.cpu')!.rule, 'peak quantile 95 % of weeks');
});

test('less risk asks for more', () => {
  for (const field of ['requests.cpu', 'requests.memory']) {
    const sizes = SIZING_RISKS.map((risk) => parseQuantity(change({ risk }, field)!.to)!);
    assert.equal(
      sizes.toSorted((a, b) => b - a),
      sizes,
    );
    assert.is(new Set(sizes).size, 3, field);
  }
});

/** A peak of 3000 MiB three weeks ago, and 200 MiB since. */
const OLD_PEAK = { memory: (hour: number) => (hour === 200 ? 3000 : 200) * MIB };

test('a limit that follows its request never comes below the highest peak; a request without a limit may', () => {
  const usages = [measured('web', OLD_PEAK)];
  const requests = { cpu: '500m', memory: '4Gi' };
  const free = change({ object: { containers: [{ name: 'web', requests }] }, usages }, 'requests.memory')!;
  assert.is(free.rule, 'peak quantile 95 % of weeks');
  assert.ok(mebibytes(free) < 1500, free.to);
  const object = { containers: [{ name: 'web', requests, limits: { memory: '8Gi' } }] };
  const request = change({ object, usages }, 'requests.memory')!;
  assert.is(request.to, '1500Mi');
  assert.is(change({ object, usages }, 'limits.memory')!.to, '3000Mi');
  assert.is(request.rule, 'highest memory peak');
  assert.match(request.evidence, /its limit, which follows, stays at its highest peak of 3000Mi$/);
});

test('an OOM kill counts for more than what was measured', () => {
  const object = { containers: [{ name: 'web', requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } }] };
  const killed = podOf('web-0', workloadOf(objectOf(object)).containers, {
    states: [
      { name: 'web', ready: true, restarts: 1, lastTermination: { reason: 'OOMKilled', at: NOW - 2 * HOUR_MS, exitCode: 137 } },
    ],
  });
  const memory = change({ object, workload: { pods: [killed] } }, 'requests.memory')!;
  assert.match(memory.rule, /^OOM kill/);
  assert.ok(mebibytes(memory) > 1024);
});

test('CPU that a start took is kept apart from steady use, and told', () => {
  const startedAt = NOW - 30 * HOUR_MS;
  const started = podOf('web-0', workloadOf(objectOf()).containers, {
    states: [{ name: 'web', ready: true, restarts: 0, startedAt }],
  });
  const usages = [measured('web', { cpu: (hour) => (hour === HOURS - 30 ? 2 : 0.1) })];
  const apart = change({ usages, workload: { pods: [started] } }, 'requests.cpu')!;
  assert.match(apart.evidence, /highest 100m \(prometheus\).*it has taken 2000m while it started, which is kept apart$/);
  assert.is(
    apart.to,
    change({ usages: [measured('web', { cpu: (hour) => (hour === HOURS - 30 ? Number.NaN : 0.1) })] }, 'requests.cpu')!.to,
  );
});

test('samples that have become fewer never lower a request', () => {
  const fewer = [measured('web', { memory: (hour) => (hour > HOURS - 60 && hour % 6 > 0 ? Number.NaN : 200 * MIB) })];
  const { recommendations, declined } = plan({ usages: fewer });
  assert.equal(
    recommendations.flatMap(({ changes }) => changes).map(({ field }) => field),
    ['requests.cpu'],
  );
  assert.match(
    declined[0]!.reason,
    /^its samples have become fewer: of the last 72 hours \d+ are known, before that 100 % of all$/,
  );
  const seldom = [measured('web', { memory: (hour) => (hour % 6 > 0 ? Number.NaN : 200 * MIB) })];
  assert.ok(change({ usages: seldom }, 'requests.memory'), 'a job that runs seldom is sized');
});

test('CPU that its limit held back is not lowered, whatever it used', () => {
  const [held, free] = [0.12, 0.01].map((cpuThrottled) => plan({ usages: [measured('web', {}, { cpuThrottled })] }));
  assert.equal(
    held!.recommendations.flatMap(({ changes }) => changes).map(({ field }) => field),
    ['requests.memory'],
  );
  assert.is(
    held!.declined[0]!.reason,
    'its CPU limit held it back in 12 % of its periods (prometheus), so that its use does not show what it needs; raise the limit first',
  );
  assert.is(free!.recommendations[0]!.changes.length, 2);
});

test('a request that nothing has exceeded is not raised because the coming week might', () => {
  const object = { containers: [{ name: 'web', requests: { cpu: '101m', memory: '201Mi' } }] };
  assert.equal(plan({ object, risk: 'low' }).recommendations, []);
});

test('memory that exceeded its request is raised by the quantile, CPU to what was seen', () => {
  const object = { containers: [{ name: 'web', requests: { cpu: '50m', memory: '100Mi' } }] };
  const situation = { object, risk: 'low' as const };
  assert.is(change(situation, 'requests.memory')!.rule, 'peak quantile 98 % of weeks');
  assert.ok(mebibytes(change(situation, 'requests.memory')!) > 200);
  const cpu = change(situation, 'requests.cpu')!;
  assert.is(cpu.to, '100m');
  assert.is(cpu.rule, 'highest CPU peak');
});

test('a Guaranteed container keeps the CPU it has taken at most, as its request is its limit', () => {
  const held = { cpu: '2', memory: '1Gi' };
  const object = { containers: [{ name: 'web', requests: held, limits: held }] };
  const usages = [measured('web', { cpu: (hour) => (hour === 100 ? 1 : 0.1) })];
  const cpu = change({ object, usages }, 'requests.cpu')!;
  assert.is(cpu.rule, 'highest CPU peak');
  assert.is(cores(cpu), 1);
  assert.ok(cores(change({ usages }, 'requests.cpu') ?? cpu) < 1);
});

test('a sidecar is sized by its own hours, and a heap is not lowered', () => {
  const containers = [
    { name: 'web', requests: { cpu: '500m', memory: '2Gi' }, more: { env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmx1g' }] } },
    { name: 'istio-proxy', requests: { cpu: '100m', memory: '128Mi' } },
  ];
  const usages = [measured('web', {}), measured('istio-proxy', { cpu: () => 0.2, memory: () => 40 * MIB })];
  const situation = { object: { containers }, usages };
  assert.is(change(situation, 'requests.memory'), undefined);
  assert.match(plan(situation).declined[0]!.reason, /^it keeps a heap of its own/);
  assert.is(change(situation, 'requests.cpu', 'istio-proxy')!.to, '200m');
});

test('a history of hours that is too short is not enough, whatever the risk', () => {
  const usages = [
    measured('web', { cpu: () => Number.NaN, memory: () => Number.NaN }, { fromMs: NOW - 20 * HOUR_MS, samples: 2400 }),
  ];
  assert.equal(plan({ usages }).recommendations, []);
});

test('where hours are not known, peaks are given their margin', () => {
  assert.is(change({ usages: [usageOf('web')] }, 'requests.memory')!.rule, 'peak + 15 %');
});

test.run();
