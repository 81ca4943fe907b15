/**
 * Hours of use from several sources as one history: the source that knows most leads, the others fill what it lacks. Hours that
 * cannot be measurements are left out and told.
 */

import type { ForecastHistory, ForecastMetric } from '../../types/forecast.ts';
import type { SlotGrid, SlotValues, WorkloadHours } from '../../types/usage.ts';
import { countMeasured, isMeasurement } from '../evidence/measured.ts';

export interface JoinedHours {
  /** Names of the sources that gave an hour, the leading one first. */
  readonly sources: readonly string[];
  readonly history: ForecastHistory;
  readonly measuredHours: number;
  /** Newest measured value. */
  readonly now?: number;
  readonly notes: readonly string[];
}

const FIELDS = {
  cpu: { mean: 'cpuMeanCores', peak: 'cpuPeakCores' },
  memory: { mean: 'memoryMeanBytes', peak: 'memoryPeakBytes' },
  network: { mean: 'networkMeanBytesPerSecond', peak: 'networkPeakBytesPerSecond' },
} as const satisfies Record<ForecastMetric, { readonly mean: keyof WorkloadHours; readonly peak: keyof WorkloadHours }>;

/** Sources best first: among those that know equally many hours the first leads. All values are brought to `grid`. */
export function joinHours(metric: ForecastMetric, sources: readonly WorkloadHours[], grid: SlotGrid): JoinedHours {
  const { mean: meanField, peak: peakField } = FIELDS[metric];
  let impossible = 0;
  const parts = sources
    .flatMap((hours) => {
      const given = hours[meanField];
      if (!given) return [];
      const { values, dropped } = measurements(onGrid(given, hours.grid, grid));
      impossible += dropped;
      const peaks = hours[peakField];
      const peak = peaks && measurements(onGrid(peaks, hours.grid, grid)).values;
      return [{ source: hours.source, mean: values, peak, measured: countMeasured(values) }];
    })
    .filter(({ measured }) => measured > 0)
    .sort((a, b) => b.measured - a.measured);
  const mean = new Float64Array(grid.slots).fill(Number.NaN);
  const peak = new Float64Array(grid.slots).fill(Number.NaN);
  const used = parts.filter((part) => fill(mean, peak, part) > 0);
  const measuredHours = countMeasured(mean);
  const newest = mean.findLast((value) => !Number.isNaN(value));
  return {
    sources: used.map(({ source }) => source),
    history: { metric, grid, mean, ...(countMeasured(peak) > 0 && { peak }) },
    measuredHours,
    ...(newest !== undefined && { now: newest }),
    notes: impossible === 0 ? [] : [`${impossible} h with negative or infinite values left out`],
  };
}

/** Hours that were filled; peaks go with the means of their source. */
function fill(
  mean: SlotValues,
  peak: SlotValues,
  part: { readonly mean: SlotValues; readonly peak: SlotValues | undefined },
): number {
  let filled = 0;
  for (let slot = 0; slot < mean.length; slot++) {
    if (!Number.isNaN(mean[slot]!) || Number.isNaN(part.mean[slot]!)) continue;
    mean[slot] = part.mean[slot]!;
    peak[slot] = part.peak?.[slot] ?? Number.NaN;
    filled++;
  }
  return filled;
}

/** Both grids consist of full hours. What lies outside of the wanted one is not looked at. */
function onGrid(values: SlotValues, from: SlotGrid, to: SlotGrid): SlotValues {
  const shift = Math.round((to.startMs - from.startMs) / (to.slotSeconds * 1000));
  return Float64Array.from({ length: to.slots }, (_, slot) => values[slot + shift] ?? Number.NaN);
}

function measurements(values: SlotValues): { readonly values: SlotValues; readonly dropped: number } {
  let dropped = 0;
  const kept = values.map((value) => {
    if (Number.isNaN(value) || isMeasurement(value)) return value;
    dropped++;
    return Number.NaN;
  });
  return { values: kept, dropped };
}
