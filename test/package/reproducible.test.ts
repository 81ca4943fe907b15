/** The archive of this machine's Linux made a second time: from a copy of the sources, in another folder. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { assert, skip, suite } from '../harness.ts';
import { archiveName, archiveOf, unbuilt } from './archives.ts';

const test = suite('a second build');

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All that the build reads; what it writes is left out. */
const SOURCES = [
  'lib',
  'plugin',
  'ui',
  'packaging',
  'build.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'krew-manifest.yaml',
  'LICENSE',
];

const platform = `linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const archive = process.platform === 'linux' ? archiveOf(platform) : undefined;

if (archive === undefined) skip('two builds compared', unbuilt(platform));
else if (newestSource() > statSync(archive).mtimeMs)
  skip('two builds compared', 'the sources have changed since the archive was made');
else {
  test('gives the same bytes, wherever and whenever it is made', () => {
    const copy = mkdtempSync(join(tmpdir(), 'upid-again-'));
    process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
    for (const source of SOURCES) cpSync(join(ROOT, source), join(copy, source), { recursive: true });
    // A folder of its own, as another clone has: through a link the modules would lie outside of it. Links to its files are quick.
    const modules = ['node_modules', join(copy, 'node_modules')] as const;
    const linked = spawnSync('cp', ['-al', ...modules], { cwd: ROOT });
    if (linked.status !== 0) assert.is(spawnSync('cp', ['-a', ...modules], { cwd: ROOT }).status, 0);
    const { stdout, stderr } = spawnSync(process.execPath, ['packaging/run.ts', platform], {
      cwd: copy,
      encoding: 'utf8',
      // The copy is no repository, which would tell the time of the commit.
      env: { ...process.env, SOURCE_DATE_EPOCH: String(timeIn(archive)), TZ: 'Pacific/Chatham', LC_ALL: 'C' },
    });
    const again = join(copy, 'dist/package', archiveName(platform));
    assert.ok(existsSync(again), `${stdout}${stderr}`);
    assert.is(hashOf(again), hashOf(archive));
  });
}

function newestSource(): number {
  const files = SOURCES.flatMap((source) => {
    const path = join(ROOT, source);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** Of the first entry of a tar archive, seconds. */
function timeIn(file: string): number {
  return Number.parseInt(gunzipSync(readFileSync(file)).toString('latin1', 136, 147), 8);
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

test.run();
