/** Where what is kept lies. Pure path arithmetic over the environment. */

import { join } from 'node:path';
import type { Runtime } from '../types/runtime.ts';

type Surroundings = Pick<Runtime, 'env' | 'platform' | 'homeDirectory'>;

/**
 * `$UPID_HOME`, else the platform's folder for user data: `$XDG_DATA_HOME` or `~/.local/share` on Linux and macOS (where
 * command-line users look), `%LOCALAPPDATA%` on Windows; in it `kubectl-upid`. Undefined when not even a home directory is known.
 */
export function dataDirectory({ env, platform, homeDirectory }: Surroundings): string | undefined {
  if (env.UPID_HOME) return env.UPID_HOME;
  const fallback = homeDirectory && join(homeDirectory, '.local', 'share');
  const data = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_DATA_HOME || fallback;
  return data ? join(data, 'kubectl-upid') : undefined;
}

/** Folder of all histories, in the folder of the user's data. */
export function historyDirectory(runtime: Surroundings): string | undefined {
  const data = dataDirectory(runtime);
  return data === undefined ? undefined : join(data, 'history');
}
