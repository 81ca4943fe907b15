/**
 * The image without an engine, which does not run here: the Dockerfile's own commands are run in a root of this machine's programs,
 * and the last stage is put together on a root that has what slim images have. Installing packages is left out.
 */

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, skip, suite } from '../harness.ts';
import { archiveName, archiveOf, PACKAGES, runToEnd, unbuilt } from './archives.ts';
import { type Instruction, readDockerfile } from './dockerfile.ts';
import { makeRoot, rootObstacle, runInRoot } from './root.ts';
import { assertPlainError, assertSame } from './smoke.ts';

const test = suite('the image');

const TEXT = readFileSync(fileURLToPath(new URL('../../deploy/Dockerfile', import.meta.url)), 'utf8');
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const QUERY = 'idle --demo -o name';

const stages = readDockerfile(TEXT, { TARGETARCH: 'amd64' });
const image = stages.at(-1)!;

function last(name: string): Instruction {
  const found = image.instructions.findLast((instruction) => instruction.name === name);
  assert.ok(found, `there is no ${name}`);
  return found!;
}

const volumes = image.instructions.filter(({ name }) => name === 'VOLUME').flatMap(({ words }) => words);
const environment = Object.fromEntries(
  image.instructions
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ words }) => words)
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
);

test('its bases have tags that name a release', () => {
  for (const { base } of stages) assert.match(base, /^[\w./-]+:(?!latest$)[\w.-]+$/);
});

test('it runs as a user by number that is not root, so that a cluster can tell', () => {
  assert.match(last('USER').words[0] ?? '', /^[1-9]\d*:[1-9]\d*$/);
});

test('it starts the program itself, with no shell between', () => {
  assert.equal(last('ENTRYPOINT').words, ['/opt/kubectl-upid/kubectl-upid']);
});

test('its last stage needs no shell, so that a base without one will do', () => {
  assert.equal([...new Set(image.instructions.map(({ name }) => name))].toSorted(), [
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'USER',
    'VOLUME',
    'WORKDIR',
  ]);
  const other = readDockerfile(TEXT, { BASE: 'base:1' }).at(-1);
  assert.is(other?.base, 'base:1');
});

test('all it writes lies in a volume', () => {
  for (const name of ['HOME', 'UPID_HOME', 'XDG_CACHE_HOME']) {
    assert.ok(
      volumes.some((volume) => `${environment[name]}/`.startsWith(`${volume}/`)),
      `${name}=${environment[name]}`,
    );
  }
});

test('it takes the archive of this version, and of the processor that is built for', () => {
  for (const [given, platform] of [
    [{}, 'linux-amd64'],
    [{ TARGETARCH: 'arm64' }, 'linux-arm64'],
  ] as const) {
    const copied = readDockerfile(TEXT, given)[0]?.instructions.find(({ name }) => name === 'COPY');
    assert.equal(copied?.words, ['checksums.txt', archiveName(platform), './']);
  }
});

const obstacle =
  archiveOf('linux-amd64') === undefined
    ? unbuilt('linux-amd64')
    : process.arch === 'x64'
      ? rootObstacle()
      : 'this machine has another processor';
if (obstacle !== undefined) skip('the image built from the archive, and run', obstacle);
else describeBuilt();

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'upid-image-'));
  chmodSync(folder, 0o755);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the first stage's instructions on a folder of archives; gives its root. */
function build(context: string): { readonly root: string; readonly failure: string | undefined } {
  const root = newFolder();
  for (const folder of ['usr', 'etc', 'tmp', 'dev']) mkdirSync(join(root, folder));
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
  let folder = '/';
  for (const { name, words, variables } of stages[0]?.instructions ?? []) {
    if (name === 'WORKDIR') {
      folder = words[0] ?? '';
      mkdirSync(join(root, folder), { recursive: true });
    } else if (name === 'COPY') {
      for (const file of words.slice(0, -1)) cpSync(join(context, file), join(root, folder, words.at(-1) ?? '', file));
    } else if (name === 'RUN' && !words[0]?.startsWith('apt-get')) {
      const { status, stderr } = runAsBuilder(root, folder, words[0] ?? '', variables);
      if (status !== 0) return { root, failure: stderr };
    }
  }
  return { root, failure: undefined };
}

/** What the installed package would have written is taken from this machine. */
function putCertificates(root: string): void {
  mkdirSync(join(root, dirname(CERTIFICATES)), { recursive: true });
  cpSync(CERTIFICATES, join(root, CERTIFICATES), { dereference: true });
}

function runAsBuilder(
  root: string,
  folder: string,
  command: string,
  variables: Instruction['variables'],
): ReturnType<typeof spawnSync> & { stderr: string } {
  const script =
    'mount --bind /usr "$1/usr" && mount -o remount,bind,ro "$1/usr" && exec chroot "$1" sh -c "cd \\"\\$1\\" && $3" sh "$2"';
  return spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', root, folder, command], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin', ...variables },
  });
}

/** The last stage: its copies laid onto a slim root. */
function putTogether(built: string): string {
  const root = makeRoot();
  for (const { words, flags } of image.instructions.filter(({ name }) => name === 'COPY')) {
    const [from = '', to = ''] = words;
    mkdirSync(join(root, dirname(to)), { recursive: true });
    rmSync(join(root, to), { recursive: true, force: true });
    runToEnd('cp', ['-a', join(built, from), join(root, to)]);
    if (flags.chown) runToEnd('chown', ['-R', flags.chown, join(root, to)]);
  }
  return root;
}

function describeBuilt(): void {
  test('an archive that is not the published one is not built from', () => {
    const context = newFolder();
    for (const file of ['checksums.txt', archiveName('linux-amd64')]) cpSync(join(PACKAGES, file), join(context, file));
    appendFileSync(join(context, archiveName('linux-amd64')), 'x');
    assert.match(build(context).failure ?? '', /did NOT match|WARNING: 1 computed checksum/);
  });

  const { root: built, failure } = build(PACKAGES);
  if (existsSync(CERTIFICATES)) putCertificates(built);
  else {
    skip('the image built from the archive, and run', 'ca-certificates is not installed');
    return;
  }
  test('its first stage unpacks the archive', () => {
    assert.is(failure, undefined);
    assert.ok(existsSync(join(built, 'opt/kubectl-upid/LICENSE')));
  });
  const root = putTogether(built);
  const [uid = 0] = (last('USER').words[0] ?? '').split(':').map(Number);
  const volume = volumes[0]?.slice(1) ?? '';
  const run = (writable: string | undefined, user = uid, line = QUERY): ReturnType<typeof runInRoot> =>
    runInRoot([...last('ENTRYPOINT').words, ...line.split(' ')], {
      root,
      env: environment,
      uid: user,
      writable: writable === undefined ? {} : { [volume]: writable },
    });

  test('nothing of the program can be changed by the user it runs as', () => {
    for (const file of ['opt/kubectl-upid', 'opt/kubectl-upid/kubectl-upid']) {
      const { uid: owner, mode } = statSync(join(root, file));
      assert.equal([owner, mode & 0o022], [0, 0]);
    }
    assert.is(statSync(join(root, volume)).uid, uid);
  });

  const VOLUMES: readonly (readonly [string, string, number])[] = [
    ['a volume of Docker’s, which has the owner of its folder', `size=128m,mode=755,uid=${uid},gid=${uid}`, uid],
    ['an emptyDir, in which all may write', 'size=128m,mode=777', uid],
    ['an emptyDir with the group of the pod', `size=128m,mode=2777,gid=${uid}`, uid],
    ['a user number that the cluster chose', 'size=128m,mode=777', 1_000_710_000],
  ];

  for (const [what, writable, user] of VOLUMES) {
    test(`with a read-only root and ${what}, the demo runs`, async () => {
      assertSame(QUERY, await run(writable, user));
    });
  }

  test('without any volume it says what it cannot write, and what needs no database runs', async () => {
    assertSame('version', await run(undefined, uid, 'version'));
    assertPlainError(
      await run(undefined),
      /^error: the database engine can be unpacked neither into .*\/data\/cache.* nor into /,
    );
  });
}

test.run();
