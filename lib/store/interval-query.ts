/** How far apart the samples of a history usually are: decides how long a slot must be to hold at least one. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { columnsOf, literal } from './engine.ts';

/** Enough to tell the rhythm; all of them would cost a sort of the whole period. */
const PODS_LOOKED_AT = 20;

const intervalSql = (files: readonly string[]): string => `
  WITH samples AS (
    SELECT namespace, pod, container, epoch_ms(observed_at) AS at_ms
    FROM read_parquet([${files.map(literal).join(', ')}], union_by_name = true, hive_partitioning = false)
    WHERE observed_at >= make_timestamp_ms($from_ms) AND observed_at <= make_timestamp_ms($to_ms)),
  longest AS (
    SELECT namespace, pod, container FROM samples GROUP BY ALL ORDER BY count(*) DESC, namespace, pod, container LIMIT ${PODS_LOOKED_AT}),
  distances AS (
    SELECT at_ms - lag(at_ms) OVER (PARTITION BY namespace, pod, container ORDER BY at_ms) AS distance
    FROM samples SEMI JOIN longest USING (namespace, pod, container))
  SELECT median(distance) / 1000 AS seconds FROM distances WHERE distance > 0`;

/** Median distance in seconds of consecutive samples of the containers with the most of them; undefined without two samples. */
export async function queryInterval(
  connection: DuckDBConnection,
  files: readonly string[],
  period: { readonly fromMs: number; readonly toMs: number },
): Promise<number | undefined> {
  if (files.length === 0) return undefined;
  const reader = await connection.runAndReadAll(intervalSql(files), { from_ms: period.fromMs, to_ms: period.toMs });
  const seconds = columnsOf(reader).seconds?.[0];
  return seconds === null || seconds === undefined ? undefined : Number(seconds);
}
