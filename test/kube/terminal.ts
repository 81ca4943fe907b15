/** Runs a program on a terminal of its own (a pty), with `script` of util-linux. */

import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';

/** Why the tests that need it are skipped; undefined where it is there. */
export function terminalMissing(): string | undefined {
  const { stdout, status } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.includes('util-linux') ? undefined : 'script of util-linux is not installed';
}

export interface Ended {
  readonly code: number | null;
  /** All that was shown; the terminal makes no difference between the two streams. */
  readonly screen: string;
}

/** What to type once a text has been shown. */
export interface Typing {
  readonly after: string;
  readonly type: string;
}

/** Runs a command until it ends. */
export function onTerminal(command: readonly string[], ...typings: readonly Typing[]): Promise<Ended> {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh' },
  });
  let screen = '';
  let typed = 0;
  const look = (chunk: Buffer): void => {
    screen += chunk.toString('utf8');
    const next = typings[typed];
    if (next === undefined || !screen.includes(next.after)) return;
    typed += 1;
    child.stdin.write(next.type);
  };
  child.stdout.on('data', look);
  child.stderr.on('data', look);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen: screen.replaceAll('\r', '') }));
  });
}
