/**
 * DuckDB in the packaged executable, which carries it compressed: unpacked on first use into the user's cache folder, where only
 * the user may write, whole or not at all, and compared with its hash before it is loaded. Where there is no such folder it is
 * unpacked for this run alone.
 */

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getAsset, getRawAsset } from 'node:sea';
import { zstdDecompressSync } from 'node:zlib';
import { messageOf, UpidError } from '../lib/types/errors.ts';
import { homeDirectory } from './home.ts';

/** The asset `natives.json`: what is carried, each in an asset of its name, as zstd. */
export interface NativeFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the unpacked file, hexadecimal. */
  readonly sha256: string;
}

/** The module that Node loads; it finds its library beside it. */
const MODULE = 'duckdb.node';

/** Says which files have been compared with their hashes, by what changes when they do. */
const VERIFIED = 'verified';

/**
 * Loads DuckDB's native module.
 * @throws UpidError unpacking where it can be unpacked nowhere
 */
export function loadNative(): unknown {
  const files = JSON.parse(getAsset('natives.json', 'utf8')) as readonly NativeFile[];
  const { folder, discard } = placed(files, unpackAsset);
  try {
    return createRequire(process.execPath)(join(folder, MODULE));
  } finally {
    discard();
  }
}

function unpackAsset({ name }: NativeFile): Uint8Array {
  return zstdDecompressSync(new Uint8Array(getRawAsset(name)));
}

interface Placed {
  readonly folder: string;
  /** To be called when the module is loaded. */
  readonly discard: () => void;
}

type Unpack = (file: NativeFile) => Uint8Array;

function placed(files: readonly NativeFile[], unpack: Unpack): Placed {
  const cache = cacheFolder();
  if (!cache) return unpackedForOnce(files, unpack, 'no home folder is known');
  try {
    return { folder: unpackedIn(cache, files, unpack), discard: () => undefined };
  } catch (error) {
    return unpackedForOnce(files, unpack, `${cache}: ${messageOf(error)}`);
  }
}

/** `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`; undefined where no home is known. */
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  const home = homeDirectory();
  if (process.platform === 'win32') return LOCALAPPDATA || (home && join(home, 'AppData', 'Local')) || undefined;
  return home ? join(home, ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'])) : undefined;
}

/** @throws Error that says why the folder cannot be used. */
function unpackedIn(cache: string, files: readonly NativeFile[], unpack: Unpack): string {
  const own = join(cache, 'kubectl-upid');
  const all = join(own, 'native');
  fs.mkdirSync(cache, { recursive: true });
  for (const folder of [own, all]) makePrivate(folder);
  refuseForeign(cache, true);
  for (const folder of [own, all]) refuseForeign(folder, false);
  // Named by what is in it: another version of the program has another.
  const folder = join(all, sha256(JSON.stringify(files)).slice(0, 16));
  if (!isWhole(folder, files)) replace(folder, all, files, unpack);
  return folder;
}

function makePrivate(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/**
 * Code is loaded from below this folder: who else can write there, or rename what lies there, could have their own run.
 * @param shared true where a folder that belongs to root or all, like /tmp, will do, as long as its sticky bit keeps others from renaming.
 */
function refuseForeign(folder: string, shared: boolean): void {
  if (process.getuid === undefined) return;
  const { uid, mode } = fs.lstatSync(folder);
  const link = (mode & fs.constants.S_IFMT) === fs.constants.S_IFLNK;
  if (link && !shared) throw new Error(`${folder} is a link`);
  if (link) {
    refuseForeign(fs.realpathSync(folder), shared);
    return;
  }
  if (uid !== process.getuid() && !(shared && uid === 0)) throw new Error(`${folder} belongs to another user`);
  const sticky = (mode & 0o1000) !== 0;
  if ((mode & 0o022) !== 0 && !(shared && sticky)) throw new Error(`others may write into ${folder}`);
}

/** Whether the folder holds the files, each with its hash; one that has not changed since that was found out is not read again. */
function isWhole(folder: string, files: readonly NativeFile[]): boolean {
  try {
    refuseForeign(folder, false);
    const identity = identityOf(folder, files);
    const marker = join(folder, VERIFIED);
    if (readIfThere(marker) === identity) return true;
    if (!files.every(({ name, sha256: expected }) => sha256(fs.readFileSync(join(folder, name))) === expected)) return false;
    note(marker, identity);
    return true;
  } catch {
    return false;
  }
}

/** The time of the last change of a file's content or attributes can be set by nobody. */
function identityOf(folder: string, files: readonly NativeFile[]): string {
  const lines = files.map(({ name, sha256: expected }) => {
    const { ino, size, mtimeNs, ctimeNs } = fs.lstatSync(join(folder, name), { bigint: true });
    return `${expected} ${name} ${ino} ${size} ${mtimeNs} ${ctimeNs}\n`;
  });
  return lines.join('');
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** Where it cannot be written, the next run compares again. */
function note(marker: string, identity: string): void {
  try {
    const unfinished = `${marker}.${process.pid}`;
    fs.writeFileSync(unfinished, identity, { mode: 0o600 });
    fs.renameSync(unfinished, marker);
  } catch {}
}

/** Unpacks beside the place and renames: a folder of that name is whole, whoever else unpacks at the same time. */
function replace(folder: string, parent: string, files: readonly NativeFile[], unpack: Unpack): void {
  const unfinished = fs.mkdtempSync(join(parent, '.unpacking-'));
  try {
    write(unfinished, files, unpack);
    note(join(unfinished, VERIFIED), identityOf(unfinished, files));
    moveInto(folder, unfinished, files);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

function moveInto(folder: string, unfinished: string, files: readonly NativeFile[]): void {
  try {
    fs.renameSync(unfinished, folder);
  } catch (error) {
    // Another first run was faster.
    if (isWhole(folder, files)) return;
    if (!fs.existsSync(folder)) throw error;
    // What lies there is damaged. It is moved away whole, because another run may look at it.
    fs.renameSync(folder, join(unfinished, 'damaged'));
    fs.renameSync(unfinished, folder);
    fs.rmSync(join(folder, 'damaged'), { recursive: true, force: true });
  }
}

function write(folder: string, files: readonly NativeFile[], unpack: Unpack): void {
  for (const file of files) {
    const content = unpack(file);
    if (sha256(content) !== file.sha256) throw new Error(`${file.name} in the program is damaged`);
    fs.writeFileSync(join(folder, file.name), content, { mode: 0o600, flush: true });
  }
}

/** Into a folder of this run's own that is gone when the module is loaded; Windows keeps what is in use, and its own clean-up finds it. */
function unpackedForOnce(files: readonly NativeFile[], unpack: Unpack, obstacle: string): Placed {
  let folder: string | undefined;
  const discard = (): void => {
    if (folder) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 0 });
  };
  try {
    folder = fs.mkdtempSync(join(tmpdir(), 'kubectl-upid-'));
    write(folder, files, unpack);
    return { folder, discard: () => forgive(discard) };
  } catch (error) {
    forgive(discard);
    const places = `neither into the cache folder (${obstacle}) nor into ${tmpdir()} (${messageOf(error)})`;
    throw new UpidError('unpacking', `the database engine can be unpacked ${places}`, {
      remedy: 'free the disk, or name a folder that only you can write by XDG_CACHE_HOME',
      cause: error,
    });
  }
}

function forgive(clean: () => void): void {
  try {
    clean();
  } catch {}
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
