/** What was observed to a Parquet part of each UTC day it falls into, for each table. */

import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './engine.ts';
import { dayFolder, dayOf, placePart } from './parts.ts';
import { type Rows, VALUES_OF, type Value } from './rows.ts';
import { columnsOf, FORMAT, ORDER, type RawTable, SCHEMA_VERSION, VERSION_KEY } from './schema.ts';

/**
 * Writes one part of a table for each day and returns the days. `partName` must be unique among all writers.
 * @throws UpidError history-unwritable
 */
export async function appendRows<T extends RawTable>(
  connection: DuckDBConnection,
  folder: string,
  partName: string,
  table: T,
  rows: Rows[T],
): Promise<readonly string[]> {
  const valuesOf = VALUES_OF[table] as (row: Rows[T][number]) => readonly Value[];
  const perDay = Map.groupBy<string, Rows[T][number]>(rows, ({ atMs }) => dayOf(atMs));
  for (const [day, ofDay] of perDay) {
    await placePart(join(dayFolder(folder, table, day), `${partName}.parquet`), async (file) => {
      await fillBuffer(connection, table, ofDay.map(valuesOf));
      await connection.run(
        `COPY (SELECT * FROM buffer ORDER BY ${ORDER[table]}) TO ${literal(file)}
         (${FORMAT}, KV_METADATA {${VERSION_KEY}: '${SCHEMA_VERSION}'})`,
      );
      await connection.run('DROP TABLE buffer');
    });
  }
  return [...perDay.keys()];
}

async function fillBuffer(connection: DuckDBConnection, table: RawTable, rows: readonly (readonly Value[])[]): Promise<void> {
  const { DuckDBTimestampMillisecondsValue } = await import('./duckdb.ts');
  const columns = columnsOf(table);
  const definitions = columns.map(([name, type]) => `${name} ${type}`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE buffer (${definitions})`);
  const appender = await connection.createAppender('buffer');
  const types = columns.map(([, type]) => type);
  for (const row of rows) {
    for (let column = 0; column < types.length; column++) {
      const value = row[column];
      if (value === undefined || Number.isNaN(value)) appender.appendNull();
      else if (typeof value === 'string') appender.appendVarchar(value);
      else if (typeof value === 'boolean') appender.appendBoolean(value);
      else if (types[column] === 'DOUBLE') appender.appendDouble(value);
      else appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(Math.round(value))));
    }
    appender.endRow();
  }
  appender.closeSync();
}
