/** DuckDB for what training and its bench read and write: one engine for one piece of work. */

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export async function withEngine<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
