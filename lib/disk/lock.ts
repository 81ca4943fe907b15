/**
 * A lock between processes: a file that only one of them can create. It names its holder, so that what a killed process has
 * left behind is told from what a living one holds.
 */

import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { ProcessIdentity, Runtime } from '../types/runtime.ts';

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
 * Takes the lock, or tells who holds it. A holder whose process of this machine is gone has lost it; one of another machine never has.
 * @throws UpidError output-unwritable where no such file can be made
 */
export async function takeLock(file: string, purpose: string, runtime: LockRuntime): Promise<LockOutcome> {
  const mine: LockHolder = { processId: runtime.process.id, host: runtime.process.host, sinceMs: runtime.now(), purpose };
  const unique = `${file}.${mine.processId}-${runtime.random().toString(36).slice(2, 10)}`;
  try {
    await writeWhole(unique, JSON.stringify(mine));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await isLinked(unique, file)) return { lock: { release: () => rm(file, { force: true }) } };
      const holder = await holderOf(file);
      if (holder === 'gone') continue;
      if (holder !== 'unreadable' && isAlive(holder, runtime.process)) return { holder };
      await clearAway(file, `${unique}.stale`, holder);
    }
  } catch (error) {
    throw new UpidError('output-unwritable', `${file} cannot be made: ${messageOf(error)}`, {
      remedy: 'free the disk, or name another folder by --history or UPID_HOME',
      cause: error,
    });
  } finally {
    await rm(unique, { force: true });
  }
  return { holder: { ...mine, purpose: 'another process that starts at the same time' } };
}

/** Of processes that clear away what a dead one has left, at most one loses a round to each of the others. */
const ATTEMPTS = 20;

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
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

async function holderOf(file: string): Promise<LockHolder | 'gone' | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { processId, host, sinceMs, purpose } = JSON.parse(text) as Partial<LockHolder>;
    if (typeof processId === 'number' && typeof host === 'string' && typeof sinceMs === 'number')
      return { processId, host, sinceMs, purpose: purpose ?? '' };
  } catch {
    // Cut off by a power cut: nobody lives who wrote it.
  }
  return 'unreadable';
}

function isAlive({ processId, host }: LockHolder, self: ProcessIdentity): boolean {
  return host !== self.host || self.isRunning(processId);
}

/** Moves it aside and looks again: what was moved may be the lock of one who has cleared away the dead one's meanwhile, and goes back. */
async function clearAway(file: string, aside: string, seen: LockHolder | 'unreadable'): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await holderOf(aside);
  if (JSON.stringify(moved) !== JSON.stringify(seen)) await isLinked(aside, file);
  await rm(aside, { force: true });
}
