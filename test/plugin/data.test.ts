import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openHistory } from '../../lib/store/history.ts';
import type { Runtime } from '../../lib/types/runtime.ts';
import { assert, suite } from '../harness.ts';
import { sample } from '../store/samples.ts';
import { run } from './run.ts';

const test = suite('data');

const directory = mkdtempSync(join(tmpdir(), 'upid-data-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 3_600_000;

function runtimeAt(nowMs: number): Runtime {
  return {
    env: {},
    platform: 'linux',
    homeDirectory: directory,
    workingDirectory: directory,
    now: () => nowMs,
    elapsed: () => performance.now(),
    random: Math.random,
    stdinIsTerminal: false,
    warn: () => undefined,
    verbosity: 0,
    process: { id: process.pid, host: 'here', user: 'tester', isRunning: () => true },
  };
}

/** Recorded every six hours for some days up to now. */
async function recorded(clusterId: string, days: number): Promise<string> {
  // A clock that stands at the start keeps house only when it is asked to.
  const history = openHistory({ directory, clusterId, runtime: runtimeAt(NOW - days * DAY_MS) });
  for (let atMs = NOW - days * DAY_MS; atMs <= NOW; atMs += DAY_MS / 4) await history.append([sample({ atMs, cpuCores: 0.25 })]);
  await history.close();
  return history.folder;
}

const ajv = new Ajv2020({ strict: true, formats: { 'date-time': true } });
const shape = ajv.compile(JSON.parse(readFileSync(new URL('../../docs/schema/history-status.json', import.meta.url), 'utf8')));

test('status tells tables, rows and periods, in the published shape', async () => {
  await recorded('status', 2);
  const { exitCode, stdout } = await run(['data', 'status', '--history', directory, '--cluster-id', 'status', '-o', 'json']);
  assert.is(exitCode, 0);
  const status = JSON.parse(stdout);
  const conforms = shape(status) as boolean;
  assert.ok(conforms, ajv.errorsText(shape.errors));
  assert.is(status.items[0].table, 'samples');
  assert.is(status.items[0].rows, 9);
  assert.is(status.items[0].to, new Date(NOW).toISOString().replace('.000', ''));
  assert.is(status.metadata.clusters[0].intervalSeconds, 6 * 3600);
});

test('status of the simulated cluster says that it is simulated', async () => {
  const { exitCode, stdout, stderr } = await run(['data', 'status', '--demo']);
  assert.is(exitCode, 0);
  assert.match(stdout, /^CLUSTER +TABLE +ROWS +PARTS +SIZE +FROM +TO\n\S+ +samples +\d+/);
  assert.match(stderr, /SIMULATED/);
});

test('a part that is broken is named, and the others are counted', async () => {
  const folder = await recorded('broken', 2);
  const parts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  truncateSync(join(folder, parts[0]!), 100);
  const { exitCode, stdout, stderr } = await run([
    'data',
    'status',
    '--history',
    directory,
    '--cluster-id',
    'broken',
    '-o',
    'csv',
  ]);
  assert.is(exitCode, 0);
  assert.match(stdout, new RegExp(`broken,samples,8,${parts.length - 1},`));
  assert.match(stderr, /^warning: history part .* is left out: /);
});

test('without a history status says so', async () => {
  const { exitCode, stdout, stderr } = await run(['data', 'status', '--history', join(directory, 'none')]);
  assert.equal({ exitCode, stdout }, { exitCode: 0, stdout: '' });
  assert.match(stderr, /^No history found in /);
});

test('query answers as a table, JSON, JSON lines, YAML and CSV', async () => {
  await recorded('query', 1);
  const ask = async (form: string) =>
    (
      await run([
        'data',
        'query',
        '--history',
        directory,
        '--cluster-id',
        'query',
        '-o',
        form,
        'SELECT pod, cpu_cores, NULL AS n FROM samples LIMIT 1',
      ])
    ).stdout;
  assert.match(await ask('table'), /^POD +CPU_CORES +N\n\S+ +0\.25 +<none>\n$/);
  assert.equal(JSON.parse(await ask('json')).items[0].cpu_cores, 0.25);
  assert.is(JSON.parse(await ask('jsonl')).n, null);
  assert.match(await ask('yaml'), /cpu_cores: 0\.25/);
  assert.match(await ask('csv'), /^pod,cpu_cores,n\r\n\S+,0\.25,\r\n$/);
});

test('a million rows pass through little memory', async () => {
  const { exitCode, stdout } = await run([
    ...['data', 'query', '--demo', '-o', 'csv', '--no-headers'],
    'SELECT range AS n FROM range(1000000)',
  ]);
  assert.is(exitCode, 0);
  assert.is(stdout.length > 6_000_000 && stdout.endsWith('999999\r\n'), true);
});

test('a query may come from a file', async () => {
  const file = join(directory, 'query.sql');
  writeFileSync(file, "SELECT count(*) AS days FROM (SELECT DISTINCT date_trunc('day', hour) FROM hourly)\n-- the end\n");
  const { stdout } = await run(['data', 'query', '--demo', '-f', file, '--no-headers']);
  assert.match(stdout, /^2[0-9]\n$/);
});

const REFUSED: readonly (readonly [name: string, args: readonly string[], exitCode: number, says: RegExp])[] = [
  ['two queries', ['query', '--demo', 'SELECT 1', 'SELECT 2'], 2, /data query takes/],
  ['no query', ['query', '--demo'], 2, /takes one query; give it as one argument/],
  ['a query that writes', ['query', '--demo', "COPY samples TO 'x.csv'"], 1, /it does more than read|reaches for/],
  ['a file', ['query', '--demo', "FROM '/etc/passwd'"], 1, /\/etc\/passwd.*; see the views/],
  ['a column that is not there', ['query', '--demo', 'SELECT nope FROM samples'], 1, /nope.*; see the views/],
  ['a form that is none', ['query', '--demo', '-o', 'xml', 'SELECT 1'], 2, /table, json, jsonl, yaml, csv/],
  ['a file of a query that is not there', ['query', '--demo', '-f', 'none.sql'], 1, /none\.sql cannot be read/],
  [
    'an unknown cluster',
    ['query', '--history', directory, '--cluster-id', 'nobody', 'SELECT 1'],
    1,
    /no history of the cluster nobody/,
  ],
  [
    'an unknown cluster to compact',
    ['compact', '--history', directory, '--cluster-id', 'nobody'],
    1,
    /no history of the cluster nobody/,
  ],
  ['an unknown cluster’s status', ['status', '--history', directory, '--cluster-id', 'nobody'], 1, /no history of nobody/],
  ['a retention of hours', ['prune', '--retention', 'raw=5h'], 2, /raw=7d,hourly=90d/],
  ['a retention of nothing', ['prune', '--retention', 'all=7d'], 2, /raw=7d,hourly=90d/],
  ['the simulated cluster’s history', ['prune', '--demo', '--yes'], 2, /ships with the program/],
];

for (const [name, args, exitCode, says] of REFUSED) {
  test(`refused in one sentence: ${name}`, async () => {
    const outcome = await run(['data', ...args]);
    assert.is(outcome.exitCode, exitCode, outcome.stderr);
    assert.is(outcome.stdout, '');
    assert.match(outcome.stderr.split('\n').at(-2) ?? '', says);
  });
}

test('prune removes what is older than the retention, and only when told to', async () => {
  const folder = await recorded('old', 12);
  const ours = ['--history', directory, '--cluster-id', 'old'];
  const rawDays = (): readonly string[] => readdirSync(join(folder, 'samples'));
  const count = async (view: string): Promise<number> =>
    Number((await run(['data', 'query', ...ours, '--no-headers', `SELECT count(*) FROM ${view}`])).stdout);
  const hoursBefore = await count('hourly');
  assert.is(rawDays().length, 13);

  const unasked = await run(['data', 'prune', ...ours]);
  assert.is(unasked.exitCode, 2);
  assert.match(unasked.stderr, /add --yes/);
  const dry = await run(['data', 'prune', ...ours, '--dry-run']);
  assert.is(dry.exitCode, 0, dry.stderr);
  assert.match(dry.stderr, /Nothing was done: \d+ parts would be removed/);
  assert.is(rawDays().length, 13);

  const done = await run(['data', 'prune', ...ours, '--yes', '-o', 'json']);
  assert.is(done.exitCode, 0, done.stderr);
  const [item] = JSON.parse(done.stdout).items;
  assert.ok(item.parts > 0 && item.after.rows !== item.before.rows);
  const left = rawDays().length;
  assert.ok(left >= 8 && left < 13, `${left} days of raw rows are left`);
  // Nothing of the hours is lost: roll-ups stand for what went.
  assert.is(await count('hourly'), hoursBefore);
});

test('what a history was told to keep is kept by everybody who records later', async () => {
  const given = { rawSeconds: 30 * 86_400, hourlySeconds: 365 * 86_400 };
  const record = async (atMs: number, retention?: Partial<typeof given>): Promise<void> => {
    const history = openHistory({ directory, clusterId: 'kept', runtime: runtimeAt(atMs), ...(retention && { retention }) });
    await history.append([sample({ atMs })]);
    await history.close();
  };
  for (let day = 12; day >= 0; day--) await record(NOW - day * DAY_MS, day === 12 ? given : undefined);
  const ours = ['--history', directory, '--cluster-id', 'kept'];
  assert.match((await run(['data', 'status', ...ours])).stderr, /raw rows are kept for 30d, hourly ones for 365d/);
  assert.is((await run(['data', 'prune', ...ours, '--yes'])).exitCode, 0);
  assert.is(readdirSync(join(directory, 'kept', 'samples')).length, 13);
  // What is not said again stays as it was.
  await record(NOW + 1, { rawSeconds: 20 * 86_400 });
  assert.match((await run(['data', 'status', ...ours])).stderr, /raw rows are kept for 20d, hourly ones for 365d/);
});

test('compact makes few parts of many, and loses no row', async () => {
  const folder = await recorded('many', 3);
  const ours = ['--history', directory, '--cluster-id', 'many'];
  const { exitCode, stdout, stderr } = await run(['data', 'compact', ...ours, '-o', 'json']);
  assert.is(exitCode, 0, stderr);
  const [item] = JSON.parse(stdout).items;
  assert.ok(item.parts > 0);
  const parts = readdirSync(join(folder, 'samples'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.parquet'),
  );
  assert.ok(parts.length <= 6, `${parts.length} parts`);
  const rows = await run(['data', 'query', ...ours, '--no-headers', 'SELECT count(*) FROM samples']);
  assert.is(rows.stdout, '13\n');
});

test('a folder that cannot be read is named', async () => {
  if (process.getuid?.() === 0) {
    // Nothing is closed to root: a file in its place is as unreadable.
    writeFileSync(join(directory, 'file'), '');
    const { exitCode, stderr } = await run(['data', 'status', '--history', join(directory, 'file')]);
    assert.is(exitCode, 1);
    assert.match(stderr, /the history folder .*file cannot be read/);
    return;
  }
  mkdirSync(join(directory, 'closed'));
  chmodSync(join(directory, 'closed'), 0);
  const { exitCode, stderr } = await run(['data', 'status', '--history', join(directory, 'closed')]);
  assert.is(exitCode, 1);
  assert.match(stderr, /closed cannot be read/);
});

test.run();
