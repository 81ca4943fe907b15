/** The executable in an empty root: the libraries of a slim image and the archive, and nothing else. */

import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, skip, suite } from '../harness.ts';
import { archiveOf, filesBelow, unbuilt, unpack } from './archives.ts';
import { type InRoot, librariesOf, makeRoot, NOBODY, rootObstacle, runInRoot } from './root.ts';
import { assertPlainError, assertSame, expected, nodeSwitches, type Outcome, SMOKE } from './smoke.ts';

const test = suite('the executable for linux-amd64 in an empty root');

const archive = archiveOf('linux-amd64');
const obstacle =
  archive === undefined ? unbuilt('linux-amd64') : process.arch === 'x64' ? rootObstacle() : 'this machine has another processor';

if (archive === undefined || obstacle !== undefined) skip('the executable for linux-amd64 in an empty root', obstacle ?? '');
else describe(makeRoot(), unpack(archive));

function describe(root: string, unpacked: string): void {
  const run = (line: string, given: Omit<InRoot, 'root'> = {}): Promise<Outcome> =>
    runInRoot(['/opt/kubectl-upid/kubectl-upid', ...line.split(' ')], {
      root,
      bound: { 'opt/kubectl-upid': unpacked },
      writable: { tmp: 'size=128m,mode=1777' },
      ...given,
    });

  test('the root has neither libatomic nor Node, and no shell', () => {
    assert.equal(
      librariesOf(root).filter((name) => name.startsWith('libatomic')),
      [],
    );
    assert.equal(
      filesBelow(root).filter((file) => /(^|\/)(bin|sbin)\//.test(file)),
      [],
    );
  });

  for (const line of SMOKE) {
    test(`another user, without HOME and PATH: "${line}" answers as the unpackaged program`, async () => {
      assertSame(line, await run(line));
    });
  }

  const QUERY = 'idle --demo -o name';
  const PLACES: readonly (readonly [string, Omit<InRoot, 'root'>])[] = [
    ['a home that cannot be written', { env: { HOME: '/home' } }],
    ['a home that is not there', { env: { HOME: '/nonexistent/home' } }],
    [
      'a home that belongs to another',
      { env: { HOME: '/home' }, writable: { home: 'size=128m,mode=777,uid=1', tmp: 'size=128m,mode=1777' } },
    ],
    ['a home of one’s own', { env: { HOME: '/home' }, writable: { home: `size=128m,mode=700,uid=${NOBODY}` } }],
    [
      'a cache in memory that all share, and nothing else to write',
      { env: { XDG_CACHE_HOME: '/data' }, writable: { data: 'size=128m,mode=1777' } },
    ],
    [
      'a home that is full, and room in /tmp',
      { env: { HOME: '/home' }, writable: { home: `size=1m,mode=700,uid=${NOBODY}`, tmp: 'size=128m,mode=1777' } },
    ],
    ['a user that has no name', { uid: 4321 }],
    ['root', { uid: 0 }],
    [
      'a folder for temporary files of one’s own',
      { env: { TMPDIR: '/data' }, writable: { data: `size=128m,mode=700,uid=${NOBODY}` } },
    ],
  ];

  for (const [what, given] of PLACES) {
    test(`${what}: the demo runs`, async () => {
      assertSame(QUERY, await run(QUERY, given));
    });
  }

  test('where nothing at all can be written, what needs no database runs, and the rest says why not', async () => {
    for (const line of ['--help', 'version', 'idle --help']) assertSame(line, await run(line, { writable: {} }));
    assertPlainError(
      await run(QUERY, { writable: {} }),
      /^error: the database engine can be unpacked neither into .* nor into .*; free the disk, or /,
    );
  });

  test('a full disk is told in a sentence', async () => {
    const given = { env: { HOME: '/home' }, writable: { home: `size=8m,mode=700,uid=${NOBODY}`, tmp: 'size=8m,mode=1777' } };
    assertPlainError(
      await run(QUERY, given),
      /^error: the database engine can be unpacked neither into .*ENOSPC.* nor into .*ENOSPC/,
    );
  });

  for (const [what, env] of Object.entries(nodeSwitches('/tmp'))) {
    test(`with ${what} in the environment it runs as without`, async () => {
      assertSame('version', await run('version', { env }));
    });
  }

  test('with all of them in the environment it runs as without', async () => {
    const env: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(nodeSwitches('/tmp')));
    assertSame(QUERY, await run(QUERY, { env }));
  });

  test('what Node is asked to tell about itself does not come among the data', async () => {
    const { exitCode, stdout } = await run('version', { env: { NODE_DEBUG: 'module,fs', NODE_DEBUG_NATIVE: 'sea' } });
    assert.is(exitCode, 0);
    assert.is(stdout, expected('version').stdout);
  });

  test('it runs from a folder that is not the root’s own, through links', async () => {
    const bound = { 'opt/kubectl-upid': unpacked };
    const link = join(root, 'home/kubectl-upid');
    symlinkSync('../opt/kubectl-upid/kubectl-upid', link);
    const outcome = await runInRoot(['/home/kubectl-upid', ...QUERY.split(' ')], {
      root,
      bound,
      writable: { tmp: 'size=128m,mode=1777' },
    });
    rmSync(link);
    assertSame(QUERY, outcome);
  });
}

test.run();
