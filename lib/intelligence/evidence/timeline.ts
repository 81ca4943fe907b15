/** One metric of one workload over time, from several sources: the best source where it has values, the next one in its holes. */

import type { SlotGrid, SlotValues } from '../../types/usage.ts';

/** One slot with a value: [fromMs, toMs). */
export interface Point {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
  /** Distance of the samples behind it, seconds: decides how long a silence is still no gap. */
  readonly sampleSeconds: number;
}

export interface Timeline {
  /** Oldest first, without overlaps. */
  readonly points: readonly Point[];
  /** Sources that gave at least one point, best first. */
  readonly sources: readonly string[];
}

export interface Contribution {
  readonly source: string;
  readonly grid: SlotGrid;
  readonly sampleSeconds: number;
  readonly values: SlotValues | undefined;
}

/** Joins contributions, best first. A coarse slot that touches a finer one already taken is left out: its extreme may be the finer one's. */
export function joinTimeline(contributions: readonly Contribution[], fromMs: number, toMs: number): Timeline {
  let points: readonly Point[] = [];
  const sources: string[] = [];
  for (const contribution of contributions) {
    const added = withoutOverlap(pointsOf(contribution, fromMs, toMs), points);
    if (added.length === 0) continue;
    if (!sources.includes(contribution.source)) sources.push(contribution.source);
    points = inOrder(points, added);
  }
  return { points, sources };
}

function pointsOf({ grid, sampleSeconds, values }: Contribution, fromMs: number, toMs: number): readonly Point[] {
  if (!values) return [];
  const slotMs = grid.slotSeconds * 1000;
  const points: Point[] = [];
  for (let slot = 0; slot < grid.slots; slot++) {
    const value = values[slot] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const start = grid.startMs + slot * slotMs;
    if (start + slotMs <= fromMs || start > toMs) continue;
    points.push({ fromMs: start, toMs: start + slotMs, value, sampleSeconds });
  }
  return points;
}

function withoutOverlap(candidates: readonly Point[], taken: readonly Point[]): readonly Point[] {
  return isBefore(candidates, taken) || isBefore(taken, candidates)
    ? candidates
    : candidates.filter((candidate) => !overlapsAny(taken, candidate));
}

/** Both sorted; as a rule one source tells of what the other one does not reach. */
function inOrder(some: readonly Point[], others: readonly Point[]): readonly Point[] {
  if (isBefore(some, others)) return some.concat(others);
  if (isBefore(others, some)) return others.concat(some);
  return some.concat(others).sort((a, b) => a.fromMs - b.fromMs);
}

function isBefore(some: readonly Point[], others: readonly Point[]): boolean {
  return some.length === 0 || others.length === 0 || some.at(-1)!.toMs <= others[0]!.fromMs;
}

function overlapsAny(points: readonly Point[], candidate: Point): boolean {
  const next = points[firstAfter(points, candidate.fromMs)];
  return next !== undefined && next.fromMs < candidate.toMs;
}

/** Index of the first point that ends after an instant. Binary search: points are sorted and do not overlap each other. */
export function firstAfter(points: readonly Point[], ms: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.toMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Longer slots hold what comes once an hour so often that it cannot be told from noise. */
const SHORT_SLOT_MS = 300_000;

/** Whether slots are so short that rare use is rare among them too. */
export function hasShortSlots(points: readonly Point[]): boolean {
  const newest = points.at(-1);
  return newest !== undefined && newest.toMs - newest.fromMs <= SHORT_SLOT_MS;
}

/** Seconds of a period that the timeline has values for. */
export function coveredSeconds({ points }: Timeline, fromMs: number, toMs: number): number {
  let covered = 0;
  for (let index = firstAfter(points, fromMs); index < points.length && points[index]!.fromMs < toMs; index++) {
    const point = points[index]!;
    covered += Math.min(point.toMs, toMs) - Math.max(point.fromMs, fromMs);
  }
  return covered / 1000;
}

/**
 * Whether something is missing between two consecutive points: more than `gapIntervals` sample intervals. Where sources meet, the
 * longer interval counts, because the slot of the coarser one that touches the finer one's last was left out.
 */
export function isGap(earlier: Point, later: Point, gapIntervals: number): boolean {
  return later.fromMs - earlier.toMs > gapIntervals * Math.max(earlier.sampleSeconds, later.sampleSeconds) * 1000;
}

/** Periods without a gap longer than `gapIntervals` sample intervals, oldest first: [fromMs, toMs). */
export function coveredPeriods({ points }: Timeline, gapIntervals: number): readonly (readonly [number, number])[] {
  const periods: [number, number][] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (before && !isGap(before, point, gapIntervals)) periods.at(-1)![1] = point.toMs;
    else periods.push([point.fromMs, point.toMs]);
    before = point;
  }
  return periods;
}

/** Points that lie at least in part within a period. */
export function within({ points }: Timeline, fromMs: number, toMs: number): readonly Point[] {
  const start = firstAfter(points, fromMs);
  let end = points.length;
  while (end > start && points[end - 1]!.fromMs >= toMs) end--;
  return points.slice(start, end);
}
