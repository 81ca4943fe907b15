/** Over which slots use is asked for: fine ones for the idle window, hours for what lies before it. */

import { DAY, HOUR, MINUTE } from '../../types/duration.ts';
import type { SlotGrid } from '../../types/usage.ts';

/** Distances of the points a slot's peak is taken from; each divides an hour. */
const STEPS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR] as const;

/** A rate over fewer intervals breaks when one scrape is late. */
const INTERVALS_A_RATE = 4;

/** Up to so many workloads slots are as fine as the steps: an answer of 300 × 288 points is 3 MB. */
const FINE_WORKLOADS = 300;

/** Hours in one query: short enough that two queries at a time keep two processors busy to the end. */
const PART_HOURS = 80;

/** What a server can be asked for at most in one range query (11,000 points a series in Prometheus); far from reached. */
const LONGEST_WINDOW = 30 * DAY;

/** Whose semantics a server has: of VictoriaMetrics' MetricsQL, or of PromQL. */
export type EngineKind = 'prometheus' | 'victoriametrics';

/**
 * Range of `rate` and `increase` for points that are a step apart. PromQL takes only samples within the range, so that what a
 * counter gains between two ranges belongs to neither unless they overlap by an interval; MetricsQL takes the sample before
 * the range as well (docs.victoriametrics.com/metricsql, "rate").
 */
export function rangeSeconds(stepSeconds: number, intervalSeconds: number, engine: EngineKind): number {
  return engine === 'victoriametrics' ? stepSeconds : stepSeconds + Math.ceil(intervalSeconds * 1.1);
}

/** Seconds between the points that a peak is taken from. */
export function stepOf(intervalSeconds: number): number {
  return STEPS.find((step) => step >= (INTERVALS_A_RATE - 1) * intervalSeconds) ?? HOUR;
}

export interface Grids {
  /** Seconds between the points that a slot's peak is taken from. */
  readonly stepSeconds: number;
  /** Range of the rate at each point. */
  readonly rateSeconds: number;
  readonly engine: EngineKind;
  /** The idle window, reaching up to now. */
  readonly fine: SlotGrid;
  /** Hours before it, back to the earliest use that counts, in parts of some days, newest first; empty when the window covers that. */
  readonly earlier: readonly SlotGrid[];
}

export function gridsOf(options: {
  readonly nowMs: number;
  readonly intervalSeconds: number;
  readonly windowSeconds: number;
  readonly earlierSeconds: number;
  readonly workloads: number;
  readonly engine: EngineKind;
}): Grids {
  const { nowMs, intervalSeconds } = options;
  const stepSeconds = stepOf(intervalSeconds);
  const fineSeconds = Math.max(stepSeconds, options.workloads <= FINE_WORKLOADS ? 5 * MINUTE : 15 * MINUTE);
  const endMs = Math.floor(nowMs / 1000) * 1000;
  const windowSlots = Math.ceil(Math.min(options.windowSeconds, LONGEST_WINDOW) / fineSeconds);
  const fine = backFrom(endMs, fineSeconds, windowSlots);
  const earlierSlots = Math.ceil((options.earlierSeconds - windowSlots * fineSeconds) / HOUR);
  return {
    stepSeconds,
    rateSeconds: rangeSeconds(stepSeconds, intervalSeconds, options.engine),
    engine: options.engine,
    fine,
    earlier: hoursBefore(fine.startMs, earlierSlots),
  };
}

/** The hours up to an instant in parts of some days, newest first. */
export function hoursBefore(endMs: number, slots: number, partHours: number = PART_HOURS): readonly SlotGrid[] {
  if (slots <= 0) return [];
  const part = backFrom(endMs, HOUR, Math.min(slots, partHours));
  return [part, ...hoursBefore(part.startMs, slots - part.slots, partHours)];
}

function backFrom(endMs: number, slotSeconds: number, slots: number): SlotGrid {
  return { startMs: endMs - slots * slotSeconds * 1000, slotSeconds, slots };
}

/** The slot whose end is this instant. */
export function slotEndingAt(grid: SlotGrid, seconds: number): number {
  return Math.round((seconds * 1000 - grid.startMs) / (grid.slotSeconds * 1000)) - 1;
}

/** The grid without its first empty slots, so that a series of a young workload or server does not begin with a fortnight of nothing. */
export function withoutLeading(grid: SlotGrid, empty: number): SlotGrid {
  return { startMs: grid.startMs + empty * grid.slotSeconds * 1000, slotSeconds: grid.slotSeconds, slots: grid.slots - empty };
}
