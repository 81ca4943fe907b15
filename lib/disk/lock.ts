/**
 * A lock between processes: a folder of numbered files, each made by one process alone. The highest number holds the lock until it is
 * marked as released, or its process is gone. Numbers only grow and the highest file is never removed, so that of those who meet
 * what a killed process has left just one gets the next number. (Removing the dead one's file instead would let a slow taker remove
 * the file of a quick one.)
 */

import { link, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';
import type { ProcessIdentity, Runtime } from '../types/runtime.ts';
import { makeFolder, replaceFile, writeThrough } from './durable.ts';

export interface LockHolder {
  readonly processId: number;
  readonly host: string;
  readonly sinceMs: number;
  /** What it is held for, in words: `change 20261125T114502Z-3f9a`. */
  readonly purpose: string;
}

export interface Lock {
  release(): Promise<void>;
}

export type LockOutcome = { readonly lock: Lock } | { readonly holder: LockHolder };

type LockRuntime = Pick<Runtime, 'now' | 'random' | 'process'>;

/**
 * Takes the lock that lies in `folder`, or tells who holds it. A holder whose process of this machine is gone has lost it; one of another
 * machine never has.
 * @throws UpidError output-unwritable where no such file can be made
 */
export async function takeLock(folder: string, purpose: string, runtime: LockRuntime): Promise<LockOutcome> {
  const mine: LockHolder = { processId: runtime.process.id, host: runtime.process.host, sinceMs: runtime.now(), purpose };
  const unique = join(folder, `.${mine.processId}-${runtime.random().toString(36).slice(2, 12)}`);
  try {
    await makeFolder(folder);
    await writeThrough(unique, 'wx', JSON.stringify(mine));
    try {
      return await contend(folder, unique, mine, runtime.process);
    } finally {
      await rm(unique, { force: true });
    }
  } catch (error) {
    throw new UpidError('output-unwritable', `the lock ${folder} cannot be taken: ${messageOf(error)}`, {
      remedy: 'free the disk or make the folder writable, or choose another by UPID_HOME',
      cause: error,
    });
  }
}

async function contend(folder: string, unique: string, mine: LockHolder, self: ProcessIdentity): Promise<LockOutcome> {
  while (true) {
    const numbers = await numbersIn(folder);
    const highest = numbers.at(-1) ?? 0;
    const holder = highest === 0 ? undefined : await holderOf(fileOf(folder, highest));
    if (holder && isAlive(holder, self)) return { holder };
    const file = fileOf(folder, highest + 1);
    if (!(await isLinked(unique, file))) continue;
    // Whoever was slow may have made a number that others are past.
    if ((await numbersIn(folder)).at(-1) !== highest + 1) {
      await rm(file, { force: true });
      continue;
    }
    await Promise.all(numbers.slice(0, -KEPT).map((number) => rm(fileOf(folder, number), { force: true })));
    return { lock: { release: () => replaceFile(file, JSON.stringify({ ...mine, released: true })) } };
  }
}

/** Old numbers that stay, so that a list that is read while files come and go never misses all of them. */
const KEPT = 3;

function fileOf(folder: string, number: number): string {
  return join(folder, String(number).padStart(9, '0'));
}

/** In ascending order. */
async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => (/^\d{9}$/.test(name) ? [Number(name)] : [])).toSorted((a, b) => a - b);
}

/** A second name of a whole file: the lock is never seen half-written. */
async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where it was released, is gone, or cannot be read: a power cut left it, and nobody lives who wrote it. */
async function holderOf(file: string): Promise<LockHolder | undefined> {
  try {
    const { processId, host, sinceMs, purpose, released } = JSON.parse(await readFile(file, 'utf8')) as Partial<
      LockHolder & { readonly released: boolean }
    >;
    const isHolder =
      typeof processId === 'number' && typeof host === 'string' && typeof sinceMs === 'number' && released !== true;
    return isHolder ? { processId, host, sinceMs, purpose: purpose ?? '' } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process runs; what is not of this machine is taken for running. */
export function isAlive({ processId, host }: Pick<LockHolder, 'processId' | 'host'>, self: ProcessIdentity): boolean {
  return host !== self.host || self.isRunning(processId);
}
