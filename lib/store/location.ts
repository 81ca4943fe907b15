/** Where the history lies. Pure path arithmetic over the environment. */

import { join } from 'node:path';
import type { Runtime } from '../types/runtime.ts';

/**
 * `--history`, else `$UPID_HOME/history`, else the platform's folder for user data: `$XDG_DATA_HOME` or `~/.local/share` on
 * Linux and macOS (where command-line users look), `%LOCALAPPDATA%` on Windows; in it `kubectl-upid/history`.
 * Undefined when not even a home directory is known.
 */
export function historyDirectory(runtime: Runtime): string | undefined {
  const { env, platform, homeDirectory } = runtime;
  if (env.UPID_HOME) return join(env.UPID_HOME, 'history');
  const fallback = homeDirectory && join(homeDirectory, '.local', 'share');
  const data = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_DATA_HOME || fallback;
  return data ? join(data, 'kubectl-upid', 'history') : undefined;
}
