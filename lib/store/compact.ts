/** Pruning and compacting as operations of their own: everything at once, and what was done. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type House, mergeDay, pruning, rollUpAll } from './housekeeping.ts';
import { bytesOf, clean } from './merge.ts';
import { dayFolder, daysOf, entriesOf, isPartName, type KnownFooters, partsOf } from './parts.ts';
import { rowsIn } from './period.ts';
import { isOver, type Removed } from './retention.ts';
import { HOURLY_TABLES, RAW_TABLES, type Table } from './schema.ts';

/** Files, rows and bytes of all tables, replaced parts that are still there among them. */
export interface Size {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface Pruned {
  /** Days that were rolled up first, counted by table. */
  readonly rolledUp: number;
  readonly removed: Removed;
  readonly before: Size;
  readonly after: Size;
}

export interface Compacted {
  readonly rolledUp: number;
  /** Parts that were merged into others. */
  readonly merged: number;
  readonly before: Size;
  readonly after: Size;
}

/** Replaced parts are removed this long after their successors were put in place, instead of some minutes: nobody lists a folder for longer. */
const WAIT_MS = 2000;

export async function pruneAll(house: House): Promise<Pruned> {
  const before = await sizeOf(house);
  const rolledUp = await rollUpAll(house);
  if (rolledUp > 0) await sleep(WAIT_MS);
  let removed: Removed = { files: 0, bytes: 0 };
  for (const table of RAW_TABLES) {
    for await (const { files, bytes } of pruning(house, table, WAIT_MS))
      removed = { files: removed.files + files, bytes: removed.bytes + bytes };
  }
  return { rolledUp, removed, before, after: await sizeOf(house) };
}

export async function compactAll(house: House): Promise<Compacted> {
  const before = await sizeOf(house);
  const rolledUp = await rollUpAll(house);
  let merged = 0;
  for (const table of RAW_TABLES) {
    for (const day of await daysOf(house.folder, table))
      if (isOver(day, house.nowMs)) merged += await mergeDay(house, table, day);
  }
  if (merged + rolledUp > 0) await sleep(WAIT_MS);
  for (const table of [...RAW_TABLES, ...HOURLY_TABLES]) {
    for (const day of await daysOf(house.folder, table))
      await clean(dayFolder(house.folder, table, day), house.nowMs, house.known, WAIT_MS);
  }
  return { rolledUp, merged, before, after: await sizeOf(house) };
}

async function sizeOf({ connection, folder, known }: House): Promise<Size> {
  let size: Size = { files: 0, rows: 0, bytes: 0 };
  for (const table of [...RAW_TABLES, ...HOURLY_TABLES]) {
    for (const day of await daysOf(folder, table)) size = plus(size, await sizeOfDay(connection, folder, table, day, known));
  }
  return size;
}

async function sizeOfDay(
  connection: House['connection'],
  folder: string,
  table: Table,
  day: string,
  known: KnownFooters,
): Promise<Size> {
  const where = dayFolder(folder, table, day);
  const names = (await entriesOf(where)).filter(isPartName);
  const { parts } = await partsOf(where, known);
  const bytes = await bytesOf(names.map((name) => ({ file: join(where, name) })));
  return { files: names.length, rows: await rowsIn(connection, parts), bytes };
}

function plus(a: Size, b: Size): Size {
  return { files: a.files + b.files, rows: a.rows + b.rows, bytes: a.bytes + b.bytes };
}
