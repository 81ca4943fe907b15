/** One process at a time: a file with the holder's pid. A holder that is gone holds nothing. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLISECONDS = 500;

/** Waits for the lock and returns what gives it back. `waiting` is called once if another process has it. */
export async function takeLock(file: string, waiting: () => void): Promise<() => void> {
  for (let said = false; ; ) {
    if (tryLock(file)) return () => rmSync(file, { force: true });
    if (!isAlive(holderOf(file))) {
      rmSync(file, { force: true });
      continue;
    }
    if (!said) waiting();
    said = true;
    await sleep(POLL_MILLISECONDS);
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** 0 while the holder has made the file but not written its pid. */
function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
