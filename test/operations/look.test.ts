/** What a look leaves alone, and what it says when its own files are missing. No cluster. */

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { PROGRAM, run } from '../plugin/run.ts';

const test = suite('the demo and its files');

const DIST = dirname(PROGRAM);

/** Each file with its content and times: a write that changes nothing shows as well. */
function contents(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const file = join(folder, name);
      const { mtimeMs } = statSync(file);
      const content = statSync(file).isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
      return `${name} ${mtimeMs} ${content}`;
    });
}

/** A copy of the program whose history of the simulated cluster is as `change` leaves it. */
function copyOfProgram(change: (demo: string) => void): string {
  const folder = temporaryFolder();
  cpSync(DIST, join(folder, 'dist'), { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  change(join(folder, 'dist', 'demo'));
  return join(folder, 'dist', 'kubectl-upid');
}

function newestPart(demo: string): string {
  const part = readdirSync(demo, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .findLast((name) => name.endsWith('.parquet'));
  return join(demo, part!);
}

test('the demo writes neither into its own folder nor into that of the user, whichever it is', async () => {
  const before = contents(join(DIST, 'demo'));
  const [home, data, named] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const env = { HOME: home, XDG_DATA_HOME: data, XDG_CACHE_HOME: temporaryFolder() };
  for (const args of [['idle'], ['optimize'], ['idle', '--history', named]]) {
    const { exitCode, stderr } = await run([...args, '--demo', '-oname'], { env: { ...env, UPID_HOME: join(data, 'upid') } });
    assert.is(exitCode, 0, stderr);
  }
  assert.is((await run(['idle', '--demo', '-oname'], { env })).exitCode, 0);
  for (const folder of [home, data, named]) assert.equal(readdirSync(folder), []);
  assert.equal(contents(join(DIST, 'demo')), before);
});

test('the demo answers the same each time', async () => {
  const first = await run(['idle', '--demo', '-ojson']);
  const again = await run(['idle', '--demo', '-ojson']);
  const told = (stdout: string): unknown => {
    const { metadata, ...list } = JSON.parse(stdout);
    return { ...list, metadata: { ...metadata, traffic: undefined } };
  };
  assert.equal(told(again.stdout), told(first.stdout));
});

test('a demo without its history says so in one sentence, with what to do, and exit code 1', async () => {
  const program = copyOfProgram((demo) => rmSync(demo, { recursive: true }));
  for (const command of ['idle', 'optimize', 'demo']) {
    const { exitCode, stdout, stderr } = await run([...(command === 'demo' ? ['demo'] : [command, '--demo'])], { program });
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(
      stderr,
      /^error: the history of the simulated cluster is not in .*; install the program again; .*npm run build\n$/,
    );
  }
});

test('a demo with a history that is damaged names the part, and goes on with the others', async () => {
  let part = '';
  const program = copyOfProgram((demo) => {
    part = newestPart(demo);
    writeFileSync(part, readFileSync(part).subarray(0, 1000));
  });
  const { exitCode, stdout, stderr } = await run(['idle', '--demo'], { program });
  assert.is(exitCode, 0, stderr);
  assert.is(stdout, '', 'of the day that is missing nothing is known, so nothing is called idle');
  assert.match(stderr, /^No idle workloads found\.$/m);
  assert.match(stderr, `Warning: history: history part ${part} is left out: `);
  assert.is(statSync(part).size, 1000);
});

test('a history folder that is a file is told once, and no folder is made beside it', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'history');
  writeFileSync(file, 'x');
  mkdirSync(join(folder, 'other'));
  const { exitCode, stderr } = await run(['idle', '--demo', '--history', file]);
  assert.is(exitCode, 0, stderr);
  assert.equal(readdirSync(folder), ['history', 'other']);
});

test.run();
