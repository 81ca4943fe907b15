import { DuckDBInstance } from '@duckdb/node-api';

/** Runs SQL, such as over Parquet files, in an engine of its own and gives the values of each row. */
export async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
