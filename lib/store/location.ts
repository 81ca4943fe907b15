/** Where the history lies. */

import { join } from 'node:path';
import { dataDirectory } from '../disk/location.ts';
import type { Runtime } from '../types/runtime.ts';

/** `history` in the person's own folder; undefined when not even a home directory is known. `--history` names another. */
export function historyDirectory(runtime: Runtime): string | undefined {
  const data = dataDirectory(runtime);
  return data === undefined ? undefined : join(data, 'history');
}
