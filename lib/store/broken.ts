/** Finds the parts that look whole from outside but cannot be read. Slow, and only done after a query has failed. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../types/errors.ts';
import { eachRow, isGone } from './engine.ts';
import { firstLine, type Part } from './parts.ts';
import { partsSql, readSql } from './relation.ts';
import { columnsOf, readType, type Table } from './schema.ts';

export interface BrokenPart {
  readonly file: string;
  readonly why: string;
}

/** Reads every value of these parts, all at once, then halves of what fails. A part that vanished is not broken. */
export async function findBroken(
  connection: DuckDBConnection,
  table: Table,
  parts: readonly Part[],
): Promise<readonly BrokenPart[]> {
  const why = parts.length === 0 ? undefined : await reasonAgainst(connection, table, parts);
  if (why === undefined) return [];
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return isGone(why) ? [] : [{ file: only.file, why: firstLine(messageOf(why)) }];
  const middle = parts.length >> 1;
  const halves = [parts.slice(0, middle), parts.slice(middle)];
  return [...(await findBroken(connection, table, halves[0]!)), ...(await findBroken(connection, table, halves[1]!))];
}

async function reasonAgainst(connection: DuckDBConnection, table: Table, parts: readonly Part[]): Promise<unknown> {
  try {
    for (const [version, ofVersion] of Map.groupBy(parts, (part) => part.version)) {
      const types = new Map<string, string>();
      await eachRow(connection, `DESCRIBE SELECT * FROM ${readSql(ofVersion)}`, {}, (row) =>
        types.set(String(row(0)), String(row(1))),
      );
      const other = columnsOf(table, version).find(([name, type]) => types.get(name) !== readType(type));
      if (other) return `its column ${other[0]} is ${types.get(other[0]) ?? 'missing'} instead of ${other[1]}`;
    }
    await eachRow(connection, `SELECT sum(hash(COLUMNS(*))) FROM ${partsSql(table, parts)}`, {}, () => undefined);
    return undefined;
  } catch (error) {
    return error;
  }
}
