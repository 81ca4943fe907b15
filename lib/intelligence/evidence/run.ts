/** The quiet run: consecutive values at or below a threshold, reaching up to now. One busy value ends it, and so does a gap. */

import { isGap, type Point, type Timeline } from './timeline.ts';

export interface QuietRun {
  /** Length in whole seconds; 0 when the newest value is busy or stale. */
  readonly seconds: number;
  /** Start of the run; `nowMs` when there is none. */
  readonly sinceMs: number;
  /** What bounds it in the past. `nothing`: there are no values at all. */
  readonly endedBy: 'busy' | 'gap' | 'start' | 'nothing';
  /** The value that ended it. */
  readonly busy: Point | undefined;
  /** Highest value within the run; NaN when it is empty. */
  readonly peak: number;
}

/** A run ends at a gap longer than `gapIntervals` sample intervals, at its newest end too. */
export function trailingRun(timeline: Timeline, threshold: number, nowMs: number, gapIntervals: number): QuietRun {
  const { points } = timeline;
  let edgeMs = nowMs;
  let peak = Number.NaN;
  let index = points.length - 1;
  for (; index >= 0; index--) {
    const point = points[index]!;
    const later = points[index + 1];
    // Slots are whole: values that stand a slot apart have no gap between them.
    const missing = later ? isGap(point, later, gapIntervals) : nowMs - point.toMs > gapIntervals * point.sampleSeconds * 1000;
    if (missing) return run(nowMs, edgeMs, 'gap', undefined, peak);
    if (point.value > threshold) return run(nowMs, edgeMs, 'busy', point, peak);
    peak = Number.isNaN(peak) ? point.value : Math.max(peak, point.value);
    edgeMs = point.fromMs;
  }
  return run(nowMs, edgeMs, points.length === 0 ? 'nothing' : 'start', undefined, peak);
}

function run(nowMs: number, sinceMs: number, endedBy: QuietRun['endedBy'], busy: Point | undefined, peak: number): QuietRun {
  const empty = Number.isNaN(peak);
  const seconds = empty ? 0 : Math.max(0, Math.round((nowMs - sinceMs) / 1000));
  return { seconds, sinceMs: empty ? nowMs : sinceMs, endedBy, busy, peak };
}
