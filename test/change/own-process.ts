/** The test's own process as the program sees it: others are looked up, not presumed to live. */

import process from 'node:process';
import type { ProcessIdentity } from '../../lib/types/runtime.ts';

export const OWN_PROCESS: ProcessIdentity = { id: process.pid, host: 'here', user: 'tester', isRunning };

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
