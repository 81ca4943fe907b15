/** What is carried of Node and DuckDB: made small, once for each version. */

import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import type { NativeFile } from '../plugin/natives.ts';
import { withoutSignature } from './authenticode.ts';
import { cached } from './cache.ts';
import { fetchPackage, lockedPackage } from './fetch.ts';
import type { Platform } from './platforms.ts';
import { signAdHoc } from './sign.ts';
import { runTool } from './tools.ts';

/** To be changed with what is done to a binary, because what was made by an earlier recipe is kept. */
const RECIPE = 1;

/** The highest that unpacks without more memory than the file itself has. */
const ZSTD_LEVEL = 19;

/** Node without symbols, ready to be injected into. */
export async function nodeBinary(platform: Platform): Promise<string> {
  const locked = lockedPackage(platform.nodePackage);
  // What is injected is written by the Node that builds, and read by the one that is injected into.
  if (locked.version !== process.versions.node)
    throw new Error(`lock.json names Node ${locked.version} for ${platform.nodePackage}, and this is ${process.versions.node}`);
  const recipe = [RECIPE, locked];
  const folder = await cached(`stripped-${platform.nodePackage}`, recipe, async (unfinished) => {
    const binary = join(unfinished, 'node');
    copyFileSync(join(await fetchPackage(platform.nodePackage), platform.nodeFile), binary);
    chmodSync(binary, 0o755);
    strip(binary, platform);
    if (platform.os === 'windows') writeFileSync(binary, withoutSignature(readFileSync(binary)));
  });
  return join(folder, 'node');
}

export interface PackedNative extends NativeFile {
  /** Where it lies, compressed with zstd. */
  readonly packed: string;
}

/** DuckDB's module for Node and its library. */
export async function duckdbFiles(platform: Platform): Promise<readonly PackedNative[]> {
  const { duckdbPackage, duckdbLibrary } = platform;
  const names = ['duckdb.node', duckdbLibrary];
  const recipe = [RECIPE, ZSTD_LEVEL, lockedPackage(duckdbPackage)];
  const folder = await cached(`packed-${duckdbPackage.split('/')[1]}`, recipe, async (unfinished) => {
    const source = await fetchPackage(duckdbPackage);
    const files: NativeFile[] = [];
    for (const name of names) files.push(await pack(join(source, name), join(unfinished, name), name, platform));
    writeFileSync(join(unfinished, 'files.json'), JSON.stringify(files));
  });
  const files = JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')) as readonly NativeFile[];
  return files.map((file) => ({ ...file, packed: join(folder, `${file.name}.zst`) }));
}

async function pack(source: string, work: string, name: string, platform: Platform): Promise<NativeFile> {
  thin(source, work, platform);
  strip(work, platform);
  if (platform.os === 'darwin') await signAdHoc(work, name);
  const content = readFileSync(work);
  const packed = zstdCompressSync(content, {
    params: {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [constants.ZSTD_c_contentSizeFlag]: 1,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
    pledgedSrcSize: content.length,
  });
  writeFileSync(`${work}.zst`, packed);
  rmSync(work);
  return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** DuckDB's library for macOS holds the code of both architectures. */
function thin(source: string, target: string, { os, arch }: Platform): void {
  const magic = readFileSync(source).readUInt32BE(0);
  const isUniversal = os === 'darwin' && magic === 0xcafebabe;
  if (isUniversal) runTool('llvm-lipo-14', [source, '-thin', arch === 'amd64' ? 'x86_64' : arch, '-output', target]);
  else copyFileSync(source, target);
}

/** Symbols that nothing needs at run time. Windows keeps them in files of their own. */
function strip(file: string, { os, arch }: Platform): void {
  if (os === 'linux') runTool(arch === 'arm64' ? 'aarch64-linux-gnu-strip' : 'strip', ['-s', file]);
  if (os === 'darwin') runTool('llvm-strip-14', ['-x', file]);
}
