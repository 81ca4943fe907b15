/**
 * Many small parts into few: opening a part costs as much as reading 10,000 rows of one. What runs record within an hour becomes
 * one part when the hour is over, what they record within a day another one when the day is over: at once where it is small, else when it has been rolled up (see
 * housekeeping.ts).
 *
 * Safe against dying, against readers and against others who merge, without a lock:
 * - a merged part has the one name of its hour or day, and is put in place only where there is none yet;
 * - parts that a roll-up covers are not merged with others (see coverage.ts);
 * - it lists what it replaces, and also what those replaced; a reader that meets both leaves the replaced ones out;
 * - the replaced ones are removed some minutes later, so that a reader that listed the folder while the merged part was put
 *   in place either saw them all or finds one gone, and lists again.
 */

import type { Stats } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { byCoverage } from './coverage.ts';
import { isGone, literal } from './engine.ts';
import { type DayParts, entriesOf, isTemporary, type KnownFooters, type Part, partsOf, placePartOnce } from './parts.ts';
import { rowsIn } from './period.ts';
import { partsSql } from './relation.ts';
import { FORMAT, mergedOrder, type RawTable, REPLACES_KEY, SCHEMA_VERSION, VERSION_KEY } from './schema.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Parts that are merged at least: fewer are not worth it. */
export const FEWEST_PARTS = 4;

/** A writer whose clock is late by less than this still finds its hour unmerged. What comes later stays a part of its own. */
const LATE_MS = 5 * MINUTE_MS;

/** How long replaced parts stay: no listing of a folder takes as long. */
const GRACE_MS = 5 * MINUTE_MS;

/** Bytes of a day that are merged at once: about 100,000 rows, sorted in a quarter of a second. */
const LARGEST_DAY_BYTES = 2_000_000;

/** When its writer started: `20261124T135900123Z-…`; a merged hour: `20261124T13-merged`; a merged day: `20261124-merged`. */
const WRITTEN = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2}))?(?:\d{7}Z-[0-9a-z]+|-merged)\.parquet$/;

export interface Group {
  readonly name: string;
  readonly inputs: readonly Part[];
}

/**
 * Tidies one day's folder: merges at most one hour, or the day, and removes what is replaced or was left by a writer that died.
 * @throws whatever keeps parts from being merged; nothing is lost then, nor half-written
 */
export async function tidy(
  connection: DuckDBConnection,
  table: RawTable,
  folder: string,
  /** With the roll-ups of the same day. */
  writer: { readonly nowMs: number; readonly unique: string; readonly rollUps: readonly Part[] },
  known: KnownFooters,
): Promise<void> {
  const { nowMs, unique, rollUps } = writer;
  const { entries, parts, replaced } = await clean(folder, nowMs, known);
  const taken = new Set([...entries, ...replaced.keys()]);
  for (const mergeable of byCoverage(parts, rollUps)) {
    const group = mergeable.length < FEWEST_PARTS ? undefined : await groupToMerge(mergeable, taken, nowMs);
    if (group) return merge(connection, table, folder, group, unique);
  }
}

/** Removes from a folder what is replaced and what writers left that died, each after a while. */
export async function clean(
  folder: string,
  nowMs: number,
  known: KnownFooters,
  graceMs = GRACE_MS,
): Promise<DayParts & { readonly entries: readonly string[] }> {
  const entries = await entriesOf(folder);
  await removeLeftovers(folder, entries, nowMs);
  const found = await partsOf(folder, known);
  await removeReplaced(folder, entries, found.replaced, nowMs - graceMs);
  return { ...found, entries };
}

async function removeLeftovers(folder: string, entries: readonly string[], nowMs: number): Promise<void> {
  for (const name of entries.filter(isTemporary)) await removeOlder(join(folder, name), nowMs - DAY_MS);
}

async function removeReplaced(
  folder: string,
  entries: readonly string[],
  replaced: ReadonlyMap<string, string>,
  beforeMs: number,
): Promise<void> {
  const old = new Map<string, boolean>();
  for (const name of new Set(replaced.values())) {
    const changed = (await statOf(join(folder, name)))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    old.set(name, changed <= beforeMs);
  }
  for (const name of entries) {
    if (old.get(replaced.get(name) ?? '')) await unlink(join(folder, name)).catch(() => undefined);
  }
}

/** Another one may remove it at the same time, and Windows keeps what is being read: the next run looks again. */
async function removeOlder(file: string, beforeMs: number): Promise<void> {
  const found = await statOf(file);
  if (found && found.mtimeMs < beforeMs) await unlink(file).catch(() => undefined);
}

function statOf(file: string): Promise<Stats | undefined> {
  return stat(file).catch(() => undefined);
}

/** The oldest hour that is over and has many parts, or the whole day when that is over and small. `taken` are names that may not be used again. */
async function groupToMerge(parts: readonly Part[], taken: ReadonlySet<string>, nowMs: number): Promise<Group | undefined> {
  const written = parts.flatMap((part) => {
    const [, year, month, day, hour] = WRITTEN.exec(part.name) ?? [];
    return year === undefined ? [] : [{ part, date: `${year}-${month}-${day}`, hour }];
  });
  const isOver = (from: string, lengthMs: number): boolean => Date.parse(from) + lengthMs + LATE_MS <= nowMs;
  const groups: Group[] = [];
  for (const [date, ofDay] of Map.groupBy(written, (each) => each.date)) {
    const name = date.replaceAll('-', '');
    const inputs = ofDay.map(({ part }) => part);
    if (isOver(`${date}T00:00:00Z`, DAY_MS) && (await bytesOf(inputs)) <= LARGEST_DAY_BYTES) {
      groups.push({ name: `${name}-merged.parquet`, inputs });
      continue;
    }
    for (const [hour, ofHour] of Map.groupBy(ofDay, (each) => each.hour)) {
      if (hour === undefined || !isOver(`${date}T${hour}:00:00Z`, HOUR_MS)) continue;
      groups.push({ name: `${name}T${hour}-merged.parquet`, inputs: ofHour.map(({ part }) => part) });
    }
  }
  return groups.find(({ name, inputs }) => inputs.length >= FEWEST_PARTS && !taken.has(name));
}

export async function bytesOf(parts: readonly Pick<Part, 'file'>[]): Promise<number> {
  const sizes = await Promise.all(parts.map(async ({ file }) => (await statOf(file))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Merges parts into one, under its name. Nothing is done where somebody else did it. */
export async function merge(
  connection: DuckDBConnection,
  table: RawTable,
  folder: string,
  group: Group,
  unique: string,
): Promise<void> {
  const replaces = group.inputs.flatMap(({ name, replaces: earlier }) => [name, ...earlier]);
  const metadata = `${VERSION_KEY}: '${SCHEMA_VERSION}', ${REPLACES_KEY}: ${literal(replaces.join('\n'))}`;
  try {
    await placePartOnce(join(folder, group.name), unique, async (temporary) => {
      await connection.run(
        `COPY (SELECT * FROM ${partsSql(table, group.inputs)} ORDER BY ${mergedOrder(table)}) TO ${literal(temporary)} (${FORMAT}, KV_METADATA {${metadata}})`,
      );
      const [written, wanted] = [await rowsIn(connection, [{ file: temporary }]), await rowsIn(connection, group.inputs)];
      if (written !== wanted) throw new Error(`${written} rows were written instead of ${wanted}`);
    });
  } catch (error) {
    // Somebody else merged the same, or already removed what they had merged.
    const overtaken = (error as NodeJS.ErrnoException).code === 'EEXIST' || isGone(error);
    if (!overtaken) throw error;
  }
}
