/** Parts as one relation of SQL, whatever versions they have. */

import { literal } from './engine.ts';
import type { Part } from './parts.ts';
import { columnsOf, readType, SCHEMA_VERSION, type Table } from './schema.ts';

/**
 * All columns of a table over these parts; those that a part's version does not have are NULL. The parts of one version have one
 * set of columns, so a part with others is an error. Without parts: the columns and no row.
 */
export function partsSql(table: Table, parts: readonly Part[]): string {
  const perVersion = [...Map.groupBy(parts, ({ version }) => version)];
  const [only] = perVersion;
  if (only === undefined) return `(SELECT ${columnsSql(table, 0, false)} WHERE false)`;
  if (perVersion.length === 1 && only[0] === SCHEMA_VERSION) return readSql(only[1]);
  const branches = perVersion.map(
    ([version, ofVersion]) => `SELECT ${columnsSql(table, version, true)} FROM ${readSql(ofVersion)}`,
  );
  return `(${branches.join(' UNION ALL ')})`;
}

/** What lies in these parts, of one version. */
export function readSql(parts: readonly Pick<Part, 'file'>[]): string {
  return `read_parquet([${parts.map(({ file }) => literal(file)).join(', ')}], hive_partitioning = false)`;
}

function columnsSql(table: Table, version: number, read: boolean): string {
  const there = new Set(read ? columnsOf(table, version).map(([name]) => name) : []);
  return columnsOf(table)
    .map(([name, type]) => (there.has(name) ? name : `NULL::${readType(type)} AS ${name}`))
    .join(', ');
}
