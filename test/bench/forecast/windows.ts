/** The windows that forecasts are told of: those of the machines held apart, as a file to answer and as the weeks that followed. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ForecastMetric } from '../../../lib/types/forecast.ts';
import { withEngine } from '../../../training/engine.ts';
import { readTraces, TRACES_FILE, type Traces } from '../../../training/forecast/traces.ts';
import { midnightAfter, type TrainingWindow, type WindowChoice, windowsOf } from '../../../training/forecast/windows.ts';

/** Undefined where there are no traces. */
export function tracesFile(): string | undefined {
  return existsSync(TRACES_FILE) ? TRACES_FILE : undefined;
}

/** As the files of `model evaluate` name them. */
export const EXCHANGED: Readonly<Record<ForecastMetric, string>> = { cpu: 'cpu', memory: 'mem', network: 'net' };

/** Four days apart, at midnight UTC, each with all of its 30 days of history. */
const HELD_APART: Omit<WindowChoice, 'firstHours'> = { roles: ['apart'], stepHours: 96 };
/** For those who learn: origins on every hour of the day. */
const TO_LEARN: Omit<WindowChoice, 'firstHours' | 'roles'> = { stepHours: 53 };

export interface HeldApart {
  readonly windows: readonly TrainingWindow[];
  /** Parquet, as `model evaluate` reads it: histories, without the weeks that followed. */
  readonly input: string;
}

export async function heldApart(file: string, folder: string): Promise<HeldApart & { readonly traces: Traces }> {
  const traces = await readTraces(file);
  const windows = [...windowsOf(traces, { ...HELD_APART, firstHours: midnightAfter(traces, 30) })];
  return { traces, windows, input: await writeHistories(file, windows, join(folder, 'histories.parquet')) };
}

/** Some of the windows: every machine, hour and metric is as likely as among all, and each run draws the same ones. */
export async function subsample(file: string, folder: string, { windows }: HeldApart, count: number): Promise<HeldApart> {
  const place = new Map(windows.map((window) => [window, createHash('sha256').update(windowKey(window)).digest('hex')]));
  const drawn = windows.toSorted((a, b) => (place.get(a)! < place.get(b)! ? -1 : 1)).slice(0, count);
  return { windows: drawn, input: await writeHistories(file, drawn, join(folder, `histories-${count}.parquet`)) };
}

/** Windows of the machines that weights may be fitted to and intervals calibrated on: role, series_id, metric, origin. */
export async function writeLearningWindows(traces: Traces, output: string): Promise<string> {
  const of = (role: 'train' | 'calibrate') =>
    [...windowsOf(traces, { ...TO_LEARN, roles: [role], firstHours: midnightAfter(traces, 14) })].map((window) => ({
      role,
      window,
    }));
  await withEngine(async (connection) => {
    await listWindows(connection, [...of('train'), ...of('calibrate')]);
    await connection.run(`COPY (FROM windows ORDER BY ALL) TO '${output}' (FORMAT parquet, CODEC zstd)`);
  });
  return output;
}

export function windowKey({ seriesId, history: { metric, originMs } }: TrainingWindow): string {
  return `${seriesId} ${EXCHANGED[metric]} ${originMs}`;
}

/** SHA-256 of what files hold. */
export function digestOf(files: readonly string[], ...words: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(words));
  for (const file of files) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex');
}

async function writeHistories(file: string, windows: readonly TrainingWindow[], output: string): Promise<string> {
  const columns = { cpu: 'cpu_cores', mem: 'mem_bytes', net: 'net_bps' };
  const series = Object.entries(columns).map(
    ([metric, column]) => `SELECT series_id, '${metric}' AS metric, ts::TIMESTAMP AS ts, ${column}::DOUBLE AS value,
      ${column}_max::DOUBLE AS value_max FROM read_parquet($file)`,
  );
  await withEngine(async (connection) => {
    await listWindows(
      connection,
      windows.map((window) => ({ role: 'apart', window })),
    );
    await connection.run(`CREATE TABLE series AS ${series.join(' UNION ALL ')}`, { file });
    await connection.run(`COPY (SELECT series_id, metric, origin, ts, value, value_max FROM windows JOIN series USING (series_id, metric)
      WHERE ts >= origin - INTERVAL 720 HOUR AND ts < origin AND value IS NOT NULL ORDER BY series_id, metric, origin, ts)
      TO '${output}' (FORMAT parquet, CODEC zstd)`);
  });
  return output;
}

async function listWindows(
  connection: DuckDBConnection,
  listed: readonly { role: string; window: TrainingWindow }[],
): Promise<void> {
  await connection.run('CREATE TABLE listed (role VARCHAR, series_id VARCHAR, metric VARCHAR, origin_ms BIGINT)');
  const appender = await connection.createAppender('listed');
  for (const { role, window } of listed) {
    appender.appendVarchar(role);
    appender.appendVarchar(window.seriesId);
    appender.appendVarchar(EXCHANGED[window.history.metric]);
    appender.appendBigInt(BigInt(window.history.originMs));
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(
    'CREATE VIEW windows AS SELECT role, series_id, metric, make_timestamp_ms(origin_ms) AS origin FROM listed',
  );
}
