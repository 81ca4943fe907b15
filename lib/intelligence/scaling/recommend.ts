/**
 * How the coming week's need compares with what a workload holds: grow, shrink, run by the clock, or keep. A direction with its
 * reason; exact requests, container by container, are what `optimize` proposes.
 */

import type { ForecastHistory, ForecastMetric, RecommendedScaling } from '../../types/forecast.ts';
import { formatCores, formatMebibytes } from '../../types/quantity.ts';
import type { Workload } from '../../types/workload.ts';

/** Requests are called too small from here on: the rest is what a scheduler and a kernel need. */
const GROW_FROM = 1;
/** … and too large below it: twice what is needed is more than any headroom that is recommended (VPA adds 15 %). */
const SHRINK_BELOW = 0.5;
/** Rhythm that explains less leaves too much use outside of its hours. */
const RHYTHM = 0.6;
/** A day's worth of quiet hours in a week, or stopping is not worth the starting. */
const QUIET_HOURS = 24;

/** Kinds that can be stopped by the clock. */
const STOPPABLE: readonly string[] = ['Deployment', 'StatefulSet'];

/** One resource of a workload; absent parts are not known. */
export interface ResourceNeed {
  readonly metric: ForecastMetric;
  /** Upper end of the 95 % interval of the week's highest hourly mean, raised by how far peaks within an hour stand out. */
  readonly need?: number;
  readonly request?: number;
  readonly rhythm?: number;
  readonly quietHours?: number;
}

/** How far the peaks within an hour stand above its mean, in nineteen of twenty hours; 1 where peaks are not known. */
export function burstOf({ mean, peak }: ForecastHistory): number {
  if (!peak) return 1;
  const ratios = peak
    .map((value, slot) => value / mean[slot]!)
    .filter((ratio) => Number.isFinite(ratio))
    .sort();
  return ratios.length === 0 ? 1 : Math.max(1, ratios[Math.floor((ratios.length - 1) * 0.95)]!);
}

export function recommendScaling(workload: Workload, needs: readonly ResourceNeed[]): RecommendedScaling {
  const cpu = needs.find(({ metric }) => metric === 'cpu');
  const memory = needs.find(({ metric }) => metric === 'memory');
  const cpuOfRequest = shareOf(cpu);
  const memoryOfRequest = shareOf(memory);
  const figures = {
    replicas: workload.pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed').length,
    ...(cpuOfRequest !== undefined && { cpuOfRequest }),
    ...(memoryOfRequest !== undefined && { memoryOfRequest }),
    ...(cpu?.rhythm !== undefined && { rhythm: cpu.rhythm }),
    ...(cpu?.quietHours !== undefined && { quietHours: cpu.quietHours }),
  };
  return { ...figures, ...decide(workload, figures, [cpu, memory]) };
}

/** Too small comes first, as it hurts; then what saves most. */
function decide(
  workload: Workload,
  { replicas, cpuOfRequest, memoryOfRequest, rhythm, quietHours }: Omit<RecommendedScaling, 'action' | 'reason'>,
  needs: readonly (ResourceNeed | undefined)[],
): Pick<RecommendedScaling, 'action' | 'reason'> {
  if (needs.every((need) => need?.need === undefined)) return keep('nothing is forecast for it');
  if (replicas === 0) return keep('it runs no pods');
  const shares = [cpuOfRequest, memoryOfRequest].filter((share) => share !== undefined);
  const figures = needs.flatMap((need) => (need ? sentenceOf(need) : [])).join(', ');
  if (shares.some((share) => share > GROW_FROM)) return { action: 'grow', reason: `the coming week needs ${figures}` };
  if (
    STOPPABLE.includes(workload.ref.kind) &&
    (rhythm ?? 0) >= RHYTHM &&
    (quietHours ?? 0) >= QUIET_HOURS &&
    workload.autoscalers.length === 0
  )
    return {
      action: 'schedule',
      reason: `CPU follows the clock (${percent(rhythm!)} of its variance) and next to nothing is needed in ${quietHours} h of the coming week`,
    };
  if (shares.length === 0) return keep('no requests are set that it could be compared with');
  if (shares.every((share) => share < SHRINK_BELOW)) return { action: 'shrink', reason: `the coming week needs ${figures}` };
  return keep(`the coming week needs ${figures}`);
}

function keep(reason: string): Pick<RecommendedScaling, 'action' | 'reason'> {
  return { action: 'keep', reason };
}

function shareOf(need: ResourceNeed | undefined): number | undefined {
  return need?.need === undefined || !need.request ? undefined : need.need / need.request;
}

/** `at most 240m of 1000m CPU requested (24%)`. */
function sentenceOf({ metric, need, request }: ResourceNeed): readonly string[] {
  if (need === undefined) return [];
  const format = metric === 'cpu' ? formatCores : formatMebibytes;
  const noun = metric === 'cpu' ? 'CPU' : 'memory';
  if (!request) return [`at most ${format(need)} ${noun}, of which none is requested`];
  return [`at most ${format(need)} of ${format(request)} ${noun} requested (${percent(need / request)})`];
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)}%`;
}
