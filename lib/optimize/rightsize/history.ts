/** What a container has used, as far as it is known: the source that reaches back furthest, and whether that is enough. */

import { DAY, formatAge } from '../../types/duration.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { OptimizeSettings } from '../settings.ts';

/** Figures that a source may have of a container. */
export type Figure = 'cpuP99Cores' | 'cpuPeakCores' | 'memoryPeakBytes';

/** Use of one container with the figure that is asked for. */
export interface Measured {
  readonly usage: ContainerUsage;
  readonly value: number;
}

/** The figure from the source that reaches back furthest; of equal ones that with more samples. */
export function longest(usages: readonly ContainerUsage[], figure: Figure): Measured | undefined {
  return longestFirst(usages, figure)[0];
}

function longestFirst(usages: readonly ContainerUsage[], figure: Figure): readonly Measured[] {
  return measured(usages, figure).toSorted(
    (a, b) => periodSeconds(b.usage) - periodSeconds(a.usage) || b.usage.samples - a.usage.samples,
  );
}

/** The largest figure that any source has. */
export function highest(usages: readonly ContainerUsage[], figure: Figure): Measured | undefined {
  return measured(usages, figure).toSorted((a, b) => b.value - a.value)[0];
}

function measured(usages: readonly ContainerUsage[], figure: Figure): readonly Measured[] {
  return usages.flatMap((usage) => {
    const value = usage[figure];
    return value !== undefined && Number.isFinite(value) && value >= 0 ? [{ usage, value }] : [];
  });
}

/** Why a history is too thin to size by; undefined where it is enough. `pods`: how many share the samples. */
export function tooThin(usage: ContainerUsage, pods: number, settings: OptimizeSettings): string | undefined {
  const seconds = periodSeconds(usage);
  if (seconds < settings.historySeconds) {
    return `not enough history: ${hours(seconds)} of ${hours(settings.historySeconds)} (${usage.source})`;
  }
  // Prometheus tells samples in time, the own history counts the rows of all pods.
  const samples = usage.source === 'prometheus' ? usage.samples : usage.samples / Math.max(1, pods);
  const perDay = (samples * DAY) / seconds;
  if (perDay >= settings.samplesPerDay) return undefined;
  return `samples too sparse: ${Math.round(perDay)} a day over ${formatAge(seconds)}, and ${settings.samplesPerDay} are needed to see the peaks (${usage.source})`;
}

function hours(seconds: number): string {
  return `${Math.floor(seconds / 3600)} h`;
}

export function periodSeconds({ fromMs, toMs }: Pick<ContainerUsage, 'fromMs' | 'toMs'>): number {
  return (toMs - fromMs) / 1000;
}

/** `(prometheus, 30d, 8640 samples; history, 12h, 73 samples)`: what the highest memory figure is the highest of. */
export function memoryProvenance(usages: readonly ContainerUsage[]): string {
  const told = longestFirst(usages, 'memoryPeakBytes').map(({ usage }) => {
    const period = periodSeconds(usage);
    return [usage.source, ...(period > 0 ? [formatAge(period)] : []), counted(usage.samples)].join(', ');
  });
  return `(${told.join('; ')})`;
}

function counted(samples: number): string {
  return `${samples} sample${samples === 1 ? '' : 's'}`;
}

/** `(prometheus, 14d, every 300 s)`: where a CPU figure comes from. */
export function cpuProvenance(usage: ContainerUsage): string {
  const from = usage.cpuFromMs ?? usage.fromMs;
  const count = usage.cpuFromMs === undefined ? `, ${counted(usage.samples)}` : '';
  const resolution = usage.cpuResolutionSeconds === undefined ? '' : `, rates over ${Math.round(usage.cpuResolutionSeconds)} s`;
  return `(${usage.source}, ${formatAge((usage.toMs - from) / 1000)}${count}${resolution})`;
}
