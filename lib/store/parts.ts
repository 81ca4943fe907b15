/**
 * The files of a history: `<directory>/<cluster>/samples/day=YYYY-MM-DD/<part>.parquet`. A part is written under a temporary
 * name, flushed to the disk and renamed, so that a reader never meets half a part, whatever dies when.
 */

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';

const PART = /^[\w-]+\.parquet$/;
const DAY_FOLDER = /^day=(\d{4}-\d{2}-\d{2})$/;

/** Parquet's magic number, at the start and the end of a whole file. */
const MAGIC = 'PAR1';
const MAGIC_BYTES = MAGIC.length;

export interface Parts {
  readonly files: readonly string[];
  /** One sentence for each file that had to be left out. */
  readonly problems: readonly string[];
}

/** A cluster's id as a folder name: UIDs pass as they are, anything else loses what a path could misread. */
export function clusterFolder(clusterId: string): string {
  return clusterId.replaceAll(/[^\w.-]/g, '_');
}

/** UTC day of an instant, `2026-11-24`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Parts of the days that overlap the period. Files that are no whole Parquet file are named and left in place. */
export async function findParts(samplesFolder: string, fromMs: number, toMs: number): Promise<Parts> {
  const first = dayOf(fromMs);
  const last = dayOf(toMs);
  const days = (await entriesOf(samplesFolder)).filter((name) => {
    const day = DAY_FOLDER.exec(name)?.[1];
    return day !== undefined && day >= first && day <= last;
  });
  const names = await Promise.all(
    days
      .toSorted()
      .map(async (day) =>
        (await entriesOf(join(samplesFolder, day)))
          .filter((name) => PART.test(name))
          .map((name) => join(samplesFolder, day, name)),
      ),
  );
  const checked = await Promise.all(names.flat().map(async (file) => ({ file, problem: await problemOf(file) })));
  return {
    files: checked.filter(({ problem }) => problem === undefined).map(({ file }) => file),
    problems: checked.flatMap(({ file, problem }) =>
      problem === undefined || problem === 'gone'
        ? []
        : [`history part ${file} is left out: ${problem}; move it away to silence this`],
    ),
  };
}

async function entriesOf(folder: string): Promise<readonly string[]> {
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

/** What keeps a file from being read; `gone` when it vanished meanwhile, which is nothing to speak of. */
async function problemOf(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size < 3 * MAGIC_BYTES) return `it has only ${size} bytes`;
      const ends = Buffer.alloc(2 * MAGIC_BYTES);
      await handle.read(ends, 0, MAGIC_BYTES, 0);
      await handle.read(ends, MAGIC_BYTES, MAGIC_BYTES, size - MAGIC_BYTES);
      return ends.toString('latin1') === MAGIC + MAGIC ? undefined : 'it is not a whole Parquet file';
    } finally {
      await handle.close();
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : `it cannot be read (${messageOf(error)})`;
  }
}

/**
 * Lets `write` make a file and puts it in place whole.
 * @throws UpidError history-unwritable; nothing half-written is left then
 */
export async function placePart(dayFolder: string, name: string, write: (temporaryFile: string) => Promise<void>): Promise<void> {
  const temporary = join(dayFolder, `.${name}.tmp`);
  try {
    await mkdir(dayFolder, { recursive: true, mode: 0o700 });
    await write(temporary);
    await flush(temporary);
    await rename(temporary, join(dayFolder, name));
    await flush(dayFolder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UpidError('history-unwritable', `the history in ${dayFolder} cannot be written (${firstLine(messageOf(error))})`, {
      remedy: 'free the disk or make the folder writable, choose another by --history, or leave it out by --no-history',
      cause: error,
    });
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

/** fsync of a file or, where the system allows it, of a folder, so that the new name survives a power cut. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM' && (error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
