/** Memory: low, or high and still. High memory alone does not refute, because idle processes hold what they once took. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorState } from '../../types/idle.ts';
import { formatMebibytes } from '../../types/quantity.ts';
import { type QuietRun, trailingRun } from '../evidence/run.ts';
import { type Timeline, within } from '../evidence/timeline.ts';
import { percent, provenance, shortRunReason } from './factor.ts';
import type { IdleContext, Signals } from './signals.ts';

export function memoryFactor(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const requested = signals.appContainers.reduce((sum, { requests }) => sum + (requests.memoryBytes ?? 0), 0);
  const threshold = settings.memoryFraction * requested;
  const low = trailingRun(signals.memory, threshold, nowMs, settings.gapIntervals);
  const still = stillRun(signals, context);
  const needed = settings.memoryQuietSeconds;
  const state = memoryState(low, still, needed);
  const recent = within(signals.memory, nowMs - needed * 1000, nowMs).map((point) => point.value);
  const peak = recent.length > 0 ? Math.max(...recent) : undefined;
  const quiet = Math.max(low.seconds, still.seconds);
  return {
    factor: 'memory',
    state,
    evidence: sentence(state, low, still, needed, threshold, settings.memoryMovement),
    unit: 'bytes',
    quietSeconds: quiet,
    requiredSeconds: needed,
    ...(requested > 0 && { threshold }),
    ...(peak !== undefined && { value: peak }),
    ...provenance(signals.memory, signals, context, 'bytes'),
  };
}

function memoryState(low: QuietRun, still: QuietRun, needed: number): FactorState {
  if (low.seconds >= needed || still.seconds >= needed) return 'supports';
  return low.endedBy === 'busy' && still.endedBy === 'busy' ? 'refutes' : 'unknown';
}

function sentence(
  state: FactorState,
  low: QuietRun,
  still: QuietRun,
  needed: number,
  threshold: number,
  movement: number,
): string {
  if (state === 'unknown') return `memory: ${shortRunReason(low.seconds > still.seconds ? low : still, needed)}`;
  if (state === 'refutes') return `it moved by more than ${percent(movement)} within the last ${formatAge(needed)}`;
  if (low.seconds >= needed) return `below ${formatMebibytes(threshold)} for ${formatAge(low.seconds)}`;
  return `held still (within ${percent(movement)}) for ${formatAge(still.seconds)}`;
}

/**
 * The run in which memory stands still: in no slot a pod moved by more than the fraction, and the level of the busiest
 * replica stays within it over the time that is asked for. A level that creeps over days still counts as still.
 */
function stillRun(signals: Signals, { settings, nowMs }: IdleContext): QuietRun {
  const spanMs = settings.memoryQuietSeconds * 1000;
  const levels = signals.memory.points;
  const movementAt = new Map(signals.memoryMovement.points.map((point) => [point.fromMs, point.value]));
  let start = 0;
  const points = levels.map((point, index) => {
    while (point.toMs - levels[start]!.fromMs > spanMs && start < index) start++;
    let lowest = point.value;
    let highest = point.value;
    for (let each = start; each <= index; each++) {
      lowest = Math.min(lowest, levels[each]!.value);
      highest = Math.max(highest, levels[each]!.value);
    }
    const drift = highest > 0 ? (highest - lowest) / highest : 0;
    return { ...point, value: Math.max(drift, movementAt.get(point.fromMs) ?? 0) };
  });
  const moved: Timeline = { points, sources: signals.memory.sources };
  return trailingRun(moved, settings.memoryMovement, nowMs, settings.gapIntervals);
}
