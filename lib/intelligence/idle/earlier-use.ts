/**
 * Earlier use: whatever happened within two weeks counts, also outside the window. What came at the same hour before is
 * expected again; what came irregularly is rare use. Neither is idle.
 */

import { DAY, formatAge, HOUR } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import { type Point, type Timeline, within } from '../evidence/timeline.ts';
import { cpuUseThreshold } from './cpu.ts';
import { excessRule } from './excess.ts';
import { startupTest } from './life.ts';
import { networkUseThreshold } from './network.ts';
import { LEAST_REQUESTS } from './requests.ts';
import type { IdleContext, Signals } from './signals.ts';

/** Uses closer than this are one visit. */
const VISIT_GAP_MS = 2 * HOUR * 1000;

/** Visits whose starts differ by at most this lie at the same hour. */
const SAME_HOUR_MS = 1.5 * HOUR * 1000;

const DAY_MS = DAY * 1000;
const WEEK_MS = 7 * DAY_MS;

export interface EarlierUse {
  readonly factor: Factor;
  readonly visits: number;
  /** By how many doublings the strongest sign of use exceeds what is taken for use; 0 without any. */
  readonly strength: number;
  /** Level that the network keeps; absent where it is not measured. */
  readonly steadyBytesPerSecond?: number;
  /** Length of the newest slot. */
  readonly slotSeconds?: number;
  readonly lastUsedMs?: number;
  readonly nextUseMs?: number;
}

interface Visit {
  readonly fromMs: number;
  readonly toMs: number;
}

export function earlierUse(signals: Signals, context: IdleContext): EarlierUse {
  const uses = usePoints(signals, context);
  const visits = visitsOf(uses);
  const last = visits.at(-1);
  const steady = excessRule(signals, context)?.level;
  const newest = signals.cpu.points.at(-1);
  const measured = {
    visits: visits.length,
    strength: Math.max(0, ...uses.map(({ doublings }) => doublings)),
    ...(steady !== undefined && { steadyBytesPerSecond: steady }),
    ...(newest && { slotSeconds: (newest.toMs - newest.fromMs) / 1000 }),
  };
  const known = knownFrom(signals);
  const base = {
    factor: 'earlier-use',
    unit: 'seconds',
    ...(known !== undefined && { source: sourcesOf(signals), fromMs: known, toMs: context.nowMs }),
  } as const;
  if (!last) {
    const seconds = known === undefined ? 0 : Math.round((context.nowMs - known) / 1000);
    return {
      ...measured,
      factor: {
        ...base,
        state: known === undefined ? 'unknown' : 'supports',
        evidence: known === undefined ? 'no history' : `none in the last ${formatAge(seconds)}`,
        value: seconds,
      },
    };
  }
  const since = formatAge((context.nowMs - last.toMs) / 1000);
  const next = nextUse(visits, context.nowMs);
  const evidence = next
    ? `used ${next.rhythm}, last ${since} ago, next expected in ${formatAge((next.atMs - context.nowMs) / 1000)}`
    : `rarely used: ${visits.length === 1 ? 'once' : `${visits.length} times`} in ${formatAge((context.nowMs - (known ?? last.fromMs)) / 1000)}, last ${since} ago`;
  return {
    ...measured,
    factor: { ...base, state: 'refutes', evidence, value: (context.nowMs - last.toMs) / 1000 },
    lastUsedMs: last.toMs,
    ...(next && { nextUseMs: next.atMs }),
  };
}

function knownFrom({ cpu, network, requests }: Signals): number | undefined {
  const starts = [cpu, network, requests].flatMap(({ points }) => (points[0] ? [points[0].fromMs] : []));
  return starts.length > 0 ? Math.min(...starts) : undefined;
}

function sourcesOf({ cpu, network, requests }: Signals): string {
  return [...new Set([cpu, network, requests].flatMap(({ sources }) => sources))].join(' + ');
}

interface UsePoint extends Point {
  /** How often its threshold must be doubled to reach its value. */
  readonly doublings: number;
}

/** Slots in which the workload was used, start-up left out. */
function usePoints(signals: Signals, context: IdleContext): readonly UsePoint[] {
  const { cpu, network, requests } = signals;
  const busyCpu = withoutBlips(above(cpu, cpuUseThreshold(signals, context)), signals, context);
  const busyNetwork = above(network, networkVisitThreshold(signals, context));
  const counted = above(requests, LEAST_REQUESTS);
  const { earliestMs } = signals;
  const isStartup = startupTest(signals, context);
  return [
    ...busyCpu.filter((point) => !isStartup(point)),
    ...busyNetwork.filter((point) => !isStartup(point)),
    ...counted,
  ].filter((point) => point.fromMs >= earliestMs);
}

function above({ points }: Timeline, threshold: number): readonly UsePoint[] {
  return points
    .filter((point) => point.value > threshold)
    .map((point) => ({ ...point, doublings: Math.log2(point.value / threshold) }));
}

/** A blip stays below so many thresholds. */
const BLIP_THRESHOLDS = 3;

/** More blips than these in what is known are somebody's work. */
const MOST_BLIPS = 3;

/**
 * Without the few samples that stand alone, rise little, and have no traffic with them: garbage collection, a certificate
 * that is read anew, a log that is rotated. Nobody was there. Within the hours that must be quiet they count all the same.
 */
function withoutBlips(busy: readonly UsePoint[], signals: Signals, context: IdleContext): readonly UsePoint[] {
  const steadyUpTo = excessRule(signals, context)?.threshold;
  if (steadyUpTo === undefined) return busy;
  const isAlone = (index: number): boolean =>
    [busy[index - 1], busy[index + 1]].every(
      (other) => other === undefined || Math.abs(other.fromMs - busy[index]!.fromMs) > VISIT_GAP_MS,
    );
  const isBlip = (point: UsePoint, index: number): boolean => {
    const traffic = within(signals.network, point.fromMs, point.toMs);
    const isQuiet = traffic.length > 0 && traffic.every(({ value }) => value <= steadyUpTo);
    return isAlone(index) && isQuiet && point.doublings <= Math.log2(BLIP_THRESHOLDS);
  };
  const rest = busy.filter((point, index) => !isBlip(point, index));
  return busy.length - rest.length > MOST_BLIPS ? busy : rest;
}

/**
 * What rises above the steady level is use, and so is what exceeds the limit. Where a counter sees who calls, bytes alone are
 * use only above the limit.
 */
function networkVisitThreshold(signals: Signals, context: IdleContext): number {
  const limit = networkUseThreshold(signals, context);
  const rule = excessRule(signals, context);
  return rule && signals.requests.points.length === 0 ? Math.min(rule.threshold, limit) : limit;
}

function visitsOf(points: readonly Point[]): readonly Visit[] {
  const visits: { fromMs: number; toMs: number }[] = [];
  for (const point of points.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = visits.at(-1);
    if (last && point.fromMs - last.toMs < VISIT_GAP_MS) last.toMs = Math.max(last.toMs, point.toMs);
    else visits.push({ fromMs: point.fromMs, toMs: point.toMs });
  }
  return visits;
}

/** The next visit of a rhythm: daily when two visits lie at the same hour of different days, weekly when a week apart. */
function nextUse(visits: readonly Visit[], nowMs: number): { readonly atMs: number; readonly rhythm: string } | undefined {
  const last = visits.at(-1);
  if (!last) return undefined;
  const earlier = visits.slice(0, -1);
  const daily = earlier.findLast(
    (visit) => isMultiple(last.fromMs - visit.fromMs, DAY_MS) && last.fromMs - visit.fromMs < 5 * DAY_MS,
  );
  if (daily) return { atMs: advance(last.fromMs, DAY_MS, nowMs), rhythm: 'at the same hour of the day' };
  const weekly = earlier.findLast((visit) => isMultiple(last.fromMs - visit.fromMs, WEEK_MS));
  return weekly && { atMs: advance(last.fromMs, WEEK_MS, nowMs), rhythm: 'at the same hour of the week' };
}

function isMultiple(distanceMs: number, periodMs: number): boolean {
  const remainder = distanceMs % periodMs;
  return distanceMs > SAME_HOUR_MS && Math.min(remainder, periodMs - remainder) <= SAME_HOUR_MS;
}

function advance(fromMs: number, periodMs: number, nowMs: number): number {
  return fromMs + Math.ceil((nowMs - fromMs) / periodMs) * periodMs;
}
