/** The executable for Windows: its structure, and a run by Wine where that can. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { assert, skip, suite } from '../harness.ts';
import { archiveOf, isInstalled, unbuilt, unpack } from './archives.ts';
import { AMD64, readPe } from './pe.ts';
import { readSea } from './sea.ts';
import { expected } from './smoke.ts';

const test = suite('the executable for windows-amd64');

const COMMAND_LINE = 3;
const ZSTD = 0xfd2fb528;
const READER = ['llvm-readobj', 'llvm-readobj-14'].find(isInstalled);

const archive = archiveOf('windows-amd64');
if (archive === undefined) skip('the executable for windows-amd64', unbuilt('windows-amd64'));
else if (!isInstalled('unzip')) skip('the executable for windows-amd64', 'unzip is not installed');
else describe(join(unpack(archive), 'kubectl-upid.exe'));

function describe(executable: string): void {
  const bytes = readFileSync(executable);
  const pe = readPe(bytes);
  const sea = readSea(pe.resources.get('NODE_SEA_BLOB') ?? Buffer.alloc(0));

  test('it is a 64-bit program of the command line that takes no switches for Node', () => {
    assert.equal([pe.machine, pe.subsystem], [AMD64, COMMAND_LINE]);
    assert.is(sea.execArgvExtension, 0);
    assert.ok(sea.main.length > 0);
  });

  test('it carries no signature: that of Node would no longer fit', () => {
    assert.is(pe.signatureBytes, 0);
  });

  test('it carries DuckDB’s module for that processor', () => {
    const content = [...sea.assets].find(([name]) => name.includes('duckdb.node'))?.[1] ?? Buffer.alloc(8);
    const module = content.readUInt32LE(0) === ZSTD ? zstdDecompressSync(content) : content;
    assert.is(readPe(module).machine, AMD64);
  });

  if (READER === undefined) skip('windows-amd64 read by llvm-readobj', 'llvm is not installed');
  else {
    test('llvm-readobj reads its headers and sections without a warning', () => {
      const { status, stdout, stderr } = spawnSync(READER, ['--file-headers', '--sections', executable], { encoding: 'utf8' });
      assert.equal([status, stderr], [0, '']);
      assert.match(stdout, /^Format: COFF-x86-64$/m);
    });
  }

  if (isInstalled('wine')) describeInWine(executable);
  else skip('windows-amd64 run by Wine', 'wine is not installed');
}

function describeInWine(executable: string): void {
  const prefix = mkdtempSync(join(tmpdir(), 'upid-wine-'));
  const env = {
    PATH: process.env.PATH,
    HOME: prefix,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // Wine says that it is an older Windows than it can do the work of.
    NODE_SKIP_PLATFORM_CHECK: '1',
    TZ: 'UTC',
  };
  process.on('exit', () => {
    spawnSync('wineserver', ['--kill'], { env });
    rmSync(prefix, { recursive: true, force: true });
  });
  const run = (...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync('wine', [executable, ...args], { encoding: 'utf8', timeout: 40_000, env });
  const first = run('--help');
  if (first.status !== 0) {
    skip('windows-amd64 run by Wine', `this Wine does not start Node 26: ${reasonOf(first)}`);
    return;
  }

  test('Wine starts it, and its help is that of the unpackaged program', () => {
    assert.is(first.stdout.replaceAll('\r', ''), expected('--help').stdout);
  });

  test('Wine runs the demo', () => {
    const { status, stdout, stderr } = run('idle', '--demo', '-o', 'name');
    assert.is(status, 0, stderr);
    assert.is(stdout.replaceAll('\r', ''), expected('idle --demo -o name').stdout);
  });
}

function reasonOf({ error, status, stderr }: SpawnSyncReturns<string>): string {
  const fatal = /^# (Fatal .*)$/m.exec(stderr)?.[1];
  return error?.message ?? fatal ?? `exit code ${status}`;
}

test.run();
