/** Histories to forecast from a Parquet file, and their forecasts as Parquet or CSV: how forecasts are scored from outside. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { eachRow, literal } from './engine.ts';
import { startHistoryEngine } from './history.ts';

/** The hours of one series before one origin, in the order of their instants. */
export interface ExchangeWindow {
  readonly seriesId: string;
  /** As the file calls it. */
  readonly metric: string;
  readonly originMs: number;
  readonly hours: readonly { readonly atMs: number; readonly value: number }[];
}

/** One value for each hour of the horizon. */
export interface ExchangeAnswer {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface ExchangeRequest {
  /** Parquet: series_id, metric, origin, ts, value, in any order and with any other columns. */
  readonly input: string;
  /** A file that is there and empty; it is of no use where this fails. Columns: series_id, metric, origin (each as in the input), h, mean, lo95, hi95. */
  readonly output: string;
  /** What it is called in a sentence about a failure. */
  readonly shownOutput: string;
  /** CSV, else Parquet. */
  readonly csv: boolean;
  /** Undefined where a window cannot be forecast: it has no rows in the output. */
  readonly answer: (window: ExchangeWindow) => ExchangeAnswer | undefined;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
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
export async function exchangeForecasts(request: ExchangeRequest): Promise<void> {
  const engine = await startHistoryEngine(request.runtime);
  const writer = await engine.beside();
  try {
    await listWindows(engine.connection, request.input);
    await answerAll(engine.connection, writer.connection, request);
    await write(engine.connection, request);
  } finally {
    writer.connection.closeSync();
    engine.close();
  }
}

async function listWindows(connection: DuckDBConnection, input: string): Promise<void> {
  try {
    const types = new Map<string, string>();
    await eachRow(connection, `DESCRIBE SELECT * FROM read_parquet(${literal(input)})`, {}, (row) => {
      types.set(String(row(0)), String(row(1)));
    });
    const missing = COLUMNS.filter((column) => !types.has(column));
    if (missing.length > 0) throw new UpidError('input-invalid', `${input} has no column ${missing.join(', ')}`);
    await connection.run(`CREATE VIEW given AS SELECT series_id, metric, origin, value::DOUBLE AS value,
      ${milliseconds('origin', types.get('origin')!)} AS origin_ms, ${milliseconds('ts', types.get('ts')!)} AS at_ms
      FROM read_parquet(${literal(input)})`);
    await connection.run(`CREATE TABLE windows AS SELECT row_number() OVER (ORDER BY series_id, metric, origin) AS key, *
      FROM (SELECT DISTINCT series_id, metric, origin FROM given)`);
    await connection.run('CREATE TABLE answers (key BIGINT, h INTEGER, mean DOUBLE, lo95 DOUBLE, hi95 DOUBLE)');
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
  readonly hours: { atMs: number; value: number }[];
}

async function answerAll(connection: DuckDBConnection, writer: DuckDBConnection, request: ExchangeRequest): Promise<void> {
  const appender = await writer.createAppender('answers');
  let open: OpenWindow | undefined;
  const close = (): void => {
    if (!open) return;
    const answer = request.answer(open);
    for (let hour = 0; answer && hour < answer.mean.length; hour++) {
      appender.appendBigInt(BigInt(open.key));
      appender.appendInteger(hour + 1);
      appender.appendDouble(answer.mean[hour]!);
      appender.appendDouble(answer.low[hour]!);
      appender.appendDouble(answer.high[hour]!);
      appender.endRow();
    }
  };
  const sql = `SELECT key::INTEGER, series_id::VARCHAR, metric::VARCHAR, origin_ms, at_ms, value
    FROM given JOIN windows USING (series_id, metric, origin) ORDER BY key, at_ms, value`;
  await eachRow(connection, sql, {}, (row) => {
    if (request.signal.aborted) throw new UpidError('cancelled', 'cancelled');
    const key = Number(row(0));
    if (open?.key !== key) {
      close();
      open = { key, seriesId: String(row(1)), metric: String(row(2)), originMs: Number(row(3)), hours: [] };
    }
    const value = row(5);
    if (value !== null) open.hours.push({ atMs: Number(row(4)), value: Number(value) });
  });
  close();
  appender.closeSync();
}

async function write(connection: DuckDBConnection, { output, shownOutput, csv }: ExchangeRequest): Promise<void> {
  const format = csv ? 'FORMAT csv, HEADER' : 'FORMAT parquet, CODEC zstd';
  try {
    await connection.run(`COPY (SELECT series_id, metric, origin, h, mean, lo95, hi95 FROM answers JOIN windows USING (key)
      ORDER BY key, h) TO ${literal(output)} (${format}, USE_TMP_FILE false)`);
  } catch (error) {
    const why = messageOf(error).split('\n')[0]!.replaceAll(output, shownOutput);
    throw new UpidError('output-unwritable', `${shownOutput} cannot be written: ${why}`, { cause: error });
  }
}
