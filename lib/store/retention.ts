/**
 * How long what is kept: raw rows until their roll-up covers them and they are old, roll-ups until they are old.
 *
 * What is old is told by the clock and by the history together, so that a clock that jumps deletes nothing. Age is counted back from
 * the day that the history would have reached had it been recorded daily since its seventh newest day: where it is recorded every
 * day, that is about now; one round under a clock that is years ahead moves it by a day; and a history that nobody adds to stays as
 * it is. Days in the future are neither old nor a measure of age.
 */

import { readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { leavesOf, sourcesOf } from './coverage.ts';
import { dayFolder, daysOf, type KnownFooters } from './parts.ts';
import { dayParts } from './roll-up.ts';
import { HOURLY_OF, type RawTable, type Table } from './schema.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface Retention {
  /** Raw rows are kept so long, in whole days of UTC. */
  readonly rawSeconds: number;
  /** Hourly roll-ups are. */
  readonly hourlySeconds: number;
}

/** Enough raw rows for the idle rule's look back to the same hour a week ago, and a quarter of a year for rhythms and forecasts. */
export const RETENTION: Retention = { rawSeconds: 7 * 86_400, hourlySeconds: 90 * 86_400 };

/** So many newest days tell how far the history has come. */
const TELLING_DAYS = 7;

/** A roll-up is in place for so long before what it covers goes: see merge.ts. */
const GRACE_MS = 5 * MINUTE_MS;

/** A day is rolled up when it has been over for so long: what is late by less than this is in it. */
export const ROLL_UP_LATE_MS = 30 * MINUTE_MS;

/** What was removed. */
export interface Removed {
  readonly files: number;
  readonly bytes: number;
}

/** Days that are older than a retention, oldest first. `days` are those that were recorded. */
export function oldDays(days: readonly string[], keptSeconds: number, nowMs: number): readonly string[] {
  const past = days.filter((day) => Date.parse(day) <= nowMs).toSorted();
  const told = past.at(-TELLING_DAYS);
  if (told === undefined) return [];
  // A day less than it may have come, so that one recorded day in the future makes none old before its time.
  const reachedMs = Date.parse(told) + (TELLING_DAYS - 2) * DAY_MS;
  return past.filter((day) => Date.parse(day) + DAY_MS + keptSeconds * 1000 <= Math.min(nowMs, reachedMs));
}

/** Recorded days whose raw rows, and whose roll-ups, are older than the retention, oldest first. @throws UpidError history-corrupt */
export async function daysToPrune(
  folder: string,
  table: RawTable,
  { rawSeconds, hourlySeconds }: Retention,
  nowMs: number,
): Promise<{ readonly raw: readonly string[]; readonly hourly: readonly string[] }> {
  const raw = await recordedDays(folder, table);
  const hourly = await recordedDays(folder, HOURLY_OF[table]);
  const recorded = [...new Set([...raw, ...hourly])];
  return {
    raw: oldDays(recorded, rawSeconds, nowMs).filter((day) => raw.includes(day)),
    hourly: oldDays(recorded, Math.max(hourlySeconds, rawSeconds), nowMs).filter((day) => hourly.includes(day)),
  };
}

/** Whether a day is over, with some time for what comes late. A day in the future is not. */
export function isOver(day: string, nowMs: number): boolean {
  return Date.parse(day) + DAY_MS + ROLL_UP_LATE_MS <= nowMs;
}

/** Removes the raw parts of a day that a roll-up covers and has covered for a while; others stay. */
export async function pruneRaw(
  folder: string,
  table: RawTable,
  day: string,
  nowMs: number,
  known: KnownFooters,
  graceMs = GRACE_MS,
): Promise<Removed> {
  const { raw, rollUps } = await dayParts(folder, table, day, known);
  const sources = sourcesOf(raw.parts, rollUps.parts);
  const covered = new Set<string>();
  for (const { file, covers } of sources.rollUps) {
    const placedMs = (await stat(file).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (placedMs <= nowMs - graceMs) for (const leaf of covers) covered.add(leaf);
  }
  const from = dayFolder(folder, table, day);
  const gone = raw.parts.filter((part) => leavesOf(part).every((leaf) => covered.has(leaf))).map(({ name }) => name);
  // What was merged into a part that goes now.
  const merged = [...raw.replaced].filter(([, into]) => gone.includes(into)).map(([name]) => name);
  return remove(from, [...gone, ...merged]);
}

/** Removes the roll-ups of a day. */
export async function pruneHourly(folder: string, table: RawTable, day: string, known: KnownFooters): Promise<Removed> {
  const { rollUps } = await dayParts(folder, table, day, known);
  return remove(dayFolder(folder, HOURLY_OF[table], day), [...rollUps.parts.map(({ name }) => name), ...rollUps.replaced.keys()]);
}

/** Removes parts of a folder, and the folder when nothing is left in it. What another one removes at the same time is not counted. */
export async function remove(folder: string, names: readonly string[]): Promise<Removed> {
  let [files, bytes] = [0, 0];
  for (const name of names) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    const done = await unlink(file).then(
      () => true,
      // Windows keeps what is being read: the next run looks again.
      () => false,
    );
    if (found === undefined || !done) continue;
    files += 1;
    bytes += found.size;
  }
  // Fails where something is left, or was put there meanwhile.
  if (files > 0 && (await readdir(folder).catch(() => [''])).length === 0) await rmdir(folder).catch(() => undefined);
  return { files, bytes };
}

/** Days of a table that hold a part at least. @throws UpidError history-corrupt */
export async function recordedDays(folder: string, table: Table): Promise<readonly string[]> {
  const days = await daysOf(folder, table);
  const filled = await Promise.all(
    days.map(async (day) => {
      const names = await readdir(dayFolder(folder, table, day)).catch(() => []);
      return names.some((name) => name.endsWith('.parquet'));
    }),
  );
  return days.filter((_, index) => filled[index]);
}
