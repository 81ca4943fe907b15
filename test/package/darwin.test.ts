/** The executables for macOS, which cannot be run here: their structure, their signature and what Node finds in them. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { assert, skip, suite } from '../harness.ts';
import { archiveOf, filesBelow, isInstalled, unbuilt, unpack } from './archives.ts';
import { ADHOC, PROCESSORS, readMachO } from './mach-o.ts';
import { readSea } from './sea.ts';

const test = suite('the executables for macOS');

const ZSTD = 0xfd2fb528;
const READER = ['llvm-objdump', 'llvm-objdump-14'].find(isInstalled);

for (const architecture of ['amd64', 'arm64']) {
  const platform = `darwin-${architecture}`;
  const archive = archiveOf(platform);
  if (archive === undefined) {
    skip(`the executable for ${platform}`, unbuilt(platform));
    continue;
  }
  const folder = unpack(archive);
  const executable = join(folder, 'kubectl-upid');
  const machO = readMachO(readFileSync(executable));
  const sea = readSea(machO.sections.get('NODE_SEA,__NODE_SEA_BLOB') ?? Buffer.alloc(0));
  const carried = [
    ...filesBelow(folder).map((file): [string, Buffer] => [file, readFileSync(join(folder, file))]),
    ...[...sea.assets].map(([name, content]): [string, Buffer] => [name, plain(content)]),
  ];
  const libraries = carried.filter(([name, content]) => /\.(node|dylib)$/.test(name) && content.readUInt32LE(0) === 0xfeedfacf);

  test(`${platform} is made for that processor and takes no switches for Node`, () => {
    assert.is(machO.machine, PROCESSORS[architecture]);
    assert.is(sea.execArgvExtension, 0);
    assert.ok(sea.main.length > 0);
  });

  test(`${platform} carries DuckDB’s module and library for that processor alone`, () => {
    const names = libraries.map(([name]) => name);
    for (const part of [/duckdb\.node$/, /libduckdb\.dylib$/])
      assert.ok(
        names.some((name) => part.test(name)),
        names.join(),
      );
    for (const [name, content] of libraries) assert.is(readMachO(content).machine, PROCESSORS[architecture], name);
  });

  // Without one that fits, macOS on arm64 ends a program at its start, and refuses a library.
  for (const [name, content] of [['kubectl-upid', readFileSync(executable)] as const, ...libraries]) {
    test(`${platform}: the signature of ${name} is by nobody, covers all of it and fits every page`, () => {
      const { signature } = readMachO(content);
      assert.ok(signature, 'there is none');
      const { flags, covers, at, changedPages } = signature!;
      assert.is(flags & ADHOC, ADHOC);
      assert.is(covers, at);
      assert.equal(changedPages, []);
    });
  }

  test(`${platform}: a changed byte would be noticed`, () => {
    const bytes = readFileSync(executable);
    const blob = bytes.indexOf(sea.main);
    bytes[blob] = (bytes[blob] ?? 0) ^ 1;
    assert.is(readMachO(bytes).signature?.changedPages.length, 1);
  });

  if (READER === undefined) skip(`${platform} read by llvm-objdump`, 'llvm is not installed');
  else {
    test(`${platform}: llvm-objdump reads its commands without a warning`, () => {
      const { status, stdout, stderr } = spawnSync(READER, ['--macho', '--private-headers', executable], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      });
      assert.equal([status, stderr], [0, '']);
      assert.match(stdout, /LC_CODE_SIGNATURE/);
      assert.match(stdout, /sectname __NODE_SEA_BLOB/);
    });
  }
}

function plain(content: Buffer): Buffer {
  return content.length > 4 && content.readUInt32LE(0) === ZSTD ? zstdDecompressSync(content) : content;
}

test.run();
