import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory } from '../../lib/store/history.ts';
import { type QueryAnswer, queryViews } from '../../lib/store/sandbox.ts';
import { viewColumns } from '../../lib/store/view-columns.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { QueryValue } from '../../lib/types/history.ts';
import type { Runtime } from '../../lib/types/runtime.ts';
import { assert, suite } from '../harness.ts';
import { sample } from './samples.ts';

const test = suite('queries of one’s own');

const directory = mkdtempSync(join(tmpdir(), 'upid-sandbox-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 20, 12);
const runtime: Runtime = {
  env: {},
  platform: 'linux',
  homeDirectory: directory,
  workingDirectory: directory,
  now: () => NOW,
  elapsed: () => performance.now(),
  random: Math.random,
  stdinIsTerminal: false,
  warn: () => undefined,
  verbosity: 0,
  process: { id: process.pid, host: 'here', user: 'tester', isRunning: () => true },
};

/** Two clusters, so that one can reach for the other. */
async function record(clusterId: string): Promise<string> {
  const history = openHistory({ directory, clusterId, runtime });
  await history.append([sample({ atMs: NOW - 60_000, cpuCores: 0.25 }), sample({ atMs: NOW, cpuCores: 0.5 })]);
  await history.close();
  return history.folder;
}

const folder = await record('mine');
const foreign = await record('theirs');

function partsIn(of: string): readonly string[] {
  return readdirSync(of, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(of, name));
}

async function ask(sql: string, timeoutSeconds = 30, signal = new AbortController().signal) {
  const request = { folder, clusterId: 'mine', sql, timeoutSeconds, runtime, signal };
  return queryViews(request, async ({ columns, rows }: QueryAnswer) => {
    const all: (readonly QueryValue[])[] = [];
    for await (const some of rows) all.push(...some);
    return { columns, rows: all };
  });
}

async function refusal(sql: string): Promise<UpidError> {
  try {
    await ask(sql);
  } catch (error) {
    assert.ok(error instanceof UpidError, `${sql}: ${String(error)}`);
    return error;
  }
  assert.unreachable(`${sql} was run`);
  throw new Error();
}

test('a query reads what was recorded', async () => {
  const { rows } = await ask('SELECT observed_at, cpu_cores FROM samples ORDER BY observed_at');
  assert.equal(rows, [
    ['2026-11-20T11:59:00Z', 0.25],
    ['2026-11-20T12:00:00Z', 0.5],
  ]);
  assert.equal((await ask("SELECT cluster_id, cpu_usage FROM cluster_metrics WHERE timestamp = '2026-11-20 12:00:00'")).rows, [
    ['mine', 0.5],
  ]);
});

test('every statement that only reads is run', async () => {
  for (const sql of [
    'DESCRIBE samples',
    'SHOW TABLES',
    'SUMMARIZE samples',
    'FROM samples',
    'VALUES (1)',
    'WITH a AS (SELECT 1) FROM a;',
  ])
    assert.ok((await ask(sql)).rows.length > 0, sql);
});

test('values keep their digits', async () => {
  const { rows } = await ask(
    "SELECT 9007199254740993, 1.10::DECIMAL(5,2), 'NaN'::DOUBLE, [1, NULL], {a: 1}, NULL, TIMESTAMP '2026-01-02 03:04:05.678901', true, DATE '2026-01-02'",
  );
  assert.equal(rows, [
    ['9007199254740993', '1.10', 'NaN', [1, null], { a: 1 }, null, '2026-01-02T03:04:05.678901Z', true, '2026-01-02'],
  ]);
});

test('every column of every view is described, with its type', async () => {
  const found: string[] = [];
  for (const view of new Set(viewColumns().map((column) => column.view))) {
    const { rows } = await ask(`DESCRIBE ${view}`);
    found.push(...rows.map(([name, type]) => `${view} ${name} ${type}`));
  }
  assert.equal(
    found,
    viewColumns().map(({ view, name, type }) => `${view} ${name} ${type}`),
  );
});

const [mine = ''] = partsIn(folder);
const [theirs = ''] = partsIn(foreign);
const secret = join(directory, 'secret.csv');
const target = join(directory, 'written');
const beside = join(folder, 'samples', 'beside.parquet');
writeFileSync(secret, 'password\nhunter2\n');
symlinkSync(theirs, beside);

const ATTACKS: readonly string[] = [
  `SELECT * FROM read_text('${secret}')`,
  `SELECT * FROM read_csv('${secret}')`,
  `SELECT * FROM '${secret}'`,
  `SELECT * FROM read_blob('${secret}')`,
  `SELECT * FROM read_json('${secret}')`,
  "SELECT * FROM read_text('/etc/passwd')",
  `SELECT * FROM glob('${directory}/*')`,
  `SELECT * FROM read_parquet('${theirs}')`,
  `SELECT * FROM read_parquet('${folder}/**/*.parquet')`,
  `SELECT * FROM read_parquet('${mine}/../../../../theirs/samples/*/*.parquet')`,
  `SELECT * FROM '${beside}'`,
  `SELECT * FROM parquet_metadata('${theirs}')`,
  "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
  `SELECT (SELECT content FROM read_text('${secret}'))`,
  "SELECT * FROM read_csv('http://127.0.0.1:9/')",
  "SELECT * FROM 's3://bucket/key.parquet'",
  `COPY samples TO '${target}'`,
  `COPY samples TO '${mine}' (USE_TMP_FILE false)`,
  `COPY (SELECT 1) TO '/dev/stdout'`,
  `EXPLAIN ANALYZE COPY samples TO '${mine}' (USE_TMP_FILE false)`,
  `EXPORT DATABASE '${target}'`,
  `ATTACH '${target}'`,
  'INSTALL httpfs',
  'LOAD httpfs',
  'SET enable_external_access = true',
  'SET lock_configuration = false',
  `SET allowed_paths = ['${secret}']`,
  'RESET allowed_paths',
  'PRAGMA enable_profiling',
  `PRAGMA profiling_output='${target}'`,
  "SELECT getenv('HOME')",
  'CREATE TABLE t AS SELECT 1',
  `CREATE OR REPLACE VIEW samples AS SELECT * FROM '${secret}'`,
  'DROP VIEW samples',
  'INSERT INTO samples SELECT * FROM samples',
  'CALL enable_logging()',
  'CHECKPOINT',
  'BEGIN',
  'SELECT 1; SELECT 2',
  `SELECT 1; COPY samples TO '${target}'`,
  `PREPARE p AS COPY samples TO '${target}'`,
  '',
  '-- nothing',
];

for (const sql of ATTACKS) {
  test(`is refused and touches nothing: ${sql.replaceAll(directory, '…') || '(nothing)'}`, async () => {
    const before = readFileSync(mine);
    const entries = readdirSync(directory).toSorted();
    const error = await refusal(sql);
    assert.is(error.id, 'query-invalid');
    assert.not.ok(error.message.includes('hunter2') || error.message.includes('\n'), error.message);
    assert.ok(error.remedy);
    assert.equal(readFileSync(mine), before);
    assert.equal(readdirSync(directory).toSorted(), entries);
  });
}

/** Functions that switch on logs and profiles in files. The engine may not write these, and ends with the one statement it was given. */
const SWITCHES: readonly string[] = [
  `FROM enable_logging(level = 'debug', storage = 'file', storage_path = '${target}') t
     FULL JOIN (SELECT count(write_log(pod, level := 'error')) FROM samples, range(1000)) u ON true`,
  `FROM enable_profiling(save_location = '${target}.json', format = 'json') t FULL JOIN samples ON true`,
  `FROM query('FROM enable_profiling(save_location = ''${target}.json'', format = ''json'')')`,
];

for (const sql of SWITCHES) {
  test(`writes nothing: ${sql.replaceAll(directory, '…')}`, async () => {
    const entries = readdirSync(directory, { recursive: true }).toSorted();
    await ask(sql).catch((error: unknown) => assert.instance(error, UpidError));
    assert.equal(readdirSync(directory, { recursive: true }).toSorted(), entries);
  });
}

test('a mistake is told in one sentence that names it', async () => {
  const error = await refusal('SELECT nope FROM samples');
  assert.match(error.message, /nope/);
  assert.not.match(error.message, /\n/);
});

test('a query that takes too long is stopped', async () => {
  const started = performance.now();
  try {
    await ask('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3', 0.2);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /was stopped after 0.2 s/);
  }
  // As long as the engine takes to notice, and far from as long as the query would.
  assert.ok(performance.now() - started < 30_000);
});

test('a query is stopped also where its time is over before it begins', async () => {
  for (const seconds of [0.001, 0.01, 0.02, 0.04]) {
    try {
      await ask('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3', seconds);
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /was stopped after/);
    }
  }
});

test('Ctrl-C stops a query', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 200);
  try {
    await ask('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3', 60, stop.signal);
    assert.unreachable();
  } catch (error) {
    assert.is(error instanceof UpidError && error.id, 'cancelled');
  }
});

test('nothing temporary is left', () => {
  assert.equal(
    readdirSync(tmpdir()).filter((name) => name.startsWith('kubectl-upid-query-')),
    [],
  );
});

test.run();
