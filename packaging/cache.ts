/** What takes long to fetch or to make and depends on versions alone: kept in a folder outside of the work tree, under a hash of its recipe. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheFolder(): string {
  const { UPID_PACKAGE_CACHE, XDG_CACHE_HOME } = process.env;
  return UPID_PACKAGE_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubectl-upid-package');
}

/**
 * A folder that `make` has filled, now or earlier; it is whole.
 * @param recipe everything that its content depends on.
 */
export async function cached(name: string, recipe: unknown, make: (folder: string) => void | Promise<void>): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `${name}-${key}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = mkdtempSync(`${folder}.`);
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Another build was faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
