/**
 * What keeps a history small and quick, a step at a time: days that are over are rolled up, raw rows go when they are rolled up
 * and old, roll-ups go when they are old. Any number of processes may do so at once, and any of them may die.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import { byCoverage, sourcesOf } from './coverage.ts';
import { clean, FEWEST_PARTS, merge } from './merge.ts';
import { dayFolder, daysOf, entriesOf, isPartName, type KnownFooters, partsOf } from './parts.ts';
import { daysToPrune, isOver, pruneHourly, pruneRaw, type Removed, type Retention } from './retention.ts';
import { dayParts, rollUp } from './roll-up.ts';
import { HOURLY_OF, RAW_TABLES, type RawTable, SCHEMA_VERSION } from './schema.ts';

export interface House {
  readonly connection: DuckDBConnection;
  /** Of the cluster. */
  readonly folder: string;
  /** Now, each time it is asked for: what was put in place a while ago must be seen to be older. */
  readonly nowMs: number;
  /** A name that no other writer has, another one each time. */
  unique(): string;
  readonly retention: Retention;
  readonly known: KnownFooters;
}

/** Days of a table that are pruned in one step: one a day is raw, and one hourly, where this is done once a day. */
const PRUNED_DAYS = 4;

/**
 * One step: of each table at most one day is rolled up, or merged into one part where none was rolled up; and a few days are pruned.
 * @throws whatever keeps it from being done
 */
export async function keepHouse(house: House): Promise<void> {
  for (const table of RAW_TABLES) {
    const [day] = await daysToRollUp(house, table);
    if (day !== undefined) await rollUpDay(house, table, day);
    else await mergeOneDay(house, table);
    let pruned = 0;
    for await (const removed of pruning(house, table)) if (removed.files > 0 && ++pruned === PRUNED_DAYS) break;
  }
}

async function mergeOneDay(house: House, table: RawTable): Promise<void> {
  const [day] = await daysToMerge(house, table);
  if (day !== undefined) await mergeDay(house, table, day);
}

/** Rolls up all days of all tables that are over. @returns the number of roll-ups made */
export async function rollUpAll(house: House): Promise<number> {
  let made = 0;
  for (const table of RAW_TABLES) {
    for (const day of await daysToRollUp(house, table)) made += Number(await rollUpDay(house, table, day));
  }
  return made;
}

/** Removes day by day what is old in a table. */
export async function* pruning(house: House, table: RawTable, graceMs?: number): AsyncGenerator<Removed> {
  const { folder, nowMs, retention, known } = house;
  const { raw, hourly } = await daysToPrune(folder, table, retention, nowMs);
  for (const day of raw) yield await pruneRaw(folder, table, day, nowMs, known, graceMs);
  for (const day of hourly) {
    const { raw: left } = await dayParts(folder, table, day, known);
    if (left.parts.length === 0) yield await pruneHourly(folder, table, day, known);
  }
}

/** Days that are over and have rows that no roll-up covers, oldest first. Roll-ups that were replaced are removed by the way. */
async function daysToRollUp({ folder, nowMs, known }: House, table: RawTable): Promise<readonly string[]> {
  const found: string[] = [];
  for (const day of await daysOf(folder, table)) {
    if (!isOver(day, nowMs)) continue;
    const hourly = dayFolder(folder, HOURLY_OF[table], day);
    const { parts, replaced } = await partsOf(hourly, known);
    if (replaced.size > 0) await clean(hourly, nowMs, known);
    const covered = new Set(parts.flatMap(({ covers }) => covers));
    const names = (await entriesOf(dayFolder(folder, table, day))).filter(isPartName);
    // Names tell as a rule; what was merged since then must be looked into.
    if (names.every((name) => covered.has(name))) continue;
    const { raw, rollUps } = await dayParts(folder, table, day, known);
    if (sourcesOf(raw.parts, rollUps.parts).raw.length > 0) found.push(day);
  }
  return found;
}

/** Days that are over and lie in several parts, oldest first. Parts that were merged are removed by the way. */
async function daysToMerge({ folder, nowMs, known }: House, table: RawTable): Promise<readonly string[]> {
  const found: string[] = [];
  for (const day of await daysOf(folder, table)) {
    if (!isOver(day, nowMs)) continue;
    const where = dayFolder(folder, table, day);
    const { parts, replaced } = await partsOf(where, known);
    if (replaced.size > 0) await clean(where, nowMs, known);
    if (parts.length >= FEWEST_PARTS) found.push(day);
  }
  return found;
}

/** Parts of a day as one, or as two where a roll-up covers some of them only. @returns the number of parts that were merged */
export async function mergeDay({ connection, folder, unique, known }: House, table: RawTable, day: string): Promise<number> {
  const where = dayFolder(folder, table, day);
  const rollUps = await partsOf(dayFolder(folder, HOURLY_OF[table], day), known);
  const { parts, replaced } = await partsOf(where, known);
  const taken = new Set([...(await entriesOf(where)), ...replaced.keys(), ...parts.flatMap(({ replaces }) => replaces)]);
  let merged = 0;
  for (const inputs of byCoverage(parts, rollUps.parts)) {
    const isOld = inputs.some(({ version }) => version < SCHEMA_VERSION);
    if (inputs.length < 2 && !isOld) continue;
    const name = freeName(day, taken);
    taken.add(name);
    await merge(connection, table, where, { name, inputs }, unique());
    merged += inputs.length;
  }
  return merged;
}

function freeName(day: string, taken: ReadonlySet<string>): string {
  const base = day.replaceAll('-', '');
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${base}-merged.parquet` : `${base}-${number}-merged.parquet`;
    if (!taken.has(name)) return name;
  }
}

function rollUpDay({ connection, folder, unique, known }: House, table: RawTable, day: string): Promise<boolean> {
  return rollUp(connection, { folder, table, day }, unique(), known);
}
