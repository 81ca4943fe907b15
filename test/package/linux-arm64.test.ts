/** The executable for the other Linux, run by QEMU with the cross-compiler's C and C++ libraries, without libatomic. */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, skip, suite } from '../harness.ts';
import { outcomeOf } from '../plugin/run.ts';
import { archiveOf, unbuilt, unpack } from './archives.ts';
import { arm64Obstacle, EMULATOR, LIBRARIES } from './arm64.ts';
import { assertSame, type Outcome } from './smoke.ts';

const test = suite('the executable for linux-arm64');

const archive = archiveOf('linux-arm64');
const obstacle = archive === undefined ? unbuilt('linux-arm64') : arm64Obstacle();

if (archive === undefined || obstacle !== undefined) skip('the executable for linux-arm64', obstacle ?? '');
else describe(unpack(archive));

function describe(folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'upid-arm64-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const [root, cache] = [join(scratch, 'root'), join(scratch, 'cache')];
  mkdirSync(cache, { mode: 0o700 });
  const withoutAtomic = (file: string): boolean => !/libatomic/.test(file);
  cpSync(LIBRARIES, join(root, 'lib'), { recursive: true, dereference: true, filter: withoutAtomic });
  const run = (line: string, env: Readonly<Record<string, string>>): Promise<Outcome> =>
    outcomeOf(
      spawn(EMULATOR, ['-L', root, join(folder, 'kubectl-upid'), ...line.split(' ')], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );

  test('the libraries it is given have no libatomic among them', () => {
    assert.equal(
      readdirSync(join(root, 'lib')).filter((name) => name.includes('libatomic')),
      [],
    );
  });

  // The first of them unpacks the engine, the others take it from the cache.
  for (const line of ['idle --demo -o name', 'optimize --demo', '--help', 'version']) {
    test(`"${line}" answers as the unpackaged program`, async () => {
      assertSame(line, await run(line, { XDG_CACHE_HOME: cache }));
    });
  }

  test('NODE_OPTIONS change nothing', async () => {
    const line = 'idle --demo -o json';
    assertSame(line, await run(line, { XDG_CACHE_HOME: cache, NODE_OPTIONS: '--require=/nonexistent' }));
  });
}

test.run();
