/**
 * How the coming week's need compares with what a workload holds: grow, shrink, run by the clock, or keep. A direction with its
 * reason; exact requests, container by container, are what `optimize` proposes.
 */

import type { ForecastHistory, ForecastMetric, RecommendedScaling } from '../../types/forecast.ts';
import { formatUse, formatUseRange } from '../../types/forecast-figures.ts';
import type { Workload } from '../../types/workload.ts';

/**
 * Requests are called too small from here on: by what is expected of CPU, of which a lack slows down, and by the upper end of memory, of
 * which a lack ends a container.
 */
const GROW_FROM = 1;
/** … and too large where even the upper ends are below it: twice what is needed is more than any headroom that is recommended (VPA adds 15 %). */
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
  /** The week's highest hourly mean, raised by how far peaks within an hour stand out. */
  readonly expected?: number;
  /** Upper end of the 95 % interval of the week's highest hourly mean, raised as well. */
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
  const cpuExpectedOfRequest = shareOf(cpu, cpu?.expected);
  const cpuOfRequest = shareOf(cpu, cpu?.need);
  const memoryExpectedOfRequest = shareOf(memory, memory?.expected);
  const memoryOfRequest = shareOf(memory, memory?.need);
  const figures = {
    replicas: workload.pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed').length,
    ...(cpuExpectedOfRequest !== undefined && { cpuExpectedOfRequest }),
    ...(cpuOfRequest !== undefined && { cpuOfRequest }),
    ...(memoryExpectedOfRequest !== undefined && { memoryExpectedOfRequest }),
    ...(memoryOfRequest !== undefined && { memoryOfRequest }),
    ...(cpu?.rhythm !== undefined && { rhythm: cpu.rhythm }),
    ...(cpu?.quietHours !== undefined && { quietHours: cpu.quietHours }),
  };
  return { ...figures, ...decide(workload, figures, [cpu, memory]) };
}

/** Too small comes first, as it hurts; then what saves most. */
function decide(
  workload: Workload,
  {
    replicas,
    cpuExpectedOfRequest,
    cpuOfRequest,
    memoryOfRequest,
    rhythm,
    quietHours,
  }: Omit<RecommendedScaling, 'action' | 'reason'>,
  needs: readonly (ResourceNeed | undefined)[],
): Pick<RecommendedScaling, 'action' | 'reason'> {
  if (needs.every((need) => need?.need === undefined)) return keep('nothing is forecast for it');
  if (replicas === 0) return keep('it runs no pods');
  const shares = [cpuOfRequest, memoryOfRequest].filter((share) => share !== undefined);
  const reason = `the coming week needs ${needs.flatMap((need) => (need ? phraseOf(need) : [])).join(', ')}`;
  const tooSmall = [cpuExpectedOfRequest, memoryOfRequest].some((share) => share !== undefined && share > GROW_FROM);
  if (tooSmall) return { action: 'grow', reason: reason + followed(workload) };
  if (
    STOPPABLE.includes(workload.ref.kind) &&
    (rhythm ?? 0) >= RHYTHM &&
    (quietHours ?? 0) >= QUIET_HOURS &&
    workload.autoscalers.length === 0
  )
    return {
      action: 'schedule',
      reason: `CPU follows the clock (${percent(rhythm!)} of its variance): in ${quietHours} h of a week next to nothing was used in any week before, and little is expected`,
    };
  if (shares.length === 0) return keep('no requests are set that it could be compared with');
  if (shares.every((share) => share < SHRINK_BELOW)) return { action: 'shrink', reason: reason + followed(workload) };
  return keep(reason);
}

function keep(reason: string): Pick<RecommendedScaling, 'action' | 'reason'> {
  return { action: 'keep', reason };
}

/** Pods come and go with the load, and requests are those of the pods that are there now. */
function followed({ autoscalers: [autoscaler] }: Workload): string {
  if (!autoscaler) return '';
  return `; ${autoscaler.kind} ${autoscaler.name} adds and removes pods meanwhile`;
}

function shareOf(need: ResourceNeed | undefined, amount: number | undefined): number | undefined {
  return amount === undefined || !need?.request ? undefined : amount / need.request;
}

/** `180-240m of 1000m CPU requested (18-24%)`: from what is expected to the upper end. */
function phraseOf({ metric, expected, need, request }: ResourceNeed): readonly string[] {
  if (need === undefined) return [];
  const noun = metric === 'cpu' ? 'CPU' : 'memory';
  const low = expected ?? need;
  const amount = formatUseRange(metric, low, need);
  if (!request) return [`${amount} ${noun}, of which none is requested`];
  return [`${amount} of ${formatUse(metric, request)} ${noun} requested (${percentRange(low / request, need / request)})`];
}

function percentRange(low: number, high: number): string {
  return percent(low) === percent(high) ? percent(high) : `${percent(low).slice(0, -1)}-${percent(high)}`;
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)}%`;
}
