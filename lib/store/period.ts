/** What queries over a period have in common. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { eachRow, type Parameters, partsSql } from './engine.ts';

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only this namespace; all when absent. */
  readonly namespace?: string;
}

/** Identifies a workload within one query: 64 bits, so that 10,000 workloads collide with a probability of 1 in 10¹¹. */
export const WORKLOAD = 'hash(namespace, workload_kind, workload_name)';

/** Parts and period; the values are bound by `boundsOf`. */
export function fromPeriod(files: readonly string[], { namespace }: Pick<Period, 'namespace'>): string {
  const inNamespace = namespace === undefined ? '' : ' AND namespace = $namespace';
  return `FROM ${partsSql(files)} WHERE observed_at >= make_timestamp_ms($from_ms) AND observed_at <= make_timestamp_ms($to_ms)${inNamespace}`;
}

/** Values of the parameters of `fromPeriod`, both ends within the period. */
export function boundsOf({ fromMs, toMs, namespace }: Period): Parameters {
  return { from_ms: fromMs, to_ms: toMs, ...(namespace !== undefined && { namespace }) };
}

/** Number of rows in these parts: it stands in their metadata and costs next to nothing. */
export async function rowsIn(connection: DuckDBConnection, files: readonly string[]): Promise<number> {
  let rows = 0;
  await eachRow(connection, `SELECT count(*)::DOUBLE FROM ${partsSql(files)}`, {}, (row) => {
    rows = Number(row(0));
  });
  return rows;
}
