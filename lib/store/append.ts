/** Samples to a Parquet part of each UTC day they fall into. */

import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Sample } from '../types/usage.ts';
import { literal } from './engine.ts';
import { dayFolder, dayOf, placePart } from './parts.ts';
import { COLUMNS, FORMAT, ORDER, SCHEMA_VERSION, VERSION_KEY } from './schema.ts';

const CREATE_BUFFER = `CREATE OR REPLACE TEMP TABLE buffer (${Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`;

/**
 * Writes one part for each day and returns the days. `partName` must be unique among all writers.
 * @throws UpidError history-unwritable
 */
export async function appendSamples(
  connection: DuckDBConnection,
  samplesFolder: string,
  partName: string,
  samples: readonly Sample[],
): Promise<readonly string[]> {
  const perDay = Map.groupBy(samples, (sample) => dayOf(sample.atMs));
  for (const [day, rows] of perDay) {
    await placePart(join(dayFolder(samplesFolder, day), `${partName}.parquet`), async (file) => {
      await fillBuffer(connection, rows);
      await connection.run(
        `COPY (SELECT * FROM buffer ORDER BY ${ORDER}) TO ${literal(file)}
         (${FORMAT}, KV_METADATA {${VERSION_KEY}: '${SCHEMA_VERSION}'})`,
      );
      await connection.run('DROP TABLE buffer');
    });
  }
  return [...perDay.keys()];
}

async function fillBuffer(connection: DuckDBConnection, rows: readonly Sample[]): Promise<void> {
  const { DuckDBTimestampMillisecondsValue } = await import('./duckdb.ts');
  await connection.run(CREATE_BUFFER);
  const appender = await connection.createAppender('buffer');
  const number = (value: number): void => (Number.isNaN(value) ? appender.appendNull() : appender.appendDouble(value));
  for (const row of rows) {
    appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(Math.round(row.atMs))));
    for (const text of [row.namespace, row.workloadKind, row.workloadName, row.pod, row.container]) appender.appendVarchar(text);
    appender.appendBoolean(row.app);
    appender.appendVarchar(row.source);
    for (const value of [row.cpuCores, row.memoryBytes, row.networkBytesPerSecond, row.requests, row.windowSeconds])
      number(value);
    appender.endRow();
  }
  appender.closeSync();
}
