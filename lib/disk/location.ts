/** Where what is kept of a person's own lies. Pure path arithmetic over the environment. */

import { join } from 'node:path';
import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';

type Surroundings = Pick<Runtime, 'env' | 'platform' | 'homeDirectory'>;

/**
 * `$UPID_HOME`, else `kubectl-upid` in the platform's folder for user data: `$XDG_DATA_HOME` or `~/.local/share` on Linux and
 * macOS (where command-line users look), `%LOCALAPPDATA%` on Windows. Undefined when not even a home directory is known.
 */
export function dataDirectory({ env, platform, homeDirectory }: Surroundings): string | undefined {
  if (env.UPID_HOME) return env.UPID_HOME;
  const fallback = homeDirectory && join(homeDirectory, '.local', 'share');
  const data = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_DATA_HOME || fallback;
  return data ? join(data, 'kubectl-upid') : undefined;
}

/**
 * The folder of what was changed: journals in `changes/`, the trail in `audit/`. What was done to the simulated cluster lies in a
 * folder of its own, so that it never stands beside what was done to a real one.
 * @throws UpidError output-unwritable where no home directory is known
 */
export function stateDirectory(surroundings: Surroundings, { demo }: { readonly demo: boolean }): string {
  const data = dataDirectory(surroundings);
  if (data !== undefined) return demo ? join(data, 'demo') : data;
  throw new UpidError('output-unwritable', 'no folder for the journal of changes is known, as HOME is not set', {
    remedy: 'name one by UPID_HOME',
  });
}
