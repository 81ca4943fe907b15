/**
 * The install script under the shells it may meet, with archives packed here, whose program is a shell script: what is
 * tested is the way of an archive into its place. The real archives come last, where they are built.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, skip, suite } from '../harness.ts';
import { outcomeOf } from '../plugin/run.ts';
import { archiveOf, PACKAGES, unbuilt } from './archives.ts';

const SCRIPT = fileURLToPath(new URL('../../install.sh', import.meta.url));
const test = suite('the install script');

const scratch = mkdtempSync(join(tmpdir(), 'upid-install-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly shell?: readonly string[];
  /** Folders before the rest of PATH. */
  readonly path?: readonly string[];
  readonly uid?: number;
  readonly script?: string;
}

function run(
  args: readonly string[],
  { env = {}, shell = ['sh'], path = [], uid, script = SCRIPT }: Given = {},
): Promise<Outcome> {
  const [program = 'sh', ...before] = shell;
  const child = spawn(program, [...before, script, ...args], {
    cwd: scratch,
    env: { PATH: [...path, process.env.PATH].join(':'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return outcomeOf(child);
}

let made = 0;
function newFolder(name: string): string {
  made += 1;
  const folder = join(scratch, `${made} ${name}`);
  mkdirSync(folder);
  return folder;
}

const HERE = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;

interface Release {
  readonly version?: string;
  readonly platforms?: readonly string[];
  readonly program?: string;
}

/** A folder as a release is published: an archive for each platform, and their checksums. */
function publish({ version = '1.2.3', platforms = [HERE], program }: Release = {}, folder = newFolder('release')): string {
  for (const platform of platforms) {
    const content = newFolder('content');
    writeFileSync(join(content, 'kubectl-upid'), program ?? `#!/bin/sh\necho "${version} for ${platform}"\n`, { mode: 0o755 });
    writeFileSync(join(content, 'LICENSE'), 'a licence\n');
    mkdirSync(join(content, 'part'));
    writeFileSync(join(content, 'part', 'library'), 'a library\n');
    pack(content, join(folder, `kubectl-upid_${version}_${platform}.tar.gz`));
  }
  return folder;
}

/** Packs a folder's content and lists the archive beside it. */
function pack(content: string, archive: string, options: readonly string[] = []): void {
  const packed = spawnSync('tar', ['-czf', archive, ...options, '-C', content, ...readdirSync(content)], { encoding: 'utf8' });
  assert.is(packed.status, 0, packed.stderr);
  list(archive);
}

function list(archive: string): void {
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  appendFileSync(join(archive, '..', 'checksums.txt'), `${sum}  ${archive.slice(archive.lastIndexOf('/') + 1)}\n`);
}

/** A folder for PATH with programs that print what another machine's would. */
function machine(programs: Readonly<Record<string, string>>): string {
  const folder = newFolder('bin');
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

function unameOf(system: string, processor: string): string {
  return `case $1 in -s) echo ${system} ;; -m) echo ${processor} ;; esac`;
}

/** Everything below a folder, sorted. */
function tree(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted() : [];
}

const INSTALLED = [
  'bin',
  'bin/kubectl-upid',
  'lib',
  'lib/kubectl-upid',
  'lib/kubectl-upid/1.2.3',
  'lib/kubectl-upid/1.2.3.receipt',
  'lib/kubectl-upid/1.2.3/LICENSE',
  'lib/kubectl-upid/1.2.3/kubectl-upid',
  'lib/kubectl-upid/1.2.3/part',
  'lib/kubectl-upid/1.2.3/part/library',
];

function answerOf(prefix: string): string {
  return spawnSync(join(prefix, 'bin/kubectl-upid'), { encoding: 'utf8' }).stdout;
}

/** A refusal: one sentence, nothing on stdout but what was being done, nothing left behind. */
function refused(outcome: Outcome, sentence: RegExp, prefix: string): void {
  assert.is(outcome.exitCode, 1, outcome.stderr);
  assert.match(outcome.stderr, sentence);
  assert.is(outcome.stderr.trimEnd().split('\n').length, 1, outcome.stderr);
  assert.equal(tree(prefix), []);
}

const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['busybox', 'ash']];

for (const shell of SHELLS) {
  const name = shell.join(' ');
  if (spawnSync(shell[0] ?? '', ['-c', ':']).error) {
    skip(`the install script under ${name}`, `${shell[0]} is not installed`);
    continue;
  }

  test(`${name} reads all of it, installs, installs again, and removes what it installed and nothing else`, async () => {
    assert.is(spawnSync(shell[0] ?? '', [...shell.slice(1), '-n', SCRIPT]).status, 0);
    const [release, prefix] = [publish(), join(newFolder('home'), 'pre fix')];
    for (const _ of [1, 2]) {
      const outcome = await run(['--from', release, '--prefix', prefix], { shell });
      assert.is(outcome.exitCode, 0, outcome.stderr);
      assert.is(outcome.stderr, '');
      assert.equal(tree(prefix), INSTALLED);
      assert.is(answerOf(prefix), `1.2.3 for ${HERE}\n`);
    }
    writeFileSync(join(prefix, 'bin/other'), '');
    writeFileSync(join(prefix, 'lib/kubectl-upid/1.2.3/part/own'), '');
    const removed = await run(['--uninstall', '--prefix', prefix], { shell });
    assert.is(removed.exitCode, 0, removed.stderr);
    const left = ['bin', 'bin/other', 'lib', 'lib/kubectl-upid', 'lib/kubectl-upid/1.2.3', 'lib/kubectl-upid/1.2.3/part'];
    assert.equal(tree(prefix), [...left, 'lib/kubectl-upid/1.2.3/part/own']);
    assert.match(removed.stdout, /holds other files, which were left/);
    assert.match((await run(['--uninstall', '--prefix', prefix], { shell })).stderr, /^error: nothing is installed in /);
  });
}

if (spawnSync('busybox', ['true']).error) {
  skip('the install script with nothing but busybox', 'busybox is not installed');
} else {
  test('nothing but busybox is needed, whose wget downloads', async () => {
    const folder = newFolder('busybox');
    const programs = spawnSync('busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
    const where = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
    // Debian's has no getconf and no ldd; the C library is then told by trying the program out.
    for (const program of programs) if (program !== 'getconf') symlinkSync(where, join(folder, program));
    const prefix = newFolder('prefix');
    const given = { shell: [where, 'ash'], env: { PATH: folder } };
    await withServer(publish(), async (base) => {
      const outcome = await run(['--from', base, '--prefix', prefix], given);
      assert.is(outcome.exitCode, 0, outcome.stderr);
      assert.equal(tree(prefix), INSTALLED);
    });
  });
}

/** Serves a folder on the loopback address while `use` runs, and tells it the address and what was asked for. */
async function withServer(folder: string, use: (base: string, asked: readonly string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url ?? '';
    asked.push(name);
    const file = join(folder, name.replace(/^\/releases/, ''));
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`, asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

for (const downloader of ['curl', 'wget']) {
  const found = spawnSync('sh', ['-c', `command -v ${downloader}`], { encoding: 'utf8' }).stdout.trim();
  if (!found) {
    skip(`the install script with ${downloader}`, `${downloader} is not installed`);
    continue;
  }
  const path = (): Given['env'] => ({ PATH: onlyWith(downloader, found) });

  test(`${downloader} takes the archive from a server, from checksums.txt on`, async () => {
    const prefix = newFolder('prefix');
    await withServer(publish(), async (base, asked) => {
      const outcome = await run(['--prefix', prefix], { env: { ...path(), UPID_DOWNLOAD_BASE: `${base}/` } });
      assert.is(outcome.exitCode, 0, outcome.stderr);
      assert.equal(asked, ['/releases/checksums.txt', `/releases/kubectl-upid_1.2.3_${HERE}.tar.gz`]);
    });
    assert.equal(tree(prefix), INSTALLED);
  });

  test(`what ${downloader} does not find is one sentence, without the password of the address`, async () => {
    const prefix = newFolder('prefix');
    await withServer(newFolder('empty'), async (base) => {
      const address = base.replace('//', '//me:secret@');
      const outcome = await run(['--from', address, '--prefix', prefix], { env: path() ?? {} });
      refused(outcome, /^error: cannot download http:\/\/127\.0\.0\.1:\d+\/releases\/checksums\.txt: .*404/, prefix);
      assert.not.match(outcome.stderr, /secret/);
    });
  });

  test(`${downloader}: an archive that breaks off is noticed, and nothing is left`, async () => {
    const [release, prefix] = [publish(), newFolder('prefix')];
    const archive = join(release, `kubectl-upid_1.2.3_${HERE}.tar.gz`);
    writeFileSync(archive, readFileSync(archive).subarray(0, 100));
    await withServer(release, async (base) => {
      refused(await run(['--from', base, '--prefix', prefix], { env: path() ?? {} }), /is not the published one/, prefix);
    });
  });
}

/** PATH with the ordinary programs but one downloader only. */
function onlyWith(downloader: string, found: string): string {
  const folder = newFolder('ordinary');
  for (const from of ['/bin', '/usr/bin']) {
    for (const program of ORDINARY) {
      const target = join(folder, program);
      if (existsSync(join(from, program)) && !existsSync(target)) symlinkSync(join(from, program), target);
    }
  }
  symlinkSync(found, join(folder, downloader));
  return folder;
}

const ORDINARY =
  'sh uname getconf ldd sha256sum shasum openssl perl mktemp mkdir tar gzip cut tr sed awk sort grep find head tail cat rm rmdir mv ln readlink cp sleep ls'.split(
    ' ',
  );

test('a folder may be given as file:// too', async () => {
  const prefix = newFolder('prefix');
  const outcome = await run(['--from', `file://${publish()}`, '--prefix', prefix]);
  assert.is(outcome.exitCode, 0, outcome.stderr);
  assert.equal(tree(prefix), INSTALLED);
});

test('without a place to take the archives from it says how to name one', async () => {
  const prefix = newFolder('prefix');
  refused(await run(['--prefix', prefix]), /^error: it is not known where .* with --from or in UPID_DOWNLOAD_BASE\n$/, prefix);
});

test('a place of a kind that is not understood is refused', async () => {
  const prefix = newFolder('prefix');
  refused(await run(['--from', 'ftp://127.0.0.1/x', '--prefix', prefix]), /is no place that is understood; it should be/, prefix);
});

const MACHINES: readonly (readonly [string, string, string])[] = [
  ['Linux', 'x86_64', 'linux-amd64'],
  ['Linux', 'amd64', 'linux-amd64'],
  ['Linux', 'aarch64', 'linux-arm64'],
  ['Darwin', 'arm64', 'darwin-arm64'],
  ['Darwin', 'x86_64', 'darwin-amd64'],
];

const EVERYWHERE = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'];

for (const [system, processor, platform] of MACHINES) {
  test(`${system} on ${processor} gets ${platform}`, async () => {
    const prefix = newFolder('prefix');
    const path = [machine({ uname: unameOf(system, processor), sysctl: 'echo 0' })];
    const outcome = await run(['--from', publish({ platforms: EVERYWHERE }), '--prefix', prefix], { path });
    assert.is(outcome.exitCode, 0, outcome.stderr);
    assert.is(answerOf(prefix), `1.2.3 for ${platform}\n`);
  });
}

test('a shell that Rosetta translates gets what the machine runs itself', async () => {
  const prefix = newFolder('prefix');
  const path = [machine({ uname: unameOf('Darwin', 'x86_64'), sysctl: '[ "$*" = "-n sysctl.proc_translated" ] && echo 1' })];
  await run(['--from', publish({ platforms: EVERYWHERE }), '--prefix', prefix], { path });
  assert.is(answerOf(prefix), '1.2.3 for darwin-arm64\n');
});

const MUSL = 'echo "musl libc (x86_64)" >&2; echo "Version 1.2.5" >&2; exit 1';
const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    'FreeBSD',
    { uname: unameOf('FreeBSD', 'amd64') },
    /there is no kubectl-upid for FreeBSD; there is for Linux, macOS and Windows/,
  ],
  ['a 32-bit processor', { uname: unameOf('Linux', 'armv7l') }, /there is no kubectl-upid for armv7l processors/],
  ['another processor', { uname: unameOf('Linux', 'riscv64') }, /there is no kubectl-upid for riscv64 processors/],
  [
    'Git for Windows',
    { uname: unameOf('MINGW64_NT-10.0', 'x86_64') },
    /on Windows unpack kubectl-upid_VERSION_windows-amd64\.zip/,
  ],
  [
    '32-bit programs on a 64-bit kernel',
    { uname: unameOf('Linux', 'aarch64'), getconf: 'echo 32' },
    /runs 32-bit programs on a 64-bit kernel/,
  ],
  ['Alpine', { getconf: 'exit 1', ldd: MUSL }, /has the musl C library \(as Alpine has\).* needs glibc 2\.28 or newer/],
  ['glibc 2.27', { getconf: 'echo glibc 2.27' }, /this system has glibc 2\.27; kubectl-upid for Linux needs 2\.28 or newer/],
  ['glibc 2.17', { getconf: 'exit 1', ldd: 'echo "ldd (GNU libc) 2.17"' }, /this system has glibc 2\.17;/],
];

for (const [what, programs, sentence] of REFUSED) {
  test(`${what} is refused in a sentence`, async () => {
    const prefix = newFolder('prefix');
    const path = [machine({ uname: unameOf('Linux', 'x86_64'), ...programs })];
    refused(await run(['--from', publish({ platforms: EVERYWHERE }), '--prefix', prefix], { path }), sentence, prefix);
  });
}

for (const [glibc, getconf] of [
  ['2.28', 'echo glibc 2.28'],
  ['2.100', 'echo glibc 2.100'],
  ['3.0', 'echo glibc 3.0'],
]) {
  test(`glibc ${glibc} is new enough`, async () => {
    const prefix = newFolder('prefix');
    const path = [machine({ uname: unameOf('Linux', 'x86_64'), getconf: getconf ?? '' })];
    const outcome = await run(['--from', publish({ platforms: ['linux-amd64'] }), '--prefix', prefix], { path });
    assert.is(outcome.exitCode, 0, outcome.stderr);
  });
}

test('a program that does not start here is not installed, and its own words are passed on', async () => {
  const prefix = newFolder('prefix');
  const program = '#!/bin/sh\necho "libatomic.so.1: cannot open shared object file" >&2\nexit 127\n';
  const outcome = await run(['--from', publish({ program }), '--prefix', prefix]);
  refused(outcome, /^error: kubectl-upid 1\.2\.3 does not start here: libatomic\.so\.1: cannot open/, prefix);
});

test('an archive that is not the published one is not unpacked, and the former version stays', async () => {
  const [former, release, prefix] = [publish({ version: '1.0.0' }), publish(), newFolder('prefix')];
  await run(['--from', former, '--prefix', prefix]);
  const before = tree(prefix);
  const archive = join(release, `kubectl-upid_1.2.3_${HERE}.tar.gz`);
  const bytes = readFileSync(archive);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  writeFileSync(archive, bytes);
  const outcome = await run(['--from', release, '--prefix', prefix]);
  assert.is(outcome.exitCode, 1);
  assert.match(
    outcome.stderr,
    /is not the published one: its SHA-256 is [0-9a-f]{64}, it should be [0-9a-f]{64}; nothing was installed/,
  );
  assert.equal(tree(prefix), before);
  assert.is(answerOf(prefix), `1.0.0 for ${HERE}\n`);
});

test('an archive without a checksum is refused, and so is one with two', async () => {
  const prefix = newFolder('prefix');
  const [missing, two, none] = [publish(), publish(), publish()];
  writeFileSync(join(missing, 'checksums.txt'), `${'0'.repeat(64)}  another.tar.gz\n`);
  appendFileSync(join(two, 'checksums.txt'), `${'0'.repeat(64)}  kubectl-upid_1.2.3_${HERE}.tar.gz\n`);
  rmSync(join(none, 'checksums.txt'));
  const args = ['--prefix', prefix, '--version', '1.2.3', '--from'];
  refused(await run([...args, missing]), /has no checksum of kubectl-upid_1\.2\.3_/, prefix);
  refused(await run([...args, two]), /has no clear checksum of kubectl-upid_1\.2\.3_/, prefix);
  refused(await run([...args, none]), /^error: cannot read .*checksums\.txt: /, prefix);
  refused(await run(['--prefix', prefix, '--from', missing]), /checksums\.txt lists no archive for /, prefix);
});

test('checksums with line ends of Windows and with binary marks are read', async () => {
  const [release, prefix] = [publish(), newFolder('prefix')];
  const sums = join(release, 'checksums.txt');
  writeFileSync(sums, readFileSync(sums, 'utf8').replace('  ', ' *').replaceAll('\n', '\r\n'));
  assert.is((await run(['--from', release, '--prefix', prefix])).exitCode, 0);
});

for (const program of ['sha256sum', 'shasum', 'openssl']) {
  test(`the checksum is verified with ${program} where that is all there is`, async () => {
    if (!existsSync(join('/usr/bin', program))) return skip(`checksums by ${program}`, `${program} is not installed`);
    const folder = onlyWith('curl', '/usr/bin/curl');
    for (const other of ['sha256sum', 'shasum', 'openssl']) if (other !== program) rmSync(join(folder, other), { force: true });
    const [release, prefix] = [publish(), newFolder('prefix')];
    assert.is((await run(['--from', release, '--prefix', prefix], { env: { PATH: folder } })).exitCode, 0);
    appendFileSync(join(release, `kubectl-upid_1.2.3_${HERE}.tar.gz`), 'x');
    const again = await run(['--from', release, '--prefix', newFolder('prefix')], { env: { PATH: folder } });
    assert.match(again.stderr, /is not the published one/);
  });
}

test('where nothing can verify a checksum nothing is installed', async () => {
  const folder = onlyWith('curl', '/usr/bin/curl');
  for (const program of ['sha256sum', 'shasum', 'openssl']) rmSync(join(folder, program), { force: true });
  const prefix = newFolder('prefix');
  refused(
    await run(['--from', publish(), '--prefix', prefix], { env: { PATH: folder } }),
    /none of sha256sum, shasum and openssl/,
    prefix,
  );
});

test('of several versions one must be named', async () => {
  const release = publish({ version: '2.0.0' }, publish());
  const prefix = newFolder('prefix');
  refused(
    await run(['--from', release, '--prefix', prefix]),
    /holds several versions \(1\.2\.3 2\.0\.0\); name one with --version/,
    prefix,
  );
  assert.is((await run(['--from', release, '--prefix', prefix, '--version=v2.0.0'])).exitCode, 0);
  assert.is(answerOf(prefix), `2.0.0 for ${HERE}\n`);
});

test('another version takes the place of the former', async () => {
  const prefix = newFolder('prefix');
  await run(['--from', publish({ version: '1.0.0' }), '--prefix', prefix]);
  const outcome = await run(['--from', publish(), '--prefix', prefix]);
  assert.match(outcome.stdout, /^Removed kubectl-upid 1\.0\.0$/m);
  assert.equal(tree(prefix), INSTALLED);
});

test('what is there already and is not of the script is left alone', async () => {
  for (const [place, make] of [
    ['bin/kubectl-upid', (path: string) => writeFileSync(path, 'own')],
    ['bin/kubectl-upid', (path: string) => symlinkSync('/nowhere/kubectl-upid', path)],
    ['lib/kubectl-upid/1.2.3', (path: string) => mkdirSync(path)],
  ] as const) {
    const prefix = newFolder('prefix');
    mkdirSync(join(prefix, place, '..'), { recursive: true });
    make(join(prefix, place));
    const before = tree(prefix);
    const outcome = await run(['--from', publish(), '--prefix', prefix]);
    assert.is(outcome.exitCode, 1);
    assert.match(outcome.stderr, /is there already and is not of this script; move it away first/);
    assert.equal(
      tree(prefix).filter((path) => !before.includes(path) && !['bin', 'lib', 'lib/kubectl-upid'].includes(path)),
      [],
    );
    lstatSync(join(prefix, place));
  }
});

test('links and names that lead outside are not unpacked, though the checksum is right', async () => {
  for (const [sentence, make, options] of [
    [/holds links; nothing was installed/, (content: string) => symlinkSync('/etc/passwd', join(content, 'part')), []],
    [
      /names that are not safe/,
      (content: string) => writeFileSync(join(content, 'part'), ''),
      ['--transform=s#^part#../part#', '-P'],
    ],
    [
      /names that are not safe/,
      (content: string) => writeFileSync(join(content, 'part'), ''),
      ['--transform=s#^part#/part#', '-P'],
    ],
    [/names that are not safe/, (content: string) => writeFileSync(join(content, 'pa\nrt'), ''), []],
    [/holds no program named kubectl-upid/, (content: string) => rmSync(join(content, 'kubectl-upid')), []],
  ] as const) {
    const [release, content, prefix] = [newFolder('release'), newFolder('content'), newFolder('prefix')];
    writeFileSync(join(content, 'kubectl-upid'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(content, 'LICENSE'), '');
    make(content);
    pack(content, join(release, `kubectl-upid_1.2.3_${HERE}.tar.gz`), options);
    refused(await run(['--from', release, '--prefix', prefix]), sentence, prefix);
  }
});

if (process.getuid?.() === 0) {
  const NOBODY = 65534;
  chmodSync(scratch, 0o755);

  test('where one may not write it says so, and nothing is changed', async () => {
    const release = publish();
    const [locked, halfLocked] = [newFolder('locked'), newFolder('half locked')];
    refused(
      await run(['--from', release, '--prefix', locked], { uid: NOBODY }),
      /^error: cannot write to .*\/lib; give another place/,
      locked,
    );
    mkdirSync(join(halfLocked, 'bin'));
    mkdirSync(join(halfLocked, 'lib'));
    chmodSync(join(halfLocked, 'lib'), 0o777);
    const outcome = await run(['--from', release, '--prefix', halfLocked], { uid: NOBODY });
    assert.match(outcome.stderr, /^error: cannot write to .*\/bin; give another place with --prefix\n$/);
    assert.equal(tree(halfLocked), ['bin', 'lib']);
  });

  test('what another user installed is not removed in part', async () => {
    const prefix = newFolder('prefix');
    await run(['--from', publish(), '--prefix', prefix]);
    const outcome = await run(['--uninstall', '--prefix', prefix], { uid: NOBODY });
    assert.match(outcome.stderr, /^error: cannot write to .*; nothing was removed\n$/);
    assert.equal(tree(prefix), INSTALLED);
  });

  test('what root installs others may run, whatever root’s mask', async () => {
    const prefix = newFolder('prefix');
    await run(['-c', `umask 077; exec sh "${SCRIPT}" --from "${publish()}" --prefix "${prefix}"`], {
      shell: ['sh'],
      script: '-e',
    });
    const outcome = spawnSync(join(prefix, 'bin/kubectl-upid'), { encoding: 'utf8', uid: NOBODY, gid: NOBODY });
    assert.is(outcome.stdout, `1.2.3 for ${HERE}\n`);
    assert.is(lstatSync(join(prefix, 'lib/kubectl-upid/1.2.3/LICENSE')).uid, 0);
  });

  test('a disk that is full is told, and nothing is left on it', async () => {
    const content = newFolder('content');
    writeFileSync(join(content, 'kubectl-upid'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(content, 'large'), Buffer.alloc(3_000_000));
    const [release, small] = [newFolder('release'), newFolder('small')];
    pack(content, join(release, `kubectl-upid_1.2.3_${HERE}.tar.gz`));
    const script = `mount -t tmpfs -o size=1m tmpfs "${small}" || exit 99
sh "${SCRIPT}" --from "${release}" --prefix "${small}"; status=$?; find "${small}" -mindepth 1; exit $status`;
    const outcome = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
    if (outcome.error || outcome.status === 99) return skip('installing on a full disk', 'no file system can be mounted here');
    assert.is(outcome.status, 1, outcome.stderr);
    assert.match(
      outcome.stderr,
      /^error: cannot unpack .* \(is there room for it\?\): tar: large: (Wrote only|Cannot write).*\n$/,
    );
    assert.equal(outcome.stdout.trim().split('\n'), [`Taking kubectl-upid_1.2.3_${HERE}.tar.gz from ${release}`]);
  });
} else {
  skip('installing where one may not write, for others, and on a full disk', 'only root can set that up');
}

test('two installations at once both succeed, and so does one while another is removed', async () => {
  const [release, prefix] = [publish(), newFolder('prefix')];
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => run(['--from', release, '--prefix', prefix])));
  for (const { exitCode, stderr } of outcomes) assert.is(exitCode, 0, stderr);
  assert.equal(tree(prefix), INSTALLED);
  assert.is(answerOf(prefix), `1.2.3 for ${HERE}\n`);
});

test('an installation that is interrupted leaves nothing', async () => {
  const [release, prefix] = [publish(), newFolder('prefix')];
  const folder = machine({ tar: 'kill -TERM $PPID; sleep 1' });
  const outcome = await run(['--from', release, '--prefix', prefix], { path: [folder] });
  assert.is(outcome.exitCode, 143, outcome.stderr);
  assert.equal(tree(prefix), []);
});

test('half of the script does nothing', async () => {
  const text = readFileSync(SCRIPT, 'utf8');
  const [release, prefix] = [publish(), newFolder('prefix')];
  for (const share of [0.3, 0.6, 0.9, 0.995]) {
    const half = join(newFolder('half'), 'install.sh');
    writeFileSync(half, text.slice(0, text.length * share));
    await run(['--from', release, '--prefix', prefix], { script: half });
    assert.equal(tree(prefix), []);
  }
});

test('it goes into ~/.local unless told otherwise, and says whether that is on PATH', async () => {
  const [release, home] = [publish(), newFolder('home')];
  const bin = join(home, '.local/bin');
  const first = await run(['--from', release], { env: { HOME: home } });
  assert.equal(tree(join(home, '.local')), INSTALLED);
  assert.ok(first.stdout.includes(`${bin} is not on PATH, so kubectl does not find it yet`), first.stdout);
  const second = await run(['--from', release], { env: { HOME: home }, path: [bin] });
  assert.match(second.stdout, /^kubectl upid --help shows what it does$/m);
  const shadow = machine({ 'kubectl-upid': ':' });
  const third = await run(['--from', release], { env: { HOME: home }, path: [shadow, bin] });
  assert.match(third.stdout, /^But .*\/kubectl-upid comes before it on PATH/m);
  assert.match((await run(['--from', release])).stderr, /^error: HOME is not set; say where to install with --prefix\n$/);
});

for (const [line, sentence] of [
  ['--frobnicate', 'error: unknown argument: --frobnicate; see --help\n'],
  ['--prefix', 'error: --prefix needs a value; see --help\n'],
  ['--version=', 'error: --version needs a value; see --help\n'],
  ['--from . --version ../x', ''],
]) {
  test(`"${line}" is refused with exit code 2`, async () => {
    const release = publish();
    const args = (line ?? '').split(' ').map((word) => (word === '.' ? release : word));
    const outcome = await run([...args, ...(sentence ? [] : ['--prefix', newFolder('prefix')])]);
    assert.is(outcome.exitCode, 2, outcome.stderr);
    assert.match(outcome.stderr, sentence || /^error: invalid version: \.\.\/x; see --help\n$/);
  });
}

if (spawnSync('shellcheck', ['--version']).error) {
  skip('shellcheck of the install script', 'shellcheck is not installed');
} else {
  test('shellcheck finds nothing', () => {
    const { status, stdout } = spawnSync('shellcheck', ['--shell=sh', SCRIPT], { encoding: 'utf8' });
    assert.is(status, 0, stdout);
  });
}

const realArchive = archiveOf(HERE);
if (realArchive === undefined) {
  skip('the install script with the real archive', unbuilt(HERE));
} else {
  test('the real archive is installed and runs through the link, and nothing of it is left afterwards', async () => {
    const [prefix, home] = [newFolder('prefix'), newFolder('home')];
    const outcome = await run(['--from', PACKAGES, '--prefix', prefix], { env: { HOME: home } });
    assert.is(outcome.exitCode, 0, outcome.stderr);
    const link = join(prefix, 'bin/kubectl-upid');
    assert.match(readlinkSync(link), /^\.\.\/lib\/kubectl-upid\/[^/]+\/kubectl-upid$/);
    assert.ok(existsSync(join(realpathSync(link), '../LICENSE')));
    const version = spawnSync(link, ['version'], { encoding: 'utf8', env: { HOME: home } });
    assert.match(version.stdout, /^duckdb +1\./m, version.stderr);
    assert.is((await run(['--uninstall', '--prefix', prefix])).exitCode, 0);
    assert.equal(tree(prefix), ['bin', 'lib']);
  });
}

test.run();
