/** The built program's `audit` commands, over trails written as `apply` writes them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openTrail, trailFile } from '../../lib/change/audit/trail.ts';
import { AT, entry } from '../change/audit/entries.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { run } from './run.ts';

const test = suite('audit');

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
const shapeOf = (name: string) =>
  ajv.compile(JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8')));
const [records, problems] = [shapeOf('audit-record-list'), shapeOf('audit-problem-list')];

/** A home of which the trail, in `audit` or in that of the simulated cluster, has records of two days in two namespaces. */
async function homeWithTrail(folder = 'audit'): Promise<string> {
  const home = temporaryFolder();
  const clock = { now: AT - 86_400_000 };
  const trail = openTrail(join(home, folder), testRuntime({ now: () => clock.now, random: Math.random }));
  await trail.append(entry('change-1'));
  await trail.append({ ...entry('change-2'), target: { ...entry('').target!, namespace: 'staging' } });
  clock.now = Date.now();
  const { target: _, values: __, reason: ___, evidence: ____, ...whole } = entry('change-3');
  await trail.append({ ...whole, event: 'ended', outcome: '1 of 1 verified' });
  return home;
}

const inHome = (home: string, ...args: readonly string[]) => run(['audit', ...args], { env: { UPID_HOME: home } });

test('list tells who did what to which object, in the published shape', async () => {
  const home = await homeWithTrail();
  const { exitCode, stdout, stderr } = await inHome(home, 'list');
  assert.equal([exitCode, stderr], [0, '']);
  assert.match(
    stdout,
    /^NUMBER +TIME +ACTION +EVENT +OBJECT +BY +CHANGE +OUTCOME\n1 .* apply +applied +shop\/deployment\.apps\/web +jane +change-1 +<none>\n/,
  );
  assert.match(stdout, /ended +<none> +jane +change-3 +1 of 1 verified\n$/);
  const value = JSON.parse((await inHome(home, 'list', '-o', 'json')).stdout);
  assert.ok(records(value) as boolean, ajv.errorsText(records.errors));
  assert.equal([value.items.length, value.metadata.verified], [3, true]);
  assert.match((await inHome(home, 'list', '-o', 'wide')).stdout, /\/spec\/replicas 3 → 0/);
});

test('list keeps to what was asked for', async () => {
  const home = await homeWithTrail();
  const changes = async (...args: readonly string[]) =>
    (await inHome(home, 'list', '-o', 'jsonpath={.items[*].change}', ...args)).stdout;
  assert.is(await changes('-n', 'staging'), 'change-2');
  assert.is(await changes('--since', '12h'), 'change-3');
  assert.is(await changes('--change', 'change-1'), 'change-1');
  assert.is(await changes('--cluster-id', 'another'), '');
});

test('the trail of the simulated cluster is another one', async () => {
  const home = await homeWithTrail(join('demo', 'audit'));
  assert.match((await inHome(home, 'list', '--demo')).stdout, /change-3/);
  const own = await inHome(home, 'list');
  assert.equal([own.exitCode, own.stdout, own.stderr], [0, '', 'Nothing was done\n']);
});

test('verify says that all is as written, and which digest to note', async () => {
  const home = await homeWithTrail();
  const { exitCode, stdout } = await inHome(home, 'verify');
  const digest = JSON.parse(
    readFileSync(trailFile(join(home, 'audit')), 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1)!,
  ).digest as string;
  assert.is(exitCode, 0);
  assert.match(stdout, /^3 records from \S+ to \S+ are as written\n/);
  assert.ok(stdout.includes(digest));
  assert.is((await inHome(home, 'verify', '--head', digest)).exitCode, 0);
  const other = await inHome(home, 'verify', '--head', 'f'.repeat(64));
  assert.is(other.exitCode, 1);
  assert.match(other.stderr, /no record has the digest f{64}/);
  assert.is((await inHome(home, 'verify', '--head', 'abc')).exitCode, 2);
});

test('verify and list name an altered line and exit with 1', async () => {
  const home = await homeWithTrail();
  const file = trailFile(join(home, 'audit'));
  writeFileSync(file, readFileSync(file, 'utf8').replace('"from":3', '"from":1'));
  const verified = await inHome(home, 'verify', '-o', 'json');
  assert.is(verified.exitCode, 1);
  const value = JSON.parse(verified.stdout);
  assert.ok(problems(value) as boolean, ajv.errorsText(problems.errors));
  assert.equal([value.items[0].line, value.items[0].problem, value.metadata.verified], [1, 'altered', false]);
  for (const command of ['verify', 'list']) {
    const { exitCode, stderr } = await inHome(home, command);
    assert.is(exitCode, 1);
    assert.match(stderr, /trail\.jsonl line 1: altered: record 1 is not what its digest was made of\n$/);
  }
});

test('what is exported can be verified by whoever gets it', async () => {
  const home = await homeWithTrail();
  const file = join(temporaryFolder(), 'trail.jsonl');
  const exported = await inHome(home, 'export', '--to', file);
  assert.equal([exported.exitCode, exported.stderr], [0, '']);
  assert.match(exported.stdout, /^RECORDS +FILE\n3 /);
  assert.is(readFileSync(file, 'utf8'), readFileSync(trailFile(join(home, 'audit')), 'utf8'));
  assert.is((await run(['audit', 'verify', '-f', file])).exitCode, 0);
  assert.is((await inHome(home, 'export', '--to', '-')).stdout, readFileSync(file, 'utf8'));
  const again = await inHome(home, 'export', '--to', file);
  assert.equal([again.exitCode, again.stdout], [1, '']);
  assert.match(again.stderr, /is there already/);
});

test('a file that is not there is one sentence', async () => {
  const { exitCode, stdout, stderr } = await run(['audit', 'verify', '-f', 'none.jsonl']);
  assert.equal([exitCode, stdout], [1, '']);
  assert.match(stderr, /^error: there is no file none\.jsonl.*\n$/);
});

test.run();
