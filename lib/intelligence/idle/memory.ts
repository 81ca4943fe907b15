/** Memory: low, or high and still. High memory alone does not refute, because idle processes hold what they once took. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorState } from '../../types/idle.ts';
import { formatMebibytes } from '../../types/quantity.ts';
import { type QuietRun, trailingRun } from '../evidence/run.ts';
import { type Point, type Timeline, within } from '../evidence/timeline.ts';
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
  const movements = signals.memoryMovement.points;
  const [lowest, highest] = [extremes(levels, spanMs, -1), extremes(levels, spanMs, 1)];
  let at = 0;
  const points = levels.map(({ fromMs, toMs, sampleSeconds }, index): Point => {
    const [low, high] = [lowest[index]!, highest[index]!];
    const drift = high > 0 ? (high - low) / high : 0;
    while (at < movements.length && movements[at]!.fromMs < fromMs) at++;
    const movement = movements[at]?.fromMs === fromMs ? movements[at]!.value : 0;
    return { fromMs, toMs, value: Math.max(drift, movement), sampleSeconds };
  });
  const moved: Timeline = { points, sources: signals.memory.sources };
  return trailingRun(moved, settings.memoryMovement, nowMs, settings.gapIntervals);
}

/**
 * At each point the lowest (`sign` -1) or highest (1) value of the time that ends with it. The candidates for what is to come
 * are kept in order, so that each point is looked at twice at most (Lemire 2006).
 */
function extremes(points: readonly Point[], spanMs: number, sign: 1 | -1): Float64Array {
  const found = new Float64Array(points.length);
  const candidates = new Int32Array(points.length);
  let first = 0;
  let end = 0;
  let start = 0;
  for (let index = 0; index < points.length; index++) {
    const { toMs, value } = points[index]!;
    while (toMs - points[start]!.fromMs > spanMs && start < index) start++;
    while (end > first && sign * points[candidates[end - 1]!]!.value <= sign * value) end--;
    candidates[end++] = index;
    while (candidates[first]! < start) first++;
    found[index] = points[candidates[first]!]!.value;
  }
  return found;
}
