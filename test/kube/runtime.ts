/** A Runtime for the tests: real clocks, an environment of its own, warnings kept for a look. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../lib/types/runtime.ts';

export interface TestRuntime extends Runtime {
  readonly warnings: string[];
}

/** Home and working directory are empty temporary folders unless given. */
export function testRuntime(changes: Partial<Runtime> = {}): TestRuntime {
  const warnings: string[] = [];
  return {
    env: { PATH: process.env.PATH },
    platform: process.platform,
    homeDirectory: temporaryFolder(),
    workingDirectory: temporaryFolder(),
    now: Date.now,
    elapsed: () => performance.now(),
    random: () => 0.5,
    stdinIsTerminal: false,
    warn: (line) => warnings.push(line),
    verbosity: 0,
    process: { id: process.pid, host: 'here', user: 'tester', isRunning: () => true },
    ...changes,
    warnings,
  };
}

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes with the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'upid-kube-'));
  folders.push(folder);
  return folder;
}
