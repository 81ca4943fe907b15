/** What makes kubectl complete `kubectl upid`: written where kubectl finds it, and never over somebody else's file. */

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installScript } from '../../plugin/complete/kubectl-script.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { readAnswer } from './complete.ts';
import { PROGRAM, run } from './run.ts';

const test = suite('completion install');

const NAME = 'kubectl_complete-upid';
const PATH = process.env.PATH ?? '';

function krewFolder(home: string): string {
  const folder = join(home, '.krew', 'bin');
  mkdirSync(folder, { recursive: true });
  return folder;
}

test("it is written into krew's folder, as a script of two lines that may be run", async () => {
  const HOME = temporaryFolder();
  const folder = krewFolder(HOME);
  const file = join(folder, NAME);
  const outcome = await run(['completion', 'install'], { env: { HOME, PATH: [PATH, folder].join(delimiter) } });
  assert.equal(outcome, { exitCode: 0, stdout: `${file} written: kubectl now completes kubectl upid\n`, stderr: '' });
  assert.is(readFileSync(file, 'utf8'), '#!/bin/sh\nexec kubectl-upid __complete "$@"\n');
  assert.is(statSync(file).mode & 0o777, 0o755);
  assert.equal(readdirSync(folder), [NAME], 'nothing is left beside it');
});

test('KREW_ROOT says where krew is', async () => {
  const KREW_ROOT = temporaryFolder();
  mkdirSync(join(KREW_ROOT, 'bin'));
  const HOME = temporaryFolder();
  krewFolder(HOME);
  const { exitCode, stderr } = await run(['completion', 'install'], { env: { HOME, KREW_ROOT } });
  assert.is(exitCode, 0);
  assert.ok(existsSync(join(KREW_ROOT, 'bin', NAME)));
  assert.is(stderr, 'warning: its folder is not on PATH, where kubectl looks for it\n');
});

test('without krew it is written beside the program, where that is on PATH', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'kubectl-upid');
  symlinkSync(PROGRAM, program);
  const HOME = temporaryFolder();
  const { exitCode, stderr } = await run(['completion', 'install'], {
    program,
    env: { HOME, PATH: [folder, PATH].join(delimiter) },
  });
  assert.is(exitCode, 0, stderr);
  assert.ok(existsSync(join(folder, NAME)));
  const elsewhere = await run(['completion', 'install'], { env: { HOME, PATH: '/usr/bin:/bin' } });
  assert.is(elsewhere.exitCode, 2);
  assert.match(elsewhere.stderr, /^error: krew's folder \S+ is not there, .*; choose a folder on PATH with --to\n$/);
});

test('a program that was named by its name alone is looked for on PATH', () => {
  const [empty, folder] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(folder, 'kubectl-upid'), '');
  const home = { platform: process.platform, homeDirectory: empty, workingDirectory: empty };
  const self = { file: 'kubectl-upid', words: ['kubectl-upid'], env: {} } as const;
  const { file } = installScript(undefined, self, { ...home, env: { PATH: [empty, folder].join(delimiter) } });
  assert.is(file, join(folder, NAME));
});

test('what it writes answers as the program does', async () => {
  const folder = temporaryFolder();
  await run(['completion', 'install', '--to', folder]);
  const env = { PATH: [dirname(PROGRAM), PATH].join(delimiter), HOME: temporaryFolder() };
  const { stdout } = spawnSync(join(folder, NAME), ['idle', '-o', ''], { env, encoding: 'utf8' });
  assert.ok(readAnswer(stdout).values.includes('json'));
});

test('a folder that is missing is made; ours is written again; uninstall takes it away, and only it', async () => {
  const folder = join(temporaryFolder(), 'new', 'bin');
  for (let times = 0; times < 2; times++) assert.is((await run(['completion', 'install', '--to', folder])).exitCode, 0);
  writeFileSync(join(folder, 'other'), '');
  const env = { PATH: [PATH, folder].join(delimiter) };
  const taken = await run(['completion', 'uninstall'], { env });
  assert.equal(taken, { exitCode: 0, stdout: `${join(folder, NAME)} taken away\n`, stderr: '' });
  assert.equal(readdirSync(folder), ['other']);
  assert.is((await run(['completion', 'uninstall'], { env })).stdout, 'nothing to take away\n');
});

test('uninstall takes it from a folder that is not on PATH where that is named', async () => {
  const folder = temporaryFolder();
  await run(['completion', 'install', '--to', folder]);
  await run(['completion', 'uninstall']);
  assert.ok(existsSync(join(folder, NAME)));
  await run(['completion', 'uninstall', '--from', folder]);
  assert.equal(readdirSync(folder), []);
});

test("somebody else's file and a link are left alone", async () => {
  const folder = temporaryFolder();
  const file = join(folder, NAME);
  const refused = async (): Promise<void> => {
    const { exitCode, stdout, stderr } = await run(['completion', 'install', '--to', folder]);
    assert.equal({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    assert.is(stderr, `error: ${file} was not written by kubectl-upid; move it away, or choose another folder with --to\n`);
    await run(['completion', 'uninstall', '--from', folder]);
  };
  writeFileSync(file, '#!/bin/sh\necho theirs\n');
  await refused();
  assert.match(readFileSync(file, 'utf8'), 'theirs');

  const linked = temporaryFolder();
  await run(['completion', 'install', '--to', linked]);
  spawnSync('ln', ['-sf', join(linked, NAME), file]);
  await refused();
  assert.ok(lstatSync(file).isSymbolicLink());
});

test('a folder that cannot be written is named', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const { exitCode, stderr } = await run(['completion', 'install', '--to', join(file, 'bin')]);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: \S+file.bin.kubectl_complete-upid cannot be written: .*; choose a folder .* with --to\n$/);
});

test('a shell that is none, and none at all, are told', async () => {
  const other = await run(['completion', 'bsh']);
  assert.is(other.exitCode, 2);
  assert.is(other.stderr, 'error: completion takes one of bash, zsh, fish, powershell, got "bsh"; did you mean bash?\n');
  const none = await run(['completion']);
  assert.is(none.exitCode, 2);
  assert.is(none.stderr, 'error: completion takes one of bash, zsh, fish, powershell; see --help\n');
});

test.run();
