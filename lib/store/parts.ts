/**
 * The files of a history: `<directory>/<cluster>/<table>/day=YYYY-MM-DD/<part>.parquet`. A part is written under a temporary
 * name, flushed to the disk and put in place, so that a reader never meets half a part, whatever dies when. Parts never change.
 *
 * A merged part lists the parts it replaces, which are removed only after a while: until then a reader leaves them out.
 */

import { existsSync } from 'node:fs';
import { link, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flush, makeFolder } from '../disk/durable.ts';
import { messageOf, UpidError } from '../types/errors.ts';
import { type Footer, readFooter } from './footer.ts';
import type { Table } from './schema.ts';

const PART_NAME = /^[\w-]+\.parquet$/;
const DAY_FOLDER = /^day=(\d{4}-\d{2}-\d{2})$/;

/** Whether a name is that of a part in place. */
export function isPartName(name: string): boolean {
  return PART_NAME.test(name);
}

export interface Part extends Footer {
  /** Path. */
  readonly file: string;
  /** File name: unique within its folder, for good. */
  readonly name: string;
}

export interface Parts {
  readonly parts: readonly Part[];
  /** One sentence for each file that had to be left out. */
  readonly problems: readonly string[];
}

/** What lies in the folder of one day. */
export interface DayParts extends Parts {
  /** Names of parts whose rows stand in a merged part as well → that part's name. */
  readonly replaced: ReadonlyMap<string, string>;
}

/** Footers by path: what was read once need not be read again, as parts never change. */
export type KnownFooters = Map<string, Footer>;

/** A cluster's id as a folder name: UIDs pass as they are, anything else loses what a path could misread. */
export function clusterFolder(clusterId: string): string {
  return clusterId.replaceAll(/[^\w.-]/g, '_').replace(/^\.*$|^\.+/, '_');
}

/** UTC day of an instant, `2026-11-24`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Folder of one day of a table, in the folder of a cluster. */
export function dayFolder(folder: string, table: Table, day: string): string {
  return join(folder, table, `day=${day}`);
}

/** Days that a table has a folder of, oldest first. @throws UpidError history-corrupt */
export async function daysOf(folder: string, table: Table): Promise<readonly string[]> {
  const names = await entriesOf(join(folder, table));
  return names.flatMap((name) => DAY_FOLDER.exec(name)?.[1] ?? []).toSorted();
}

/** Sentence for a part that is left out. */
export function leftOut(file: string, why: string): string {
  return `history part ${file} is left out: ${why}; move it away to silence this`;
}

/**
 * Parts of a table of the days that overlap the period. Files that are no whole part are named and left in place.
 * @throws UpidError history-corrupt when a folder cannot be read
 */
export async function findParts(
  folder: string,
  table: Table,
  period: { readonly fromMs: number; readonly toMs: number } | 'all',
  known: KnownFooters,
): Promise<Parts> {
  const days = (await daysOf(folder, table)).filter(
    (day) => period === 'all' || (day >= dayOf(period.fromMs) && day <= dayOf(period.toMs)),
  );
  const perDay = await Promise.all(days.map((day) => partsOf(dayFolder(folder, table, day), known)));
  return { parts: perDay.flatMap(({ parts }) => parts), problems: perDay.flatMap(({ problems }) => problems) };
}

/** Parts of one folder, oldest name first, without those that a merged part replaces. @throws UpidError history-corrupt */
export async function partsOf(folder: string, known: KnownFooters): Promise<DayParts> {
  const names = (await entriesOf(folder)).filter((name) => PART_NAME.test(name)).toSorted();
  const problems: string[] = [];
  const footers = new Map<string, Footer>();
  await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const footer = known.get(file) ?? (await readFooter(file));
      if (typeof footer === 'object') {
        known.set(file, footer);
        footers.set(name, footer);
      } else if (footer !== 'gone') problems.push(leftOut(file, footer));
    }),
  );
  const replaced = replacements(footers);
  const parts = names.flatMap((name) => {
    const footer = footers.get(name);
    return footer === undefined || replaced.has(name) ? [] : [{ ...footer, name, file: join(folder, name) }];
  });
  return { parts, problems: problems.toSorted(), replaced };
}

/**
 * Which parts are replaced by which. Of two merged parts that hold the same rows, which only writers who overtook each other
 * can leave behind, the one that replaces more counts, and of the other one what it replaced.
 */
function replacements(footers: ReadonlyMap<string, Footer>): ReadonlyMap<string, string> {
  const replaced = new Map<string, string>();
  const merged = [...footers].filter(([, footer]) => footer.replaces.length > 0);
  for (const [name, { replaces }] of merged.toSorted(([, a], [, b]) => b.replaces.length - a.replaces.length)) {
    const other = replaces.map((each) => replaced.get(each)).find((each) => each !== undefined);
    if (replaced.has(name)) continue;
    if (other !== undefined) replaced.set(name, other);
    else for (const each of replaces) replaced.set(each, name);
  }
  return replaced;
}

/** Names in a folder; none when there is no folder. @throws UpidError history-corrupt */
export async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UpidError('history-corrupt', `the history folder ${folder} cannot be read (${messageOf(error)})`, {
      remedy: 'check its permissions, choose another folder by --history, or leave it out by --no-history',
      cause: error,
    });
  }
}

const TEMPORARY = /^\.[\w-]+\.parquet\.tmp$/;

/** Whether a name is that of a part in the making, or of one whose writer died. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Lets `write` make a file and puts it in place whole.
 * @throws UpidError history-unwritable; nothing half-written is left then
 */
export async function placePart(file: string, write: (temporaryFile: string) => Promise<void>): Promise<void> {
  const folder = dirname(file);
  const temporary = temporaryName(file);
  const attempt = async (): Promise<void> => {
    await makeFolder(folder);
    await write(temporary);
    await flush(temporary);
    await rename(temporary, file);
    await flush(folder);
  };
  try {
    // The folder of an old day may be pruned between being made and being used.
    await attempt().catch((error: unknown) => (existsSync(folder) ? Promise.reject(error) : attempt()));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UpidError('history-unwritable', `the history in ${folder} cannot be written (${firstLine(messageOf(error))})`, {
      remedy: 'free the disk or make the folder writable, choose another by --history, or leave it out by --no-history',
      cause: error,
    });
  }
}

/**
 * As `placePart`, but of several writers who make the same part only one succeeds.
 * @throws whatever keeps it from being put in place: EEXIST when another one was faster
 */
export async function placePartOnce(
  file: string,
  unique: string,
  write: (temporaryFile: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(join(dirname(file), `${unique}.parquet`));
  try {
    await write(temporary);
    await flush(temporary);
    await link(temporary, file);
    await flush(dirname(file));
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function temporaryName(file: string): string {
  return join(dirname(file), `.${basename(file)}.tmp`);
}

export function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
