/** Windows of traces as rows to learn from: features, and how far the week's peak lay above or below the highest of the history. */

import { featureRow, highestOf } from '../../lib/intelligence/sizing/features.ts';
import type { SizingMetric } from '../../lib/intelligence/sizing/window.ts';
import type { PeakWindow } from './windows.ts';

export interface PeakRow {
  readonly seriesId: string;
  readonly metric: SizingMetric;
  readonly features: Float32Array;
  readonly highest: number;
  /** What must not be exceeded: the week's highest hour for memory, the 99th percentile of its hours for CPU. */
  readonly truth: number;
}

function truthOf({ metric, peak, p99 }: PeakWindow): number {
  return metric === 'memory' ? peak : p99;
}

/** Windows of a history that is zero throughout have nothing to measure by, and are left out. */
export function* peakRows(windows: Iterable<PeakWindow>): Generator<PeakRow> {
  for (const each of windows) {
    const highest = highestOf(each.window.peak);
    if (highest === 0) continue;
    const { seriesId, metric, window } = each;
    yield { seriesId, metric, highest, features: featureRow(window, highest), truth: truthOf(each) };
  }
}
