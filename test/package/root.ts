/**
 * A root file system with the C and C++ libraries that slim base images have, and nothing else: no shell, no Node, no libatomic.
 * Needs root, mount namespaces and Debian's package list; `rootObstacle` says what is missing.
 */

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { outcomeOf } from '../plugin/run.ts';
import { isInstalled, runToEnd } from './archives.ts';

/** Debian's packages that debian:12-slim and distroless bases for C++ have. */
const LIBRARIES = ['libc6', 'libgcc-s1', 'libstdc++6'];

/** The user that has nothing. */
export const NOBODY = 65534;

/** Why there can be no such root here; undefined where there can. */
export function rootObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'only root can change the root folder';
  if (!isInstalled('unshare')) return 'unshare (util-linux) is not installed';
  if (spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status !== 0)
    return 'nothing can be mounted here';
  if (!isInstalled('dpkg') || spawnSync('dpkg', ['-L', ...LIBRARIES]).status !== 0)
    return `${LIBRARIES.join(', ')} are no packages here`;
  return undefined;
}

/** Makes one, which is removed when the process ends. */
export function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'upid-root-'));
  chmodSync(root, 0o755);
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['usr/lib', 'usr/lib64', 'proc', 'dev', 'etc', 'tmp', 'home', 'opt', 'data'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
  const files = runToEnd('dpkg', ['-L', ...LIBRARIES])
    .split('\n')
    .filter((file) => /\/(lib[^/]+|ld-linux[^/]+)\.so[.\d]*$/.test(file) && existsSync(file) && !file.includes('/gconv/'));
  for (const file of files) {
    const target = join(root, file.replace(/^\/lib/, '/usr/lib'));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
    chmodSync(target, 0o755);
  }
  linkLoader(root);
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0::/root:\nnobody:x:${NOBODY}:${NOBODY}::/nonexistent:\n`);
  writeFileSync(join(root, 'dev/null'), '');
  return root;
}

/** Programs name the loader by a path of its own: /lib64/ld-linux-x86-64.so.2. */
function linkLoader(root: string): void {
  for (const loader of ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1']) {
    const target = join(root, 'usr', loader);
    if (!existsSync(loader) || existsSync(target)) continue;
    copyFileSync(realpathSync(loader), target);
    chmodSync(target, 0o755);
  }
}

export interface InRoot {
  readonly root: string;
  /** Folders of this machine, by where they are seen, read-only. */
  readonly bound?: Readonly<Record<string, string>>;
  /** Folders in memory, by where they are: options of the mount, such as `size=1m,mode=1777`. All else is read-only. */
  readonly writable?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of that root, whose file systems are read-only but for `writable`, with exactly this environment. */
export function runInRoot(
  command: readonly string[],
  { root, bound = {}, writable = {}, env = {}, uid = NOBODY }: InRoot,
): Promise<Outcome> {
  const mounts = [
    `mount --bind ${quote(root)} ${quote(root)}`,
    `mount -t proc proc ${quote(join(root, 'proc'))}`,
    `mount --bind /dev/null ${quote(join(root, 'dev/null'))}`,
    ...Object.entries(bound).flatMap(([place, source]) => {
      mkdirSync(join(root, place), { recursive: true });
      return [
        `mount --bind ${quote(source)} ${quote(join(root, place))}`,
        `mount -o remount,bind,ro ${quote(join(root, place))}`,
      ];
    }),
    `mount -o remount,bind,ro ${quote(root)}`,
    ...Object.entries(writable).map(
      ([place, options]) => `mount -t tmpfs -o ${quote(options)} tmpfs ${quote(join(root, place))}`,
    ),
  ];
  const given = Object.entries(env).map(([name, value]) => quote(`${name}=${value}`));
  const start = ['exec env -i', ...given, changeRoot(), `--userspec=${uid}:${uid}`, quote(root), ...command.map(quote)];
  const script = [...mounts, start.join(' ')].join(' && ');
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return outcomeOf(child);
}

/** With its whole path, because the program's own environment may have no PATH. */
function changeRoot(): string {
  return ['/usr/sbin/chroot', '/sbin/chroot', '/usr/bin/chroot'].find((file) => existsSync(file)) ?? 'chroot';
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The file names of the libraries in it. */
export function librariesOf(root: string): readonly string[] {
  return runToEnd('find', [join(root, 'usr'), '-name', '*.so*'])
    .trim()
    .split('\n')
    .map((file) => basename(file))
    .toSorted();
}
