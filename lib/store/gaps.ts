/** Which hours of a period have no samples at all: those that another source may fill. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { DaySources } from './coverage.ts';
import { eachRow } from './engine.ts';
import { HOUR_MS } from './hourly.ts';
import { boundsOf, conditions, type Period } from './period.ts';
import { partsSql } from './relation.ts';

/** Whole hours of UTC; `toMs` is not among them. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

const hoursSql = (days: readonly DaySources[], period: Period): string => {
  const where = conditions(period);
  const raw = partsSql(
    'samples',
    days.flatMap((day) => day.raw),
  );
  const rollUps = partsSql(
    'hourly',
    days.flatMap((day) => day.rollUps),
  );
  return `
    SELECT DISTINCT (epoch_ms(observed_at) // ${HOUR_MS})::DOUBLE FROM ${raw} WHERE ${where.raw}
    UNION SELECT DISTINCT (epoch_ms(hour) // ${HOUR_MS})::DOUBLE FROM ${rollUps} WHERE ${where.hourly}`;
};

/** Whole hours within the period without a sample, those that follow each other joined, oldest first. */
export async function queryGaps(
  connection: DuckDBConnection,
  days: readonly DaySources[],
  period: Period,
): Promise<readonly Gap[]> {
  const recorded = new Set<number>();
  if (days.length > 0) {
    await eachRow(connection, hoursSql(days, period), boundsOf(period), (row) => recorded.add(Number(row(0))));
  }
  const [first, end] = [Math.ceil(period.fromMs / HOUR_MS), Math.floor(period.toMs / HOUR_MS)];
  const gaps: Gap[] = [];
  for (let hour = first; hour < end; hour++) {
    if (recorded.has(hour)) continue;
    const last = gaps.at(-1);
    const [fromMs, toMs] = [hour * HOUR_MS, (hour + 1) * HOUR_MS];
    if (last?.toMs === fromMs) gaps[gaps.length - 1] = { fromMs: last.fromMs, toMs };
    else gaps.push({ fromMs, toMs });
  }
  return gaps;
}
