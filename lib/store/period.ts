/** What queries over a period have in common. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { numberOf, type Parameters } from './engine.ts';
import { type Conditions, HOUR_MS } from './hourly.ts';
import type { Part } from './parts.ts';
import { partsSql, readSql } from './relation.ts';

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only this namespace; all when absent. */
  readonly namespace?: string;
}

/** Identifies a workload within one query: 64 bits, so that 10,000 workloads collide with a probability of 1 in 10¹¹. */
export const WORKLOAD = 'hash(namespace, workload_kind, workload_name)';

/** Parts of samples and period; the values are bound by `boundsOf`. */
export function fromPeriod(parts: readonly Part[], { namespace }: Pick<Period, 'namespace'>): string {
  const inNamespace = namespace === undefined ? '' : ' AND namespace = $namespace';
  return `FROM ${partsSql('samples', parts)} WHERE observed_at >= make_timestamp_ms($from_ms) AND observed_at <= make_timestamp_ms($to_ms)${inNamespace}`;
}

/** The same as conditions on raw and on hourly rows; of hours that the period touches, all rows. */
export function conditions({ namespace }: Pick<Period, 'namespace'>): Conditions {
  const inNamespace = namespace === undefined ? '' : ' AND namespace = $namespace';
  const bounds = `>= make_timestamp_ms($from_ms // ${HOUR_MS} * ${HOUR_MS})`;
  const within = (column: string): string => `${column} ${bounds} AND ${column} <= make_timestamp_ms($to_ms)${inNamespace}`;
  return { raw: within('observed_at'), hourly: within('hour') };
}

/** Values of the parameters of `fromPeriod`, both ends within the period. */
export function boundsOf({ fromMs, toMs, namespace }: Period): Parameters {
  return { from_ms: fromMs, to_ms: toMs, ...(namespace !== undefined && { namespace }) };
}

/** Number of rows in these parts: it stands in their metadata and costs next to nothing. */
export async function rowsIn(connection: DuckDBConnection, parts: readonly Pick<Part, 'file'>[]): Promise<number> {
  if (parts.length === 0) return 0;
  return numberOf(connection, `SELECT count(*)::DOUBLE FROM ${readSql(parts)}`);
}
