/** How far apart the samples of a history usually are: decides how long a slot must be to hold at least one. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { eachRow, numberOrUndefined } from './engine.ts';
import { boundsOf, fromPeriod, type Period } from './period.ts';

/** Enough to tell the rhythm; all of them would cost a sort of the whole period. */
const CONTAINERS_LOOKED_AT = 20;

const intervalSql = (files: readonly string[], period: Period): string => `
  WITH longest AS (
    SELECT hash(namespace, pod, container) AS id ${fromPeriod(files, period)}
    GROUP BY id ORDER BY count(*) DESC, id LIMIT ${CONTAINERS_LOOKED_AT}),
  instants AS (
    SELECT id, observed_at FROM (SELECT hash(namespace, pod, container) AS id, observed_at ${fromPeriod(files, period)})
    SEMI JOIN longest USING (id)),
  distances AS (
    SELECT epoch_ms(observed_at) - epoch_ms(lag(observed_at) OVER (PARTITION BY id ORDER BY observed_at)) AS distance FROM instants)
  SELECT median(distance) / 1000 FROM distances WHERE distance > 0`;

/** Median distance in seconds of consecutive samples of the containers with the most of them; undefined without two samples. */
export async function queryInterval(
  connection: DuckDBConnection,
  files: readonly string[],
  period: Period,
): Promise<number | undefined> {
  if (files.length === 0) return undefined;
  let seconds: number | undefined;
  await eachRow(connection, intervalSql(files, period), boundsOf(period), (row) => {
    seconds = numberOrUndefined(row(0));
  });
  return seconds;
}
