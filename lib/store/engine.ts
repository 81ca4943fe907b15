/** DuckDB, in memory: the engine that writes and queries the Parquet parts. Loaded only when a history is touched. */

import type { DuckDBConnection, DuckDBInstance, DuckDBResultReader } from '@duckdb/node-api';

/** Enough for a day of 1,000 pods; beyond it DuckDB spills to disk instead of growing. */
const MEMORY_LIMIT = '160MB';

export interface Engine {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** Starts an engine that reads no configuration, loads no extension and spills into `temporaryDirectory`. */
export async function startEngine(temporaryDirectory: string): Promise<Engine> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const instance: DuckDBInstance = await Instance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    threads: '2',
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    temp_directory: temporaryDirectory,
  });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A string literal of SQL: for paths of our own files, which COPY cannot take as parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Columns of a finished result by name; numbers where DuckDB gives them, null where a value is missing. */
export function columnsOf(reader: DuckDBResultReader): Readonly<Record<string, readonly unknown[]>> {
  return reader.getColumnsObjectJS();
}
