/**
 * Rows of a Parquet or CSV file as samples of a history. The whole file is judged before the first row is added; rows that are there
 * already (the same instant, namespace, pod, container and source) are left out, so that a file can be imported any number of times.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Imported } from '../types/history-exchange.ts';
import type { Runtime } from '../types/runtime.ts';
import type { Sample } from '../types/usage.ts';
import { againWhileGone } from './again.ts';
import { leavesOf, sourcesOf } from './coverage.ts';
import { eachRow, numberOf, type Row } from './engine.ts';
import { type History, openHistory, startHistoryEngine } from './history.ts';
import { stageFile } from './import-stage.ts';
import { interruptible, refuseCancelled } from './interruption.ts';
import { firstLine } from './parts.ts';
import { partsSql } from './relation.ts';
import { dayParts } from './roll-up.ts';
import { COLUMNS } from './schema.ts';

export interface ImportRequest {
  readonly file: string;
  /** Of all histories. */
  readonly directory: string;
  readonly clusterId: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** What became of the rows of a file. */
export type Import = Omit<Imported, 'cluster' | 'file'>;

/** Rows that are held at a time, and the rows of a part. */
const CHUNK = 100_000;

const HOUR_MS = 3_600_000;

/**
 * @throws UpidError input-invalid for a file that is not of the form, with its first offending row: nothing is added then.
 * history-unwritable, history-corrupt, cancelled: what was added before stays, and importing again adds the rest
 */
export async function importSamples(request: ImportRequest): Promise<Import> {
  const { runtime, signal, directory, clusterId } = request;
  const { connection, close } = await startHistoryEngine(runtime);
  const history = openHistory({ directory, clusterId, runtime });
  try {
    const staged = await interruptible(connection, signal, () => stageFile(connection, request.file, runtime.now()));
    let [added, rolledUp] = [0, 0];
    for (const { day, fromMs, toMs } of staged.days) {
      await interruptible(connection, signal, () => newRows(connection, history.folder, { day, fromMs, toMs }));
      added += await append(connection, history, signal);
      rolledUp += await numberOf(connection, 'SELECT count(*)::DOUBLE FROM fresh WHERE rolled_up');
    }
    const { rows, ignored, ...period } = staged;
    const { days: _, ...span } = period;
    return { folder: history.folder, rows, added, present: rows - added - rolledUp, rolledUp, ...span, ignored };
  } finally {
    await history.close();
    close();
  }
}

interface Day {
  /** `2026-11-24`. */
  readonly day: string;
  readonly fromMs: number;
  /** Not within it. */
  readonly toMs: number;
}

/** Makes the table `fresh`: the staged rows of a day without those that are there as raw rows; `rolled_up` where there are but hours. */
async function newRows(connection: DuckDBConnection, folder: string, day: Day): Promise<void> {
  try {
    await againWhileGone(() => compare(connection, folder, day));
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('history-corrupt', `the history in ${folder} cannot be queried (${firstLine(messageOf(error))})`, {
      remedy: 'move the part that is named away, or import into another folder by --history',
      cause: error,
    });
  }
}

async function compare(connection: DuckDBConnection, folder: string, { day, fromMs, toMs }: Day): Promise<void> {
  const { raw, rollUps } = await dayParts(folder, 'samples', day, new Map());
  const there = new Set(raw.parts.flatMap(leavesOf));
  const alone = sourcesOf(raw.parts, rollUps.parts).rollUps.filter(({ covers }) => !covers.every((leaf) => there.has(leaf)));
  const key = ['namespace', 'pod', 'container', 'source'];
  const same = (other: string): string => key.map((column) => `${other}.${column} = staged.${column}`).join(' AND ');
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT *, EXISTS (SELECT 1 FROM ${partsSql('hourly', alone)} AS hours
        WHERE epoch_ms(hours.hour) = staged.at_ms // ${HOUR_MS} * ${HOUR_MS} AND ${same('hours')}) AS rolled_up
    FROM staged
    WHERE at_ms >= ${fromMs} AND at_ms < ${toMs}
      AND NOT EXISTS (SELECT 1 FROM ${partsSql('samples', raw.parts)} AS kept
        WHERE epoch_ms(kept.observed_at) = staged.at_ms AND ${same('kept')})
    QUALIFY row_number() OVER (PARTITION BY at_ms, ${key.join(', ')} ORDER BY file_row) = 1`);
}

/** Adds what is fresh and not rolled up. @returns the number of rows */
async function append(connection: DuckDBConnection, history: History, signal: AbortSignal): Promise<number> {
  const columns = Object.keys(COLUMNS.samples).filter((name) => name !== 'observed_at');
  const total = await numberOf(connection, 'SELECT count(*)::DOUBLE FROM fresh WHERE NOT rolled_up');
  for (let from = 0; from < total; from += CHUNK) {
    refuseCancelled(signal);
    const samples: Sample[] = [];
    const sql = `SELECT at_ms::DOUBLE, ${columns.join(', ')} FROM fresh WHERE NOT rolled_up ORDER BY file_row LIMIT ${CHUNK} OFFSET ${from}`;
    await eachRow(connection, sql, {}, (row) => samples.push(sampleOf(row)));
    await history.append(samples);
  }
  return total;
}

/** Columns in the order of the schema. */
function sampleOf(row: Row): Sample {
  const text = (column: number): string => String(row(column));
  const measure = (column: number): number => {
    const value = row(column);
    return value === null ? Number.NaN : Number(value);
  };
  return {
    atMs: Number(row(0)),
    namespace: text(1),
    workloadKind: text(2),
    workloadName: text(3),
    pod: text(4),
    container: text(5),
    app: row(6) === true,
    source: text(7),
    cpuCores: measure(8),
    memoryBytes: measure(9),
    networkBytesPerSecond: measure(10),
    requests: measure(11),
    windowSeconds: measure(12),
    cpuPeakCores: measure(13),
    memoryPeakBytes: measure(14),
    networkPeakBytesPerSecond: measure(15),
  };
}
