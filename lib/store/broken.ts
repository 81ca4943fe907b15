/** Finds the parts that look whole from outside but cannot be read. Slow, and only done after a query has failed. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../types/errors.ts';
import { eachRow, isGone, partsSql } from './engine.ts';
import { firstLine } from './parts.ts';
import { COLUMNS } from './schema.ts';

export interface BrokenPart {
  readonly file: string;
  readonly why: string;
}

/** Reads every value of these parts, all at once, then halves of what fails. A part that vanished is not broken. */
export async function findBroken(connection: DuckDBConnection, files: readonly string[]): Promise<readonly BrokenPart[]> {
  const why = files.length === 0 ? undefined : await reasonAgainst(connection, files);
  if (why === undefined) return [];
  const [only] = files;
  if (files.length === 1 && only !== undefined) return isGone(why) ? [] : [{ file: only, why: firstLine(messageOf(why)) }];
  const middle = files.length >> 1;
  return [...(await findBroken(connection, files.slice(0, middle))), ...(await findBroken(connection, files.slice(middle)))];
}

async function reasonAgainst(connection: DuckDBConnection, files: readonly string[]): Promise<unknown> {
  const types = new Map<string, string>();
  try {
    await eachRow(connection, `DESCRIBE SELECT * FROM ${partsSql(files)}`, {}, (row) =>
      types.set(String(row(0)), String(row(1))),
    );
    const other = Object.entries(COLUMNS).find(([name, type]) => types.get(name) !== (READ_AS[type] ?? type));
    if (other) return `its column ${other[0]} is ${types.get(other[0]) ?? 'missing'} instead of ${other[1]}`;
    await eachRow(connection, `SELECT sum(hash(COLUMNS(*))) FROM ${partsSql(files)}`, {}, () => undefined);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Parquet's timestamps are read in the engine's own resolution. */
const READ_AS: Readonly<Record<string, string>> = { TIMESTAMP_MS: 'TIMESTAMP' };
