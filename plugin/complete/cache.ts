/**
 * Names that were asked for earlier, in the user's cache folder: a file for each question, which only the user can read or write,
 * written whole or not at all. Whatever else lies there is as if nothing did.
 */

import { hash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../lib/types/runtime.ts';

export interface CachedNames {
  /** When they were told, Unix epoch milliseconds. */
  readonly toldAtMs: number;
  readonly names: readonly string[];
}

export interface NameCache {
  /** Undefined where there are none, or where what lies there is not what this program writes. */
  read(key: string): CachedNames | undefined;
  /** @throws Error where it cannot be written */
  write(key: string, names: readonly string[]): void;
  /**
   * Whether the caller is to ask: true for one caller, then false for all until the names are written, or until the one has been
   * silent for so long that it must have failed.
   */
  claim(key: string): boolean;
  /** Nobody is to ask again for this long. */
  putOff(key: string, milliseconds: number): void;
}

/** Files that nobody has written for so long are taken away. */
const KEPT_MILLISECONDS = 24 * 3600 * 1000;
const CLAIMED_MILLISECONDS = 30_000;

/** Undefined where there is no folder that is the user's alone. */
export function openCache(runtime: Runtime): NameCache | undefined {
  const folder = cacheFolder(runtime);
  if (folder === undefined || !makePrivate(folder)) return undefined;
  const { now } = runtime;
  const answers = (key: string): string => join(folder, `${key}.json`);
  const claims = (key: string): string => join(folder, `${key}.asked`);
  return {
    read: (key) => readNames(answers(key)),
    write(key, names) {
      const unfinished = join(folder, `${key}.${Math.floor(runtime.random() * 1e9)}`);
      const content: CachedNames = { toldAtMs: now(), names };
      writeFileSync(unfinished, JSON.stringify(content), { mode: 0o600 });
      renameSync(unfinished, answers(key));
      rmSync(claims(key), { force: true });
      removeOld(folder, now());
    },
    claim(key) {
      const file = claims(key);
      if (isNew(file)) return true;
      if (now() - (modifiedAt(file) ?? 0) < CLAIMED_MILLISECONDS) return false;
      touch(file, now());
      return true;
    },
    putOff: (key, milliseconds) => touch(claims(key), now() + milliseconds - CLAIMED_MILLISECONDS),
  };
}

/** What names a question's file: a digest, since the question may hold a token. */
export function cacheKey(question: unknown): string {
  return hash('sha256', JSON.stringify(question)).slice(0, 32);
}

/** `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`; in it `kubectl-upid/names`. */
function cacheFolder({ env, platform, homeDirectory }: Runtime): string | undefined {
  const inHome = homeDirectory && join(homeDirectory, ...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']));
  const cache = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || inHome;
  return cache ? join(cache, 'kubectl-upid', 'names') : undefined;
}

/** Makes the folder; false where it cannot be, or where it is somebody else's or open to others. */
function makePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const state = lstatSync(folder);
    const { uid } = userInfo();
    // Windows knows neither owners' numbers nor modes; there the user's own folder is the user's alone.
    return state.isDirectory() && (uid < 0 || (state.uid === uid && (state.mode & 0o077) === 0));
  } catch {
    return false;
  }
}

function readNames(file: string): CachedNames | undefined {
  try {
    const { toldAtMs, names } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof CachedNames, unknown>>;
    if (typeof toldAtMs !== 'number' || !Array.isArray(names)) return undefined;
    return names.every((name) => typeof name === 'string') ? { toldAtMs, names } : undefined;
  } catch {
    return undefined;
  }
}

function isNew(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch {
    return false;
  }
}

function modifiedAt(file: string): number | undefined {
  return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function touch(file: string, atMs: number): void {
  utimesSync(file, atMs / 1000, atMs / 1000);
}

function removeOld(folder: string, nowMs: number): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (nowMs - (modifiedAt(file) ?? nowMs) > KEPT_MILLISECONDS) rmSync(file, { force: true });
  }
}
