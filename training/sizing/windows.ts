/** Windows of traces: the peaks before an origin, those of the week that followed, and what was provisioned. */

import { sortedMeasured, sortedQuantile } from '../../lib/intelligence/evidence/measured.ts';
import {
  HISTORY_HOURS,
  REQUIRED_HOURS,
  type SizingHistory,
  type SizingMetric,
  type SizingWindow,
  sizingWindow,
  WEEK_HOURS,
} from '../../lib/intelligence/sizing/window.ts';
import { withEngine } from '../engine.ts';
import { type Role, roleOf, type Traces } from '../forecast/traces.ts';

export const SIZED = ['cpu', 'memory'] as const satisfies readonly SizingMetric[];

/** Of each machine what it was given, hour by hour: cores and bytes; NaN where that was not recorded. */
export type Provisioned = ReadonlyMap<string, Readonly<Record<SizingMetric, Float64Array>>>;

const HOUR_MS = 3_600_000;

/** Reads `cpu_request_cores` and `mem_request_bytes`; a machine of no memory is one whose memory was not recorded. */
export async function readProvisioned(file: string, { startMs, hours }: Traces): Promise<Provisioned> {
  return withEngine(async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT series_id::VARCHAR, epoch_ms(ts::TIMESTAMP)::DOUBLE, nullif(cpu_request_cores, 0)::DOUBLE, nullif(mem_request_bytes, 0)::DOUBLE
       FROM read_parquet($file)`,
      { file },
    );
    const provisioned = new Map<string, Record<SizingMetric, Float64Array>>();
    for (const row of reader.getRows() as (readonly (string | number | null)[])[]) {
      const id = String(row[0]);
      if (!provisioned.has(id)) {
        const of = () => new Float64Array(hours).fill(Number.NaN);
        provisioned.set(id, { cpu: of(), memory: of() });
      }
      const hour = (Number(row[1]) - startMs) / HOUR_MS;
      SIZED.forEach((metric, index) => {
        provisioned.get(id)![metric][hour] = Number(row[2 + index] ?? Number.NaN);
      });
    }
    return provisioned;
  });
}

export interface PeakWindow {
  readonly seriesId: string;
  readonly metric: SizingMetric;
  readonly history: SizingHistory;
  readonly window: SizingWindow;
  /** Highest value of the week that followed. */
  readonly peak: number;
  /** 99th percentile of that week's hourly peaks. */
  readonly p99: number;
  /** What was provisioned last before the origin; NaN where that was not recorded. */
  readonly request: number;
}

export interface PeakChoice {
  readonly roles: readonly Role[];
  readonly stepHours: number;
  readonly firstHours: number;
  /** How many of the last hours before the origin are known; all of 30 days if absent. */
  readonly historyHours?: () => number;
  /** Whether the peaks within the hours are known; they are if absent. */
  readonly peaksKnown?: () => boolean;
}

/** At least half of the week must have been recorded for its peak to count. */
const MEASURED_FUTURE = WEEK_HOURS / 2;

export function* peakWindows(traces: Traces, provisioned: Provisioned, choice: PeakChoice): Generator<PeakWindow> {
  for (const trace of traces.traces) {
    if (!choice.roles.includes(roleOf(trace.id))) continue;
    for (const metric of SIZED) {
      for (let origin = choice.firstHours; origin + WEEK_HOURS <= traces.hours; origin += choice.stepHours) {
        const future = sortedMeasured(trace.peaks[metric].subarray(origin, origin + WEEK_HOURS));
        const known = Math.min(choice.historyHours?.() ?? HISTORY_HOURS, origin);
        const hasPeaks = choice.peaksKnown?.() ?? true;
        const history: SizingHistory = {
          metric,
          mean: trace.values[metric].slice(origin - known, origin),
          ...(hasPeaks && { peak: trace.peaks[metric].slice(origin - known, origin) }),
        };
        const window = sizingWindow(history);
        if (future.length < MEASURED_FUTURE || window.measured < REQUIRED_HOURS) continue;
        yield {
          seriesId: trace.id,
          metric,
          history,
          window,
          peak: future.at(-1)!,
          p99: sortedQuantile(future, 0.99),
          request:
            provisioned
              .get(trace.id)!
              [metric].subarray(0, origin)
              .findLast((value) => !Number.isNaN(value)) ?? Number.NaN,
        };
      }
    }
  }
}
