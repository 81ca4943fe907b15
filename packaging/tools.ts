/** Programs of other people that the build runs. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs, and the Debian package that has them. */
const PACKAGES: Readonly<Record<string, string>> = {
  strip: 'binutils',
  'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
  patchelf: 'patchelf',
  'llvm-lipo-14': 'llvm-14',
  'llvm-strip-14': 'llvm-14',
  cargo: 'cargo',
  'libdeflate-gzip': 'libdeflate-tools',
  'qemu-aarch64-static': 'qemu-user-static',
};

/**
 * Runs a program; what it prints is shown only when it fails.
 * @returns what it wrote to standard output.
 * @throws Error that names the Debian package where the program is not installed.
 */
export function runTool(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28, ...options });
  if (error) throw new Error(isInstalled(program) ? `${program} does not start: ${error.message}` : missing([program]));
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** @throws Error that names everything that is to be installed first. */
export function requireTools(programs: readonly string[]): void {
  const absent = programs.filter((program) => !isInstalled(program));
  if (absent.length > 0) throw new Error(missing(absent));
}

function missing(programs: readonly string[]): string {
  const packages = [...new Set(programs.map((program) => PACKAGES[program] ?? program))].sort();
  return `${programs.join(', ')} is not installed; on Debian: apt-get install ${packages.join(' ')}`;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
