/**
 * What a verdict rests on, as one value that can be changed: time goes on, a sample comes, a pod restarts, evidence that is
 * missing is there. The judge is then asked again; how it decides is not known here.
 */

import { HOUR } from '../../types/duration.ts';
import type { IdleFinding } from '../../types/idle.ts';
import { isSidecar } from '../../types/sidecar.ts';
import type { SlotGrid, SlotValues, UsageEvidence, WorkloadUsage } from '../../types/usage.ts';
import type { ContainerSpec, Pod, Workload } from '../../types/workload.ts';
import { median } from '../evidence/robust.ts';
import { type Point, type Timeline, within } from '../evidence/timeline.ts';
import { cpuThreshold } from './cpu.ts';
import { excessRule } from './excess.ts';
import { judgeIdle } from './judge.ts';
import { networkThreshold } from './network.ts';
import { ownTraffic } from './probe-traffic.ts';
import { type IdleContext, readSignals, type Signals } from './signals.ts';

export interface World {
  readonly workload: Workload;
  readonly evidence: UsageEvidence;
  readonly context: IdleContext;
}

export function judged({ workload, evidence, context }: World): IdleFinding {
  return judgeIdle(workload, evidence, context);
}

export function signalsOf({ workload, evidence, context }: World): Signals {
  return readSignals(workload, evidence, context);
}

/** Evidence that could be there for every slot of a fortnight, as a server gives it. */
const FILLED_SLOT_SECONDS = 300;

/** A pattern of fewer samples is no pattern. */
const LEAST_PATTERN = 12;

/** Below a threshold in a way that nobody doubts. */
const QUIET_FRACTION = 0.5;

/** Above a threshold by just enough. */
export const BUSY_FRACTION = 1.05;

/** What a signal does when nobody uses the workload, one value after the other, again and again. */
interface Quiet {
  readonly cpu: readonly number[];
  readonly network: readonly number[];
  readonly networkMedian: readonly number[];
  readonly memory: number;
}

/**
 * Its own quiet samples of the window, so that their noise stays what it is; else a level below each threshold. What rises
 * above chance is no noise, though it may be below the threshold: visits are that small.
 */
function quietOf(world: World, signals = signalsOf(world)): Quiet {
  const { context } = world;
  const { windowStartMs } = signals;
  const cpuLimit = cpuThreshold(signals, context);
  const networkLimit = networkThreshold(signals, context);
  const calmLimit = Math.min(networkLimit, excessRule(signals, context)?.chance ?? networkLimit);
  const window = (timeline: Timeline): readonly Point[] => within(timeline, windowStartMs, context.nowMs);
  const medians = window(signals.networkMedian);
  const still = window(signals.network).flatMap(({ value }, index) =>
    value <= calmLimit ? [[value, medians[index]?.value ?? value] as const] : [],
  );
  const cpu = window(signals.cpu).flatMap(({ value }) => (value <= cpuLimit ? [value] : []));
  // Never measured: what it causes itself.
  const level = Math.min(QUIET_FRACTION * networkLimit, ownTraffic(signals, context).limitBytesPerSecond);
  return {
    cpu: patternOf(cpu, QUIET_FRACTION * cpuLimit),
    network: patternOf(
      still.map(([peak]) => peak),
      level,
    ),
    networkMedian: patternOf(
      still.map(([, middle]) => middle),
      level,
    ),
    memory: signals.memory.points.at(-1)?.value ?? 0,
  };
}

/** The values themselves where they are enough to be one, else their middle, else a level. */
function patternOf(values: readonly number[], level: number): readonly number[] {
  if (values.length >= LEAST_PATTERN) return values;
  return [values.length > 0 ? median(values) : level];
}

/** What else happens in the first sample that is to come. */
export interface Happening {
  readonly cpuCores?: number;
  readonly networkBytesPerSecond?: number;
  readonly memoryBytes?: number;
  /** In the first hour that is to come. */
  readonly requests?: number;
}

/** The same world some seconds later. Whatever is measured now goes on to be measured, and is quiet but for what happens. */
export function later(world: World, seconds: number, happening: Happening = {}): World {
  const signals = signalsOf(world);
  const quiet = quietOf(world, signals);
  const toMs = world.context.nowMs + seconds * 1000;
  const live = (timeline: Timeline): boolean => isLive(timeline, world);
  const grid = gridFrom(beginOf(world, signals), toMs, slotSecondsOf(signals.cpu));
  const first = (values: SlotValues, value: number | undefined): SlotValues => {
    if (value !== undefined && values.length > 0) values[0] = value;
    return values;
  };
  const usage: WorkloadUsage = {
    source: 'history',
    grid,
    sampleSeconds: recentMedian(signals.cpu, ({ sampleSeconds }) => sampleSeconds),
    ...(live(signals.cpu) && { cpuPeakCores: first(repeated(quiet.cpu, grid), happening.cpuCores) }),
    ...(live(signals.network) && {
      networkPeakBytesPerSecond: first(repeated(quiet.network, grid), happening.networkBytesPerSecond),
      networkMedianBytesPerSecond: repeated(quiet.networkMedian, grid),
    }),
    ...(live(signals.memory) && {
      memoryPeakBytes: first(repeated([quiet.memory], grid), happening.memoryBytes),
      memoryMovement: repeated([0], grid),
    }),
  };
  // An hour is counted when it has passed.
  const countedMs = endOf(world, signals.requests);
  const hours: SlotGrid = {
    startMs: countedMs,
    slotSeconds: HOUR,
    slots: Math.max(0, Math.floor((toMs - countedMs) / 1000 / HOUR)),
  };
  const counts = first(repeated([0], hours), happening.requests);
  return {
    ...afterwards(world, seconds),
    evidence: {
      ...world.evidence,
      usage: [...world.evidence.usage, usage],
      requests: [...world.evidence.requests, ...(live(signals.requests) ? [{ source: 'later', grid: hours, counts }] : [])],
    },
  };
}

/** The same world as soon as one more sample of each signal has come, or one more hour of counted requests where that is what happens. */
export function next(world: World, happening: Happening): World {
  const signals = signalsOf(world);
  const counted = happening.requests !== undefined;
  const beginMs = counted ? endOf(world, signals.requests) : beginOf(world, signals);
  return later(world, (beginMs - world.context.nowMs) / 1000 + (counted ? HOUR : slotSecondsOf(signals.cpu)), happening);
}

/** Where samples to come begin: the slots of some sources reach past the moment of the look. */
function beginOf(world: World, { cpu, network, memory }: Signals): number {
  return Math.max(...[cpu, network, memory].map((timeline) => endOf(world, timeline)));
}

function endOf({ context }: World, { points }: Timeline): number {
  return Math.max(context.nowMs, points.at(-1)?.toMs ?? context.nowMs);
}

/** The last slot may reach past the end, as that of a source that is still being written. */
function gridFrom(startMs: number, toMs: number, slotSeconds: number): SlotGrid {
  return { startMs, slotSeconds, slots: Math.max(0, Math.ceil((toMs - startMs) / 1000 / slotSeconds)) };
}

/** The same world some seconds later, in which nothing was measured any more. Elections go on. */
export function afterwards({ workload, evidence, context }: World, seconds: number): World {
  const leases = workload.leases.map((lease) => ({
    ...lease,
    ...(lease.renewedAt !== undefined && { renewedAt: lease.renewedAt + seconds * 1000 }),
  }));
  return { workload: { ...workload, leases }, evidence, context: { ...context, nowMs: context.nowMs + seconds * 1000 } };
}

/** Length of the slots that evidence comes in, seconds. */
function slotSecondsOf(timeline: Timeline): number {
  return Math.max(
    60,
    recentMedian(timeline, ({ fromMs, toMs }) => (toMs - fromMs) / 1000),
  );
}

function recentMedian({ points }: Timeline, of: (point: Point) => number): number {
  return points.length === 0 ? FILLED_SLOT_SECONDS : Math.round(median(points.slice(-LEAST_PATTERN).map(of)));
}

/** Whether somebody measures it now. One sample of this moment is no series that goes on. */
function isLive({ points, sources }: Timeline, { context }: World): boolean {
  const last = points.at(-1);
  if (!last || sources.every((source) => source === 'metrics.k8s.io')) return false;
  return context.nowMs - last.toMs <= context.settings.gapIntervals * last.sampleSeconds * 1000;
}

function repeated(pattern: readonly number[], { slots }: SlotGrid): SlotValues {
  return Float64Array.from({ length: slots }, (_, slot) => pattern[slot % pattern.length]!);
}

export type Signal = 'cpu' | 'network' | 'requests';

/** Evidence of these signals is there for all of the time that counts, and quiet where it was missing. */
export function measured(world: World, missing: readonly Signal[]): World {
  const signals = signalsOf(world);
  const quiet = quietOf(world, signals);
  const { nowMs } = world.context;
  const gridOf = (slotSeconds: number): SlotGrid => {
    const slots = Math.floor((nowMs - signals.earliestMs) / 1000 / slotSeconds);
    return { startMs: nowMs - slots * slotSeconds * 1000, slotSeconds, slots };
  };
  const grid = gridOf(FILLED_SLOT_SECONDS);
  const hours = gridOf(HOUR);
  const usage: WorkloadUsage = {
    source: 'history',
    grid,
    sampleSeconds: FILLED_SLOT_SECONDS,
    ...(missing.includes('cpu') && { cpuPeakCores: repeated(quiet.cpu, grid) }),
    ...(missing.includes('network') && {
      networkPeakBytesPerSecond: repeated(quiet.network, grid),
      networkMedianBytesPerSecond: repeated(quiet.networkMedian, grid),
    }),
  };
  const requests = { source: 'supposed', grid: hours, counts: repeated([0], hours) };
  return {
    ...world,
    evidence: {
      ...world.evidence,
      usage: [...world.evidence.usage, usage],
      requests: [...world.evidence.requests, ...(missing.includes('requests') ? [requests] : [])],
    },
  };
}

/** These signals stayed below their thresholds, within [fromMs, toMs). */
export function quieted(world: World, signals: readonly Signal[], fromMs: number, toMs: number): World {
  const quiet = quietOf(world);
  const highest = (values: readonly number[]): number => Math.max(...values);
  const limited = (values: SlotValues | undefined, grid: SlotGrid, limit: number): SlotValues | undefined =>
    values?.map((value, slot) => {
      const startMs = grid.startMs + slot * grid.slotSeconds * 1000;
      return startMs + grid.slotSeconds * 1000 > fromMs && startMs < toMs && value > limit ? limit : value;
    });
  const usage = world.evidence.usage.map((each): WorkloadUsage => {
    const cpu = limited(each.cpuPeakCores, each.grid, highest(quiet.cpu));
    const peak = limited(each.networkPeakBytesPerSecond, each.grid, highest(quiet.network));
    const middle = limited(each.networkMedianBytesPerSecond, each.grid, highest(quiet.networkMedian));
    return {
      ...each,
      ...(signals.includes('cpu') && cpu && { cpuPeakCores: cpu }),
      ...(signals.includes('network') && peak && { networkPeakBytesPerSecond: peak }),
      ...(signals.includes('network') && middle && { networkMedianBytesPerSecond: middle }),
    };
  });
  const requests = world.evidence.requests.map((each) => ({
    ...each,
    counts: limited(each.counts, each.grid, 0) ?? each.counts,
  }));
  return {
    ...world,
    evidence: { ...world.evidence, usage, requests: signals.includes('requests') ? requests : world.evidence.requests },
  };
}

/** What one source tells is not there. */
export function withoutSource(world: World, source: WorkloadUsage['source']): World {
  const { scrape, ...evidence } = world.evidence;
  // Counters are told by a server under their own names, and by the history under its own.
  const told = (counter: string): WorkloadUsage['source'] => (counter === 'history' ? 'history' : 'prometheus');
  return {
    ...world,
    evidence: {
      ...evidence,
      ...(scrape && source !== 'prometheus' && { scrape }),
      usage: evidence.usage.filter((each) => each.source !== source),
      requests: evidence.requests.filter((each) => told(each.source) !== source),
    },
  };
}

/** Its pods are changed, in the workload's own list too. */
export function withPods({ workload, evidence, context }: World, change: (pod: Pod, index: number) => Pod): World {
  return { workload: { ...workload, pods: workload.pods.map(change) }, evidence, context };
}

/** All pods are ready, ran for all of the window and longer, and never restarted. */
export function settled(world: World): World {
  const { nowMs, settings } = world.context;
  const long = nowMs - 2 * settings.windowSeconds * 1000;
  const older = withPods(world, (pod) => ({
    ...pod,
    ready: true,
    createdAt: Math.min(pod.createdAt, long),
    ...(pod.startedAt !== undefined && { startedAt: Math.min(pod.startedAt, long) }),
    states: pod.states.map((state) => ({ ...state, ready: true, restarts: 0 })),
  }));
  return { ...older, workload: { ...older.workload, createdAt: Math.min(older.workload.createdAt, long) } };
}

/** Nothing says any more that it stands by: no lease, no budget, no sibling in another slot, no image that replicates. */
export function withoutStandby(world: World): World {
  const { workload, context } = world;
  // A sidecar is told by its image.
  const anonymous = (container: ContainerSpec): ContainerSpec =>
    isSidecar(container, context.settings.sidecars) ? container : { ...container, image: 'app' };
  const alone: Workload = { ...workload, leases: [], disruptionBudgets: [], containers: workload.containers.map(anonymous) };
  return withPods({ ...world, workload: alone, context: { ...context, workloads: [alone] } }, (pod) => ({
    ...pod,
    containers: pod.containers.map(anonymous),
  }));
}

/** All lists of objects could be read, and told nothing. */
export function withAllRead(world: World): World {
  return { ...world, context: { ...world.context, unread: [] } };
}
