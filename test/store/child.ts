/** Histories in processes of their own: another user's, several at once, and ones that are killed. */

import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './child-process.ts';

const PROGRAM = fileURLToPath(new URL('./child-process.ts', import.meta.url));

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A user without rights, whom root can become; undefined, which is oneself, where this process is not root's. */
export function nobody(): User | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

/** Starts a process that does a job; its standard output tells what it did. */
export function start(job: Job, user?: User): ChildProcess {
  return spawn(process.execPath, [PROGRAM, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/', ...user });
}

/** Starts a process and waits for what it tells. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.on('close', resolve));
  const text = Buffer.concat(chunks).toString();
  if (text === '') throw new Error(`the process ended with ${child.exitCode ?? child.signalCode} and told nothing`);
  return JSON.parse(text) as Outcome;
}
