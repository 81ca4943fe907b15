/**
 * Makes the hourly roll-up of a day that is over. Safe against dying, against readers and against others who do the same, without a
 * lock: a roll-up lists what it covers and what it replaces, is put in place whole, and only where there is none of its name yet.
 * Rows that come later make it stale; the next one is then made from everything that is there and replaces it.
 */

import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { makeFolder } from '../disk/durable.ts';
import { type DaySources, leavesOf, sourcesOf } from './coverage.ts';
import { isGone, literal, numberOf } from './engine.ts';
import { HOUR_MS, hoursSql } from './hourly.ts';
import { type DayParts, dayFolder, type KnownFooters, type Part, partsOf, placePartOnce } from './parts.ts';
import { rowsIn } from './period.ts';
import { readSql } from './relation.ts';
import { COVERS_KEY, FORMAT, HOURLY_OF, ORDER, type RawTable, REPLACES_KEY, SCHEMA_VERSION, VERSION_KEY } from './schema.ts';

/** Raw rows that are aggregated at a time: 300,000 groups' values fit well into the engine's memory. */
const ROWS_AT_A_TIME = 300_000;

const NAME = /^\d{8}-hourly-(\d+)\.parquet$/;

/** Parts of one day, raw ones and roll-ups. */
export interface Day {
  readonly raw: DayParts;
  readonly rollUps: DayParts;
}

export async function dayParts(folder: string, table: RawTable, day: string, known: KnownFooters): Promise<Day> {
  const raw = await partsOf(dayFolder(folder, table, day), known);
  const rollUps = await partsOf(dayFolder(folder, HOURLY_OF[table], day), known);
  return { raw, rollUps };
}

/**
 * Rolls up a day and tells whether it did: not where everything is covered already, nor where another one was faster.
 * @throws whatever keeps it from being made; nothing is lost then, nor half-written
 */
export async function rollUp(
  connection: DuckDBConnection,
  where: { readonly folder: string; readonly table: RawTable; readonly day: string },
  unique: string,
  known: KnownFooters,
): Promise<boolean> {
  const { folder, table, day } = where;
  const { raw, rollUps } = await dayParts(folder, table, day, known);
  const sources = sourcesOf(raw.parts, rollUps.parts);
  if (sources.raw.length === 0) return false;
  const names = [...rollUps.parts.map(({ name }) => name), ...rollUps.replaced.keys()];
  const generation = 1 + Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)));
  const target = dayFolder(folder, HOURLY_OF[table], day);
  try {
    await makeFolder(target);
    await placePartOnce(join(target, `${day.replaceAll('-', '')}-hourly-${generation}.parquet`), unique, (temporary) =>
      write(connection, table, { day, sources, replaces: names }, temporary),
    );
    return true;
  } catch (error) {
    // Another one rolled up the same day, or merged what was being read.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || isGone(error)) return false;
    throw error;
  } finally {
    await connection.run('DROP TABLE IF EXISTS hours');
  }
}

async function write(
  connection: DuckDBConnection,
  table: RawTable,
  made: { readonly day: string; readonly sources: DaySources; readonly replaces: readonly string[] },
  temporary: string,
): Promise<void> {
  const { day, sources, replaces } = made;
  const hourly = HOURLY_OF[table];
  const wanted = (await rowsIn(connection, sources.raw)) + (await samplesIn(connection, sources.rollUps));
  const nothing = { raw: 'false', hourly: 'false' };
  await connection.run(`CREATE OR REPLACE TEMP TABLE hours AS ${hoursSql(table, [sources], nothing)}`);
  for (const { fromMs, toMs } of pieces(Date.parse(day), Math.ceil(wanted / ROWS_AT_A_TIME))) {
    const within = (column: string): string =>
      `${column} >= make_timestamp_ms(${fromMs}) AND ${column} < make_timestamp_ms(${toMs})`;
    const conditions = { raw: within('observed_at'), hourly: within('hour') };
    await connection.run(`INSERT INTO hours BY NAME ${hoursSql(table, [sources], conditions)}`);
  }
  const covers = [...sources.rollUps.flatMap((part) => part.covers), ...sources.raw.flatMap(leavesOf)];
  const metadata = {
    [VERSION_KEY]: String(SCHEMA_VERSION),
    [COVERS_KEY]: covers.join('\n'),
    ...(replaces.length > 0 && { [REPLACES_KEY]: replaces.join('\n') }),
  };
  const metadataSql = Object.entries(metadata).map(([key, value]) => `${key}: ${literal(value)}`);
  await connection.run(
    `COPY (SELECT * FROM hours ORDER BY ${ORDER[hourly]}) TO ${literal(temporary)} (${FORMAT}, KV_METADATA {${metadataSql.join(', ')}})`,
  );
  const written = await samplesIn(connection, [{ file: temporary }]);
  if (written !== wanted) throw new Error(`${written} samples were rolled up instead of ${wanted}`);
}

/** Whole hours that make up a day. */
function pieces(startMs: number, count: number): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const hours = Math.max(1, Math.floor(24 / Math.max(1, count)));
  return Array.from({ length: Math.ceil(24 / hours) }, (_, index) => ({
    fromMs: startMs + index * hours * HOUR_MS,
    toMs: startMs + Math.min(24, (index + 1) * hours) * HOUR_MS,
  }));
}

/** Samples behind the rows of these roll-ups. */
async function samplesIn(connection: DuckDBConnection, parts: readonly Pick<Part, 'file'>[]): Promise<number> {
  if (parts.length === 0) return 0;
  return numberOf(connection, `SELECT sum(samples)::DOUBLE FROM ${readSql(parts)}`);
}
