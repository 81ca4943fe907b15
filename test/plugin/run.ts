/** Runs the built program as a user does: a child process, with an empty home and no cluster configured unless given. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../dist/kubectl-upid', import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
  /** Called once the process runs. */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

const home = mkdtempSync(join(tmpdir(), 'upid-home-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

/** Runs `kubectl-upid` with these arguments to its end. */
export function run(args: readonly string[], { env = {}, program = PROGRAM, started }: RunOptions = {}): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outcome = outcomeOf(child);
  started?.(child);
  return outcome;
}

/** What a process says until it ends. Rejects where it cannot be started. */
export function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (exitCode) =>
      resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
