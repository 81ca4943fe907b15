/** What the executable leaves in the user's cache, and the ELF files that it is made of. */

import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { assert, skip, suite } from '../harness.ts';
import { archiveOf, filesBelow, unbuilt, unpack } from './archives.ts';
import { isElf, PROCESSORS, readElf } from './elf.ts';
import { readSea } from './sea.ts';
import { assertSame, type Outcome } from './smoke.ts';

const test = suite('what the executables for Linux are made of and leave behind');

const QUERY = 'idle --demo -o name';
const OLDEST_GLIBC = [2, 28] as const;
/** What gcc 8, of the oldest systems with that glibc, has in its own libraries. */
const OLDEST_LIBRARIES: Readonly<Record<string, readonly [number, ...number[]]>> = {
  GLIBCXX: [3, 4, 25],
  CXXABI: [1, 3, 11],
  GCC: [8],
};

for (const architecture of ['amd64', 'arm64']) {
  const platform = `linux-${architecture}`;
  const archive = archiveOf(platform);
  if (archive === undefined) {
    skip(`the ELF files of ${platform}`, unbuilt(platform));
    continue;
  }
  const folder = unpack(archive);
  const executable = readFileSync(join(folder, 'kubectl-upid'));
  const { execArgvExtension, assets } = readSea(readElf(executable).notes.get('NODE_SEA_BLOB') ?? Buffer.alloc(0));
  const shipped = [
    ...filesBelow(folder).map((file): [string, Buffer] => [file, readFileSync(join(folder, file))]),
    ...[...assets].map(([name, content]): [string, Buffer] => [`asset ${name}`, plain(content)]),
  ].filter(([, content]) => isElf(content));

  test(`${platform} carries DuckDB’s module and library, and Node as their host`, () => {
    const names = shipped.map(([name]) => name);
    for (const part of [/^kubectl-upid$/, /duckdb\.node/, /libduckdb\.so/])
      assert.ok(
        names.some((name) => part.test(name)),
        names.join(),
      );
  });

  test(`${platform} takes no switches for Node from the environment and the command line`, () => {
    assert.is(execArgvExtension, 0);
  });

  for (const [name, content] of shipped) {
    const elf = readElf(content);

    test(`${platform}: ${name} is made for that processor and starts with glibc 2.28`, () => {
      assert.is(elf.machine, PROCESSORS[architecture]);
      for (const version of elf.versions) {
        const [, family = '', figures = ''] = /^\S+ ([A-Z]+)_(\d[\d.]*)$/.exec(version) ?? [];
        const oldest = family === 'GLIBC' ? OLDEST_GLIBC : OLDEST_LIBRARIES[family];
        if (oldest) assert.not(newer(figures.split('.').map(Number), oldest), version);
      }
    });

    test(`${platform}: ${name} needs only what every system with glibc has, or what is shipped`, () => {
      const ordinary = /^(lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so\.\d+|ld-linux-[\w-]+\.so\.\d)$/;
      for (const library of elf.needed.filter((one) => !ordinary.test(one))) {
        const beside = shipped.some(([file]) => file.replace(/^asset /, '').startsWith(library));
        assert.ok(beside, `${library} is not shipped`);
        assert.match(elf.runpath ?? '', /^\$ORIGIN(:|$)/, `${library} is not looked for beside it`);
      }
      // Nowhere else: a folder of the machine that built it could be another's on the user's.
      assert.match(elf.runpath ?? '', /^(\$ORIGIN(\/[\w.]+)*(:|$))*$/);
    });
  }
}

function newer(version: readonly number[], than: readonly number[]): boolean {
  const at = version.findIndex((figure, index) => figure !== (than[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) > (than[at] ?? 0);
}

function plain(content: Buffer): Buffer {
  return content.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(content) : content;
}

const here = process.arch === 'x64' ? 'linux-amd64' : 'linux-arm64';
const archive = process.platform === 'linux' ? archiveOf(here) : undefined;
if (archive === undefined) skip('the unpacked database engine', unbuilt(here));
else describeCache(join(unpack(archive), 'kubectl-upid'));

function describeCache(program: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'upid-cache-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  let made = 0;
  const newFolder = (): string => {
    made += 1;
    const folder = join(scratch, String(made));
    mkdirSync(folder);
    return folder;
  };
  const run = (cache: string, temporary = newFolder(), more: readonly 'ipc'[] = []): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, QUERY.split(' '), {
        env: { XDG_CACHE_HOME: cache, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe', ...more],
      });
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', reject);
      child.on('close', (exitCode) =>
        resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
    });
  const libraryIn = (cache: string): string => {
    const file = filesBelow(cache).find((one) => one.endsWith('libduckdb.so'));
    assert.ok(file, `no library among ${filesBelow(cache).join()}`);
    return join(cache, file!);
  };

  test('the first run unpacks into a folder for the user alone, and later runs take it from there', async () => {
    const cache = newFolder();
    assertSame(QUERY, await run(cache));
    const before = lstatSync(libraryIn(cache));
    for (const file of readdirSync(cache, { recursive: true, encoding: 'utf8' }))
      assert.is(lstatSync(join(cache, file)).mode & 0o077, 0, file);
    assertSame(QUERY, await run(cache));
    const after = lstatSync(libraryIn(cache));
    assert.equal([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  });

  test('first runs at once all answer, and leave it once and whole', async () => {
    const [cache, temporary] = [newFolder(), newFolder()];
    for (const outcome of await Promise.all([1, 2, 3, 4].map(() => run(cache, temporary)))) assertSame(QUERY, outcome);
    assert.is(filesBelow(cache).filter((file) => file.endsWith('libduckdb.so')).length, 1);
    assert.equal(filesBelow(temporary), []);
    assert.equal(
      readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => /unpacking|damaged/.test(name)),
      [],
    );
  });

  for (const [what, damage] of [
    ['one changed byte, with the times of the right one', changeByte],
    ['half of it', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 1_000_000))],
    ['nothing', (file: string) => rmSync(file)],
  ] as const) {
    test(`an unpacked library with ${what} is noticed and replaced`, async () => {
      const cache = newFolder();
      await run(cache);
      const right = readFileSync(libraryIn(cache));
      damage(libraryIn(cache));
      assertSame(QUERY, await run(cache));
      assert.ok(readFileSync(libraryIn(cache)).equals(right));
    });
  }

  test('as the child of a Node program that opened a channel to it, it answers and ends', async () => {
    assertSame(QUERY, await run(newFolder(), newFolder(), ['ipc']));
  });

  test('where others may write, or where a link leads elsewhere, nothing is loaded from and nothing is unpacked', async () => {
    for (const spoil of [
      (own: string) => {
        mkdirSync(own);
        chmodSync(own, 0o777);
      },
      (own: string) => {
        mkdirSync(own);
        chmodSync(own, 0o770);
      },
      (own: string) => symlinkSync(newFolder(), own),
      (own: string) => {
        mkdirSync(own);
        chownSync(own, 65534, 65534);
      },
    ]) {
      const [cache, temporary] = [newFolder(), newFolder()];
      try {
        spoil(join(cache, 'kubectl-upid'));
      } catch {
        skip('a cache folder of another user', 'only root can make one');
        continue;
      }
      assertSame(QUERY, await run(cache, temporary));
      assert.equal(filesBelow(cache), []);
      assert.equal(filesBelow(temporary), []);
    }
  });

  test('a folder that others came to write into later is not trusted any more', async () => {
    const [cache, temporary] = [newFolder(), newFolder()];
    await run(cache);
    // A library that would not load.
    writeFileSync(libraryIn(cache), 'not a library');
    chmodSync(join(libraryIn(cache), '..'), 0o777);
    assertSame(QUERY, await run(cache, temporary));
    assert.equal(filesBelow(temporary), []);
  });
}

/** The size and the times that a person can set stay. */
function changeByte(file: string): void {
  const { atime, mtime } = lstatSync(file);
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

test.run();
