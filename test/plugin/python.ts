/** Python with packages of exact versions, installed once into the test cache outside of the work tree. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cluster/build.ts';
import { takeLock } from '../cluster/lock.ts';

const PACKAGES = ['pandas==3.1.1', 'pyarrow==26.0.1'] as const;

/** Why there can be none here; undefined when there can. */
export function pythonObstacle(): string | undefined {
  const { status, error } = spawnSync('python3', ['-c', 'import venv, ensurepip'], { encoding: 'utf8' });
  if (error) return 'python3 is not installed';
  return status === 0 ? undefined : 'python3 lacks venv or pip';
}

/** Path of an interpreter that has the packages, those for reading Parquet unless told otherwise. @throws Error with pip's words. */
export async function preparePython(packages: readonly string[] = PACKAGES): Promise<string> {
  const name = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), 'python', name);
  const [python, whole] = [join(folder, 'bin', 'python'), join(folder, 'whole')];
  if (existsSync(whole)) return python;
  mkdirSync(join(cacheFolder(), 'python'), { recursive: true });
  const release = await takeLock(`${folder}.lock`, () => undefined);
  try {
    if (existsSync(whole)) return python;
    rmSync(folder, { recursive: true, force: true });
    call('python3', ['-m', 'venv', folder]);
    call(python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...packages]);
    writeFileSync(whole, '');
    return python;
  } finally {
    release();
  }
}

function call(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
}

/** Runs a program in a folder and gives what it prints. @throws Error with its words. */
export function runPython(python: string, program: string, folder: string): string {
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], { encoding: 'utf8', cwd: folder });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
