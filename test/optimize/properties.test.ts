/** What holds for every plan, on clusters made of seeded chance: the patch fits its object, can be taken back, and keeps all bounds. */

import { controller } from '../../lib/collect/objects/controllers.ts';
import { applyJsonPatch, equal, type Json } from '../../lib/kube/simulated/json-patch.ts';
import { between, pick, uniform } from '../../lib/kube/simulated/random.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import { boundsOf, heldBy } from '../../lib/optimize/rightsize/bounds.ts';
import { isGuaranteed } from '../../lib/optimize/rightsize/quality.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../../lib/optimize/settings.ts';
import { HOUR } from '../../lib/types/duration.ts';
import type { JsonPatchOperation, Recommendation } from '../../lib/types/plan.ts';
import type { ContainerUsage } from '../../lib/types/usage.ts';
import type { ContainerLimitRange, ContainerSpec, Resources, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { type ContainerParts, idleOf, inputOf, limitRange, MIB, NOW, objectOf, podOf, usageOf, workloadOf } from './look.ts';

const test = suite('every plan');

const SEEDS = 600;

interface Chance {
  readonly seed: number;
  readonly object: Json;
  readonly workload: Workload;
  readonly usages: readonly ContainerUsage[];
  readonly limitRanges: readonly ContainerLimitRange[];
  readonly killed: ReadonlyMap<string, number>;
}

/** The same quantity can be written in many ways; a patch must test the way it is written. */
const CPU = ['5m', '50m', '0.1', '250m', '0.5', '500m', '1', '1.5', '2000m', '4'];
const MEMORY = ['16Mi', '64Mi', '134217728', '256Mi', '300M', '0.5Gi', '1Gi', '1024Mi', '2Gi', '8Gi'];

function chance(seed: number): Chance {
  const containers = Array.from({ length: pick([1, 1, 2, 3], seed, 'count') }, (_, at) => containerParts(`app-${at}`, seed));
  const sidecar = { ...containerParts('sidecar', seed), more: { restartPolicy: 'Always' } };
  const init = uniform(seed, 'init') < 0.3 ? [containerParts('migrate', seed), sidecar] : undefined;
  const kind = pick(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'], seed, 'kind');
  const object = objectOf({
    kind,
    apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    replicas: pick([1, 2, 5, 30], seed, 'replicas'),
    containers,
    ...(init && { init }),
  });
  const template = workloadOf(object);
  const killed = new Map<string, number>();
  const pods = template.pods.map((pod, at) => {
    const states = at > 0 ? [] : template.containers.flatMap((container) => killOf(container, seed, killed));
    return podOf(pod.name, template.containers, { states });
  });
  return {
    seed,
    object,
    workload: { ...template, pods },
    usages: template.containers.map(({ name }) => usage(name, seed)),
    limitRanges: uniform(seed, 'bounded') < 0.5 ? [bounds(seed)] : [],
    killed,
  };
}

/** Valid as the API server demands: no request above its limit. */
function containerParts(name: string, seed: number): ContainerParts {
  const style = pick(['requests', 'both', 'limits', 'equal', 'none', 'partly'], seed, name, 'style');
  const at = Math.floor(between(0, CPU.length - 2, seed, name, 'at'));
  const requests = { cpu: CPU[at]!, memory: MEMORY[at]! };
  const limits = { cpu: CPU[at + 2] ?? '8', memory: MEMORY[at + 2] ?? '16Gi' };
  switch (style) {
    case 'requests':
      return { name, requests };
    case 'both':
      return { name, requests, limits };
    case 'limits':
      return { name, limits };
    case 'equal':
      return { name, requests, limits: requests };
    case 'partly':
      return { name, requests: { cpu: requests.cpu }, limits: { memory: limits.memory } };
    default:
      return { name };
  }
}

function killOf(container: ContainerSpec, seed: number, killed: Map<string, number>): Workload['pods'][number]['states'] {
  const limit = container.limits.memoryBytes;
  if (limit === undefined || container.role === 'init' || uniform(seed, container.name, 'killed') > 0.25) return [];
  killed.set(container.name, limit);
  const lastTermination = { reason: 'OOMKilled', at: NOW - HOUR * 1000, exitCode: 137 };
  return [{ name: container.name, ready: true, restarts: 1, lastTermination }];
}

function usage(name: string, seed: number): ContainerUsage {
  const cpuP99Cores = 10 ** between(-4, 0.7, seed, name, 'cpu');
  return usageOf(name, {
    cpuP99Cores,
    cpuPeakCores: cpuP99Cores * between(1, 4, seed, name, 'peak'),
    memoryPeakBytes: MIB * 10 ** between(0.3, 4, seed, name, 'memory'),
  });
}

function bounds(seed: number): ContainerLimitRange {
  const has = (what: string): boolean => uniform(seed, 'range', what) < 0.5;
  return limitRange({
    ...(has('min') && { min: { cpuCores: 0.04, memoryBytes: 48 * MIB } }),
    ...(has('max') && { max: { cpuCores: 6, memoryBytes: 20_000 * MIB } }),
    ...(has('ratio') && { maxLimitRequestRatio: { cpuCores: 40, memoryBytes: 40 } }),
    ...(has('default') && {
      default: { cpuCores: 5, memoryBytes: 10_000 * MIB },
      defaultRequest: { cpuCores: 0.2, memoryBytes: 256 * MIB },
    }),
  });
}

function recommended(subject: Chance): Recommendation | undefined {
  const { workload, usages, limitRanges } = subject;
  return makePlan(inputOf([workload], [usages], { limitRanges })).recommendations[0];
}

/** All chances with what is recommended for them. */
const SITUATIONS = Array.from({ length: SEEDS }, (_, seed) => chance(seed)).flatMap((subject) => {
  const recommendation = recommended(subject);
  return recommendation ? [{ ...subject, recommendation, after: applyJsonPatch(subject.object, recommendation.patch) }] : [];
});

/** Containers of an object as they are read from it. */
function containersOf(object: Json): readonly ContainerSpec[] {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  return controller(apiVersion, kind, object).containers;
}

function eachContainer(
  check: (before: ContainerSpec, after: ContainerSpec, subject: (typeof SITUATIONS)[number], which: string) => void,
): void {
  for (const subject of SITUATIONS) {
    const after = containersOf(subject.after);
    subject.workload.containers.forEach((container, at) => {
      check(container, after[at]!, subject, `seed ${subject.seed}, ${container.name}`);
    });
  }
}

test('is about something: most of these clusters have something to change', () => {
  assert.ok(SITUATIONS.length > SEEDS / 2, String(SITUATIONS.length));
  assert.ok(SITUATIONS.some(({ killed }) => killed.size > 0));
  const operations = new Set(SITUATIONS.flatMap(({ recommendation }) => recommendation.patch.map(({ op }) => op)));
  assert.equal([...operations].sort(), ['add', 'replace', 'test']);
});

test('can be taken back: patch and undo give the object as it was', () => {
  for (const { object, after, recommendation, seed } of SITUATIONS) {
    assert.not(equal(after, object), `seed ${seed} changes nothing`);
    assert.ok(equal(applyJsonPatch(after, recommendation.undo), object), `seed ${seed}`);
  }
});

test('tests what it replaces, and the object that it adds to', () => {
  const isPresumed = (operation: JsonPatchOperation, earlier: readonly JsonPatchOperation[]): boolean => {
    const parent = operation.path.slice(0, operation.path.lastIndexOf('/'));
    const wanted = operation.op === 'add' ? parent : operation.path;
    return earlier.some(({ op, path }) => op === 'test' && path === wanted);
  };
  for (const { recommendation, seed } of SITUATIONS) {
    for (const operations of [recommendation.patch, recommendation.undo]) {
      assert.equal(operations[0], { op: 'test', path: '/metadata/uid', value: 'uid-web' });
      operations.forEach((operation, at) => {
        if (operation.op !== 'test') assert.ok(isPresumed(operation, operations.slice(0, at)), `seed ${seed} ${operation.path}`);
      });
    }
  }
});

test('does not fit an object that has changed since', () => {
  for (const { after, recommendation, seed } of SITUATIONS) {
    assert.throws(() => applyJsonPatch(after, recommendation.patch), /testing value|there is nothing/, `seed ${seed}`);
  }
});

test('never goes below a floor, a LimitRange minimum or an OOM kill', () => {
  const { cpuFloorCores, memoryFloorBytes, oomFactor, oomBytes } = DEFAULT_OPTIMIZE_SETTINGS;
  eachContainer((before, after, { limitRanges, killed }, which) => {
    const bounds = boundsOf(limitRanges, 'shop');
    const [was, is] = [heldBy(before, bounds).requests, heldBy(after, bounds).requests];
    if (is.cpuCores !== was.cpuCores) {
      assert.ok(is.cpuCores! >= Math.min(cpuFloorCores, was.cpuCores ?? 1), which);
      assert.ok(is.cpuCores! >= (bounds.cpu.min?.value ?? 0), which);
    }
    if (is.memoryBytes !== was.memoryBytes) {
      assert.ok(is.memoryBytes! >= Math.min(memoryFloorBytes, was.memoryBytes ?? Number.POSITIVE_INFINITY), which);
      assert.ok(is.memoryBytes! >= (bounds.memory.min?.value ?? 0), which);
      const limit = killed.get(before.name);
      if (limit !== undefined) assert.ok(is.memoryBytes! >= Math.max(limit * oomFactor, limit + oomBytes), which);
    }
  });
});

test('never lowers memory below its highest peak, nor CPU below the percentile', () => {
  eachContainer((before, after, { usages }, which) => {
    const used = usages.find(({ container }) => container === before.name)!;
    const lower = (was: number | undefined, is: number | undefined): boolean => was !== undefined && is !== undefined && is < was;
    if (lower(before.requests.memoryBytes, after.requests.memoryBytes))
      assert.ok(after.requests.memoryBytes! >= used.memoryPeakBytes!, which);
    if (lower(before.limits.memoryBytes, after.limits.memoryBytes))
      assert.ok(after.limits.memoryBytes! >= used.memoryPeakBytes!, which);
    if (lower(before.requests.cpuCores, after.requests.cpuCores)) assert.ok(after.requests.cpuCores! >= used.cpuP99Cores!, which);
    if (lower(before.limits.cpuCores, after.limits.cpuCores)) assert.ok(after.limits.cpuCores! >= used.cpuPeakCores!, which);
  });
});

test('gives containers that admission takes: requests within limits, all within the LimitRange', () => {
  eachContainer((before, after, { limitRanges }, which) => {
    if (equalResources(before.requests, after.requests) && equalResources(before.limits, after.limits)) return;
    const { cpu, memory } = boundsOf(limitRanges, 'shop');
    const { requests, limits } = heldBy(after, { cpu, memory });
    for (const [request, limit, bound, changed] of [
      [requests.cpuCores, limits.cpuCores, cpu, before.requests.cpuCores !== after.requests.cpuCores],
      [requests.memoryBytes, limits.memoryBytes, memory, before.requests.memoryBytes !== after.requests.memoryBytes],
    ] as const) {
      if (!changed) continue;
      assert.ok((request ?? 0) <= (limit ?? Number.POSITIVE_INFINITY), which);
      assert.ok((request ?? 0) <= (bound.max?.value ?? Number.POSITIVE_INFINITY), which);
      if (request && limit && bound.ratio)
        assert.ok(limit / request <= bound.ratio.value * (1 + 1e-9), `${which}: ${limit / request}`);
    }
  });
});

test('adds no limit, moves no CPU limit but with a Guaranteed pod, and keeps that class', () => {
  for (const { workload, after, limitRanges, seed } of SITUATIONS) {
    const bounds = boundsOf(limitRanges, 'shop');
    const now = containersOf(after);
    const guaranteed = isGuaranteed(workload.containers.map((container) => heldBy(container, bounds)));
    if (guaranteed) assert.ok(isGuaranteed(now.map((container) => heldBy(container, bounds))), `seed ${seed}`);
    workload.containers.forEach((before, at) => {
      assert.equal(Object.keys(before.limits), Object.keys(now[at]!.limits), `seed ${seed}`);
      if (!guaranteed) assert.is(now[at]!.limits.cpuCores, before.limits.cpuCores, `seed ${seed}`);
    });
  }
});

test('is at rest: what was changed is not changed again on the same evidence', () => {
  for (const subject of SITUATIONS) {
    const { pods } = subject.workload;
    const workload = { ...workloadOf(subject.after), pods };
    const again = recommended({ ...subject, object: subject.after, workload });
    assert.is(again, undefined, `seed ${subject.seed}: ${JSON.stringify(again?.changes)}`);
  }
});

test('saves what the requests differ by, over all replicas', () => {
  for (const { workload, after, recommendation, limitRanges, seed } of SITUATIONS) {
    if (workload.containers.some(({ role }) => role !== 'app')) continue;
    const bounds = boundsOf(limitRanges, 'shop');
    const total = (containers: readonly ContainerSpec[]): number =>
      containers.reduce((sum, container) => sum + (heldBy(container, bounds).requests.cpuCores ?? 0), 0) *
      recommendation.replicas;
    const difference = total(workload.containers) - total(containersOf(after));
    assert.ok(Math.abs(recommendation.savings.cpuCores - difference) < 1e-5, `seed ${seed}`);
  }
});

test('that scales to zero can be taken back as well', () => {
  for (const replicas of [1, 3, 50]) {
    const object = objectOf({ replicas });
    const workload = workloadOf(object);
    const [scaled] = makePlan(inputOf([workload], [[]], { findings: [idleOf(workload)] })).recommendations;
    const after = applyJsonPatch(object, scaled!.patch) as { spec: { replicas: number } };
    assert.is(after.spec.replicas, 0);
    assert.ok(equal(applyJsonPatch(after, scaled!.undo), object));
  }
});

function equalResources(a: Resources, b: Resources): boolean {
  return a.cpuCores === b.cpuCores && a.memoryBytes === b.memoryBytes;
}

test.run();
