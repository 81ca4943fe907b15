/** How far apart the samples of a history usually are: decides how long a slot must be to hold at least one. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { eachRow, literal, numberOrUndefined } from './engine.ts';
import type { Part } from './parts.ts';
import { boundsOf, fromPeriod, type Period } from './period.ts';
import { partsSql } from './relation.ts';

/** Enough to tell the rhythm; all of them would cost a sort of the whole period. */
const CONTAINERS_LOOKED_AT = 20;

/** Pods that these are chosen from, so that the other rows are left out while reading. */
const PODS_LOOKED_AT = 60;

const podsSql = (parts: readonly Part[]): string =>
  `SELECT pod FROM ${partsSql('samples', parts)} GROUP BY pod ORDER BY hash(pod), pod LIMIT ${PODS_LOOKED_AT}`;

const intervalSql = (parts: readonly Part[], period: Period, pods: readonly string[]): string => `
  WITH instants AS (
    SELECT hash(namespace, pod, container) AS id, observed_at
    ${fromPeriod(parts, period)} AND pod IN (${pods.map(literal).join(', ')})),
  longest AS (SELECT id FROM instants GROUP BY id ORDER BY count(*) DESC, id LIMIT ${CONTAINERS_LOOKED_AT}),
  distances AS (
    SELECT epoch_ms(observed_at) - epoch_ms(lag(observed_at) OVER (PARTITION BY id ORDER BY observed_at)) AS distance
    FROM instants SEMI JOIN longest USING (id))
  SELECT median(distance) / 1000 FROM distances WHERE distance > 0`;

/**
 * Median distance in seconds of consecutive samples, of the containers with the most of them among some pods that were there
 * at the start, in the middle or at the end of the period; undefined without two samples.
 */
export async function queryInterval(
  connection: DuckDBConnection,
  parts: readonly Part[],
  period: Period,
): Promise<number | undefined> {
  const looked = new Set([parts[0], parts[parts.length >> 1], parts.at(-1)].filter((part) => part !== undefined));
  if (looked.size === 0) return undefined;
  const pods: string[] = [];
  await eachRow(connection, podsSql([...looked]), {}, (row) => pods.push(String(row(0))));
  let seconds: number | undefined;
  await eachRow(connection, intervalSql(parts, period, pods), boundsOf(period), (row) => {
    seconds = numberOrUndefined(row(0));
  });
  return seconds;
}
