/** The archives that `npm run package` wrote, and copies of them unpacked once for the file that asks. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where `npm run package` leaves what it makes. */
export const PACKAGES = join(ROOT, 'dist/package');

export const PLATFORMS = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64', 'windows-amd64'] as const;

export type Platform = (typeof PLATFORMS)[number];

/** The project's version, which the archives carry in their names. */
export const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

/** `kubectl-upid_0.1.0_linux-amd64.tar.gz`; krew takes only .tar.gz and .zip, and Windows unpacks the latter by itself. */
export function archiveName(platform: string): string {
  return `kubectl-upid_${VERSION}_${platform}.${platform.startsWith('windows') ? 'zip' : 'tar.gz'}`;
}

/** The archive's path; undefined where it is not built, or where the build, which writes the checksums last, has not come to its end. */
export function archiveOf(platform: string): string | undefined {
  const archive = join(PACKAGES, archiveName(platform));
  return existsSync(archive) && existsSync(join(PACKAGES, 'checksums.txt')) ? archive : undefined;
}

/** The reason for a skipped case. */
export function unbuilt(platform: string): string {
  return `${archiveName(platform)} is not built; run npm run package`;
}

/** Names as they stand in the archive, folders with a slash at their end. */
export function namesIn(archive: string): readonly string[] {
  const [program, ...args] = archive.endsWith('.zip') ? ['unzip', '-Z1', archive] : ['tar', '-tzf', archive];
  return runToEnd(program ?? '', args)
    .trimEnd()
    .split('\n');
}

/**
 * Unpacks an archive into a new folder that every user may read, which is removed when the process ends.
 * Throws where it cannot be read.
 */
export function unpack(archive: string): string {
  const parent = mkdtempSync(join(tmpdir(), 'upid-package-'));
  chmodSync(parent, 0o755);
  process.on('exit', () => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'unpacked');
  mkdirSync(folder);
  if (archive.endsWith('.zip')) runToEnd('unzip', ['-q', archive, '-d', folder]);
  else runToEnd('tar', ['-xzof', archive, '-C', folder]);
  return folder;
}

/** Every file below a folder, as paths from it. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** What a program printed; throws with what it said where it fails. */
export function runToEnd(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Whether a program can be started at all. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}
