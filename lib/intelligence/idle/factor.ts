/** What the factors share: the form of their answer, and the series a sparkline draws. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorSeries, FactorState } from '../../types/idle.ts';
import type { QuietRun } from '../evidence/run.ts';
import { coveredSeconds, firstAfter, type Point, type Timeline } from '../evidence/timeline.ts';
import type { IdleContext, Signals } from './signals.ts';

/** Points of a sparkline: more than a pane is wide is of no use. */
const SERIES_POINTS = 96;

/** Quiet long enough supports; a busy value within the required time refutes, unless it is warm-up; anything shorter is unknown. */
export function stateOfRun(
  run: QuietRun,
  requiredSeconds: number,
  isStartup: (point: Point) => boolean = () => false,
): FactorState {
  if (run.seconds >= requiredSeconds) return 'supports';
  return run.busy && !isStartup(run.busy) ? 'refutes' : 'unknown';
}

/** Why a run is too short to tell, as the end of a sentence. */
export function shortRunReason(run: QuietRun, requiredSeconds: number): string {
  if (run.endedBy === 'nothing') return 'no samples';
  const measured = `only ${formatAge(run.seconds)} of the ${formatAge(requiredSeconds)} needed are measured`;
  if (run.endedBy === 'busy') return `${measured} since it started`;
  return run.endedBy === 'gap' ? `${measured}: samples are missing before that` : measured;
}

/** Source, period, coverage and series of a factor that rests on a timeline. */
export function provenance(
  timeline: Timeline,
  signals: Signals,
  context: IdleContext,
  unit: FactorSeries['unit'],
): Partial<Factor> {
  const first = timeline.points[0];
  if (!first) return {};
  const { windowSeconds } = context.settings;
  return {
    source: timeline.sources.join(' + '),
    fromMs: Math.max(first.fromMs, signals.earliestMs),
    toMs: timeline.points.at(-1)!.toMs,
    coverage: Math.min(1, coveredSeconds(timeline, signals.windowStartMs, context.nowMs) / windowSeconds),
    series: seriesOf(timeline, signals.windowStartMs, context.nowMs, unit),
  };
}

/** The window as at most 96 slots, each its highest value; null where nothing was measured. */
export function seriesOf({ points }: Timeline, fromMs: number, toMs: number, unit: FactorSeries['unit']): FactorSeries {
  const slotMs = (toMs - fromMs) / SERIES_POINTS;
  const values: (number | null)[] = new Array<number | null>(SERIES_POINTS).fill(null);
  for (let index = firstAfter(points, fromMs); index < points.length; index++) {
    const point = points[index]!;
    const last = Math.min(SERIES_POINTS - 1, Math.ceil((Math.min(point.toMs, toMs) - fromMs) / slotMs) - 1);
    for (let slot = Math.max(0, Math.floor((point.fromMs - fromMs) / slotMs)); slot <= last; slot++) {
      values[slot] = Math.max(values[slot] ?? point.value, point.value);
    }
  }
  return { startMs: fromMs, slotSeconds: slotMs / 1000, unit, values };
}

/** `5 %`, `0.4 %`. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${value < 10 && value !== Math.round(value) ? value.toFixed(1) : Math.round(value)} %`;
}

/** Cores in a sentence: `3m`, `0.4m`. */
export function cores(value: number): string {
  const millicores = value * 1000;
  return `${millicores < 10 ? Number(millicores.toFixed(1)) : Math.round(millicores)}m`;
}
