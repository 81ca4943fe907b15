/** Histories from a Parquet file, answered window by window, and the answers as Parquet or CSV: how learned figures are scored from outside. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { eachRow, literal } from './engine.ts';
import { startHistoryEngine } from './history.ts';

export interface ExchangeHour {
  readonly atMs: number;
  readonly value: number;
  /** Highest value within the hour; absent where it is not known. */
  readonly peak?: number;
}

/** The hours of one series before one origin, in the order of their instants. */
export interface ExchangeWindow {
  readonly seriesId: string;
  /** As the file calls it. */
  readonly metric: string;
  readonly originMs: number;
  readonly hours: readonly ExchangeHour[];
}

/** What every exchange is told. */
export interface ExchangeFiles {
  /** Parquet: series_id, metric, origin, ts, value, and value_max where it is known, in any order and with any other columns. */
  readonly input: string;
  /** A file that is there and empty; it is of no use where this fails. */
  readonly output: string;
  /** What it is called in a sentence about a failure. */
  readonly shownOutput: string;
  /** CSV, else Parquet. */
  readonly csv: boolean;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

export interface Exchange extends ExchangeFiles {
  /** Columns of the output after series_id, metric and origin, which are as in the input: whole numbers or others. */
  readonly columns: readonly { readonly name: string; readonly type: 'INTEGER' | 'DOUBLE' }[];
  /** Calls `put` for each row of the output with a value for each column; not at all where a window cannot be answered. */
  readonly answer: (window: ExchangeWindow, put: (...values: number[]) => void) => void;
}

const COLUMNS = ['series_id', 'metric', 'origin', 'ts', 'value'] as const;

/** Milliseconds since the epoch, of an instant in any usual type; whole numbers are told apart by how large they are. */
function milliseconds(column: string, type: string): string {
  if (/INT|DOUBLE|FLOAT|DECIMAL/.test(type)) {
    const number = `${column}::DOUBLE`;
    return `CASE WHEN ${number} < 1e11 THEN ${number} * 1e3 WHEN ${number} < 1e14 THEN ${number}
      WHEN ${number} < 1e17 THEN ${number} / 1e3 ELSE ${number} / 1e6 END`;
  }
  return type === 'TIMESTAMP WITH TIME ZONE' ? `epoch_ms(${column})::DOUBLE` : `epoch_ms(${column}::TIMESTAMP)::DOUBLE`;
}

/**
 * Answers every window of the input.
 * @throws UpidError input-invalid; output-unwritable; cancelled
 */
export async function exchange(request: Exchange): Promise<void> {
  const engine = await startHistoryEngine(request.runtime);
  const writer = await engine.beside();
  try {
    await listWindows(engine.connection, request);
    await answerAll(engine.connection, writer.connection, request);
    await write(engine.connection, request);
  } finally {
    writer.connection.closeSync();
    engine.close();
  }
}

async function listWindows(connection: DuckDBConnection, { input, columns }: Exchange): Promise<void> {
  try {
    const types = new Map<string, string>();
    await eachRow(connection, `DESCRIBE SELECT * FROM read_parquet(${literal(input)})`, {}, (row) => {
      types.set(String(row(0)), String(row(1)));
    });
    const missing = COLUMNS.filter((column) => !types.has(column));
    if (missing.length > 0) throw new UpidError('input-invalid', `${input} has no column ${missing.join(', ')}`);
    await connection.run(`CREATE VIEW given AS SELECT series_id, metric, origin, value::DOUBLE AS value,
      ${types.has('value_max') ? 'value_max::DOUBLE' : 'NULL::DOUBLE'} AS peak,
      ${milliseconds('origin', types.get('origin')!)} AS origin_ms, ${milliseconds('ts', types.get('ts')!)} AS at_ms
      FROM read_parquet(${literal(input)})`);
    await connection.run(`CREATE TABLE windows AS SELECT row_number() OVER (ORDER BY series_id, metric, origin) AS key, *
      FROM (SELECT DISTINCT series_id, metric, origin FROM given)`);
    const declared = columns.map(({ name, type }) => `${name} ${type}`);
    await connection.run(`CREATE TABLE answers (key BIGINT, ${declared.join(', ')})`);
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('input-invalid', `${input} cannot be read as Parquet: ${messageOf(error).split('\n')[0]}`, {
      remedy: 'see model evaluate --help for the columns',
      cause: error,
    });
  }
}

interface OpenWindow extends ExchangeWindow {
  readonly key: number;
  readonly hours: ExchangeHour[];
}

async function answerAll(connection: DuckDBConnection, writer: DuckDBConnection, request: Exchange): Promise<void> {
  const { columns, answer, signal } = request;
  const appender = await writer.createAppender('answers');
  let open: OpenWindow | undefined;
  const close = (window: OpenWindow): void =>
    answer(window, (...values) => {
      appender.appendBigInt(BigInt(window.key));
      for (let at = 0; at < columns.length; at++) {
        if (columns[at]!.type === 'INTEGER') appender.appendInteger(values[at]!);
        else appender.appendDouble(values[at]!);
      }
      appender.endRow();
    });
  const sql = `SELECT key::INTEGER, series_id::VARCHAR, metric::VARCHAR, origin_ms, at_ms, value, peak
    FROM given JOIN windows USING (series_id, metric, origin) ORDER BY key, at_ms, value`;
  await eachRow(connection, sql, {}, (row) => {
    if (signal.aborted) throw new UpidError('cancelled', 'cancelled');
    const key = Number(row(0));
    if (open?.key !== key) {
      if (open) close(open);
      open = { key, seriesId: String(row(1)), metric: String(row(2)), originMs: Number(row(3)), hours: [] };
    }
    const value = row(5);
    const peak = row(6);
    if (value !== null)
      open.hours.push({ atMs: Number(row(4)), value: Number(value), ...(peak !== null && { peak: Number(peak) }) });
  });
  if (open) close(open);
  appender.closeSync();
}

async function write(connection: DuckDBConnection, { output, shownOutput, csv, columns }: Exchange): Promise<void> {
  const format = csv ? 'FORMAT csv, HEADER' : 'FORMAT parquet, CODEC zstd';
  const names = columns.map(({ name }) => name).join(', ');
  try {
    await connection.run(`COPY (SELECT series_id, metric, origin, ${names} FROM answers JOIN windows USING (key)
      ORDER BY key, ${names}) TO ${literal(output)} (${format}, USE_TMP_FILE false)`);
  } catch (error) {
    const why = messageOf(error).split('\n')[0]!.replaceAll(output, shownOutput);
    throw new UpidError('output-unwritable', `${shownOutput} cannot be written: ${why}`, { cause: error });
  }
}
