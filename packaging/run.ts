/**
 * `npm run package [-- linux-amd64 …]`: the release, from Linux, into dist/package:
 *
 *   kubectl-upid_<version>_<os>-<arch>.tar.gz   one for each platform, on Windows .zip: executable, demo, licences
 *   checksums.txt                               their SHA-256, as sha256sum writes it
 *   sbom.cdx.json                               what they are made of
 *   krew-manifest.yaml                          what krew is told of them
 *
 * Two runs on the same commit give the same bytes. What depends on versions alone is kept from run to run (cache.ts).
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Entry, tarGz, zip } from './archive.ts';
import { billOfMaterials } from './bill.ts';
import { duckdbFiles, nodeBinary } from './binaries.ts';
import { compileParts } from './compile.ts';
import { buildExecutable } from './executable.ts';
import { LIBATOMIC, type Libatomic, libatomic } from './libatomic.ts';
import { type Archive, krewManifest } from './manifest.ts';
import { notices } from './notices.ts';
import { type Bundle, bundledPackages, readBundle } from './parts.ts';
import {
  archiveName,
  BILL_OF_MATERIALS,
  CHECKSUMS,
  executableName,
  KREW_MANIFEST,
  PLATFORMS,
  type Platform,
  platformName,
} from './platforms.ts';
import { requireTools, runTool } from './tools.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const OUTPUT = join(DIST, 'package');

/** What a release may take to download. */
const LIMIT_BYTES = 60_000_000;

try {
  await makeRelease(chosenPlatforms(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function chosenPlatforms(names: readonly string[]): readonly Platform[] {
  const unknown = names.find((name) => !PLATFORMS.some((platform) => platformName(platform) === name));
  if (unknown) throw new Error(`there is no platform ${unknown}; there are ${PLATFORMS.map(platformName).join(', ')}`);
  return PLATFORMS.filter((platform) => names.length === 0 || names.includes(platformName(platform)));
}

async function makeRelease(platforms: readonly Platform[]): Promise<void> {
  requireTools(['libdeflate-gzip', ...platforms.flatMap(toolsFor)]);
  const libatomics = platforms.filter(({ os }) => os === 'linux').map(libatomic);
  const build = spawnSync(process.execPath, ['build.mjs', '--if-needed'], { cwd: ROOT, stdio: 'inherit' });
  if (build.status !== 0) throw new Error('the program does not build');
  const bundle = await readBundle(DIST);
  const seconds = releaseTime();
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  const packing: Promise<Archive>[] = [];
  for (const platform of platforms) {
    const started = performance.now();
    const entries = await filesOf(platform, bundle, libatomics);
    // While one is compressed, the next is made.
    if (packing.length > 1) await packing.at(-2);
    const archive = pack(platform, entries, seconds).then((made) => report(made, performance.now() - started));
    // What fails while something else is waited for is told when it is waited for.
    archive.catch(() => undefined);
    packing.push(archive);
  }
  const archives = await Promise.all(packing);
  write(CHECKSUMS, archives.map(({ platform, sha256 }) => `${sha256}  ${archiveName(platform)}\n`).join(''));
  write(BILL_OF_MATERIALS, billOfMaterials(bundledPackages(DIST), archives, libatomics, seconds));
  write(KREW_MANIFEST, krewManifest(join(ROOT, KREW_MANIFEST), archives));
  const large = archives.find(({ bytes }) => bytes >= LIMIT_BYTES);
  if (large) throw new Error(`${archiveName(large.platform)} is larger than ${LIMIT_BYTES / 1e6} MB`);
}

function toolsFor({ os, arch }: Platform): readonly string[] {
  if (os === 'darwin') return ['llvm-lipo-14', 'llvm-strip-14', 'cargo'];
  if (os === 'windows') return [];
  const foreign = arch === 'arm64' ? ['aarch64-linux-gnu-strip', 'qemu-aarch64-static'] : ['strip'];
  return ['patchelf', ...foreign];
}

/** Of everything in the archives, Unix epoch seconds: what https://reproducible-builds.org/specs/source-date-epoch/ says, else the commit's. */
function releaseTime(): number {
  const time = Number(process.env.SOURCE_DATE_EPOCH || runTool('git', ['log', '-1', '--format=%ct'], { cwd: ROOT }));
  if (!Number.isSafeInteger(time)) throw new Error(`SOURCE_DATE_EPOCH is no number: ${process.env.SOURCE_DATE_EPOCH}`);
  return time;
}

async function filesOf(platform: Platform, bundle: Bundle, libatomics: readonly Libatomic[]): Promise<readonly Entry[]> {
  const beside = libatomics.find(({ architecture }) => platform.os === 'linux' && architecture === platform.arch);
  return [
    { name: executableName(platform), content: await makeExecutable(platform, bundle), executable: true },
    ...(beside ? [file(LIBATOMIC, beside.content)] : []),
    file('LICENSE', readFileSync(join(ROOT, 'LICENSE'))),
    file('THIRD-PARTY-NOTICES.txt', Buffer.from(await notices(join(DIST, 'THIRD-PARTY-NOTICES.txt'), beside))),
    ...demoFiles(),
  ];
}

async function pack(platform: Platform, entries: readonly Entry[], seconds: number): Promise<Archive> {
  const content = await (platform.os === 'windows' ? zip : tarGz)(entries, seconds);
  write(archiveName(platform), content);
  return { platform, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

function report(archive: Archive, milliseconds: number): Archive {
  process.stdout.write(`${archiveName(archive.platform).padEnd(48)} ${describe(archive.bytes, milliseconds)}\n`);
  return archive;
}

async function makeExecutable(platform: Platform, bundle: Bundle): Promise<Uint8Array> {
  const work = mkdtempSync(join(tmpdir(), 'kubectl-upid-executable-'));
  try {
    const node = await nodeBinary(platform);
    const output = join(work, executableName(platform));
    const compiled = compileParts(platform, node, bundle);
    await buildExecutable({ platform, node, bundle, compiled, natives: await duckdbFiles(platform) }, output);
    return readFileSync(output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function demoFiles(): readonly Entry[] {
  const demo = join(DIST, 'demo');
  return readdirSync(demo, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(demo, name)).isFile())
    .map((name) => file(`demo/${name}`, readFileSync(join(demo, name))));
}

function file(name: string, content: Uint8Array): Entry {
  return { name, content, executable: false };
}

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(OUTPUT, name), content);
}

function describe(bytes: number, milliseconds: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(5)} MB   ${Math.round(milliseconds / 1000)} s`;
}
