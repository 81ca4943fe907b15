/** DuckDB, in memory: the engine that writes and queries the Parquet parts. Loaded only when a history is touched. */

import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { messageOf } from '../types/errors.ts';

/** A second one makes queries no faster where something else runs on the machine, and costs half as much again everywhere. */
const THREADS = '1';

/** Enough for a day of 1,000 pods; beyond it DuckDB spills to disk instead of growing. */
const MEMORY_LIMIT = '160MB';

export interface Engine {
  readonly connection: DuckDBConnection;
  /** The same engine by a connection of its own, whose queries run at the same time as the others. It is closed before this one. */
  beside(): Promise<Engine>;
  /** Work that takes much of the memory: of all connections one at a time, as two would only make each other spill. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Starts an engine that reads no configuration, loads no extension and spills into `temporaryDirectory`, which no other
 * engine may have: it is made when needed and removed on closing.
 */
export async function startEngine(
  temporaryDirectory: string,
  { memory = MEMORY_LIMIT, threads = THREADS }: { readonly memory?: string; readonly threads?: string } = {},
): Promise<Engine> {
  const { DuckDBInstance: Instance } = await import('./duckdb.ts');
  const instance: DuckDBInstance = await Instance.create(':memory:', {
    memory_limit: memory,
    threads,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    temp_directory: temporaryDirectory,
  });
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return connect(instance, alone, () => instance.closeSync());
}

async function connect(instance: DuckDBInstance, alone: Engine['alone'], afterwards: () => void): Promise<Engine> {
  const connection = await instance.connect();
  // Several queries read the same parts; what stands in their footers need not be read by each. Parts never change.
  await connection.run('SET parquet_metadata_cache = true');
  return {
    connection,
    beside: () => connect(instance, alone, () => undefined),
    alone,
    close: () => {
      connection.closeSync();
      afterwards();
    },
  };
}

/** A string literal of SQL: for paths of our own files, which COPY cannot take as parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export type Parameters = Readonly<Record<string, string | number>>;

/** One row of a result: the value of a column by its position; null where it is missing. */
export type Row = (column: number) => DuckDBValue;

/** Runs a query and shows its rows one by one; a row must not be kept. Nothing of the result is held but a chunk. */
export async function eachRow(
  connection: DuckDBConnection,
  sql: string,
  parameters: Parameters,
  visit: (row: Row) => void,
): Promise<void> {
  const result = await connection.stream(sql, parameters);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const vectors = Array.from({ length: chunk.columnCount }, (_, column) => chunk!.getColumnVector(column));
    let at = 0;
    const row: Row = (column) => vectors[column]?.getItem(at) ?? null;
    for (; at < chunk.rowCount; at++) visit(row);
  }
}

/** The number that a query of one row and one column gives; 0 where it gives none. */
export async function numberOf(connection: DuckDBConnection, sql: string): Promise<number> {
  let number = 0;
  await eachRow(connection, sql, {}, (row) => {
    number = Number(row(0));
  });
  return number;
}

/** A number; undefined where the value is missing. */
export function numberOrUndefined(value: DuckDBValue): number | undefined {
  return value === null ? undefined : Number(value);
}

/** Whether a query failed because a part vanished meanwhile. */
export function isGone(error: unknown): boolean {
  return /no files found|cannot open file|no such file/i.test(messageOf(error));
}
