/** Hourly traces of machines from a Parquet file, and which machine serves what. */

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ForecastMetric } from '../../lib/types/forecast.ts';
import { withEngine } from '../engine.ts';

const HOUR_MS = 3_600_000;

/** The file named by UPID_TRACES, or the one beside this repository. */
export const TRACES_FILE: string =
  process.env.UPID_TRACES ?? fileURLToPath(new URL('../../../shared/data/traces/bitbrains-dev-hourly.parquet', import.meta.url));

/** One machine: values of consecutive hours, NaN where nothing was recorded. */
export interface Trace {
  readonly id: string;
  readonly values: Readonly<Record<ForecastMetric, Float64Array>>;
  readonly peaks: Readonly<Record<ForecastMetric, Float64Array>>;
}

export interface Traces {
  /** Start of the first hour of every trace. */
  readonly startMs: number;
  readonly hours: number;
  readonly traces: readonly Trace[];
}

const COLUMNS: Readonly<Record<ForecastMetric, string>> = { cpu: 'cpu_cores', memory: 'mem_bytes', network: 'net_bps' };
export const METRICS = ['cpu', 'memory', 'network'] as const satisfies readonly ForecastMetric[];

/**
 * Reads `series_id`, `ts`, `cpu_cores`, `mem_bytes`, `net_bps` and each with its `_max`, one row for each machine and hour.
 * @throws Error where the file or a column is missing
 */
export async function readTraces(file: string): Promise<Traces> {
  return withEngine(async (connection) => {
    const columns = METRICS.flatMap((metric) => [COLUMNS[metric], `${COLUMNS[metric]}_max`]);
    const reader = await connection.runAndReadAll(
      `SELECT series_id::VARCHAR, epoch_ms(ts::TIMESTAMP)::DOUBLE, ${columns.map((name) => `${name}::DOUBLE`).join(', ')}
       FROM read_parquet($file) ORDER BY 1, 2`,
      { file },
    );
    return joined(reader.getRows() as (readonly (string | number | null)[])[]);
  });
}

function joined(rows: readonly (readonly (string | number | null)[])[]): Traces {
  const startMs = rows.reduce((first, row) => Math.min(first, Number(row[1])), Number.POSITIVE_INFINITY);
  const endMs = rows.reduce((last, row) => Math.max(last, Number(row[1])), 0);
  const hours = (endMs - startMs) / HOUR_MS + 1;
  const empty = () => {
    const of = () => new Float64Array(hours).fill(Number.NaN);
    return { cpu: of(), memory: of(), network: of() };
  };
  const traces: Trace[] = [];
  for (const row of rows) {
    const id = String(row[0]);
    if (traces.at(-1)?.id !== id) traces.push({ id, values: empty(), peaks: empty() });
    const { values, peaks } = traces.at(-1)!;
    const hour = (Number(row[1]) - startMs) / HOUR_MS;
    METRICS.forEach((metric, index) => {
      values[metric][hour] = Number(row[2 + 2 * index] ?? Number.NaN);
      peaks[metric][hour] = Number(row[3 + 2 * index] ?? Number.NaN);
    });
  }
  return { startMs, hours, traces };
}

/** What a machine serves: weights are fitted to `train`, intervals are calibrated on `calibrate`, figures are told of `apart`. */
export type Role = 'train' | 'calibrate' | 'apart';

const TRAIN_SHARE = 0.55;
const CALIBRATE_SHARE = 0.2;

/** Fixed by the machine's name alone (FNV-1a, then mixed as murmur3 does), so that no run and no order of rows moves it. */
export function roleOf(seriesId: string): Role {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seriesId.length; at++) hash = Math.imul(hash ^ seriesId.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const share = ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
  if (share < TRAIN_SHARE) return 'train';
  return share < TRAIN_SHARE + CALIBRATE_SHARE ? 'calibrate' : 'apart';
}
