import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { assert, suite } from '../harness.ts';
import { FAMILY_NAMES, foreignCase } from '../intelligence/foreign/write.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { run } from './run.ts';

const test = suite('model evaluate');

const evaluate = (...args: readonly string[]) => run(['model', 'evaluate', ...args]);

test('--idle answers each case of a file with its verdict, a probability and what is missing', async () => {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, 'cases.jsonl'), join(folder, 'verdicts.jsonl')];
  const cases = FAMILY_NAMES.slice(0, 12).map((family) => foreignCase(family, 80_001));
  writeFileSync(input, cases.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
  const { exitCode, stdout, stderr } = await evaluate('--idle', '--input', input, '--output', output);
  assert.equal({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  assert.match(stdout, /^12 cases judged: \d+ idle, \d+ active, \d+ unknown\n$/);
  const answers = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(
    answers.map((answer) => answer.case),
    cases.map(({ line }) => line.case),
  );
  for (const answer of answers) {
    assert.equal(Object.keys(answer), ['case', 'verdict', 'confidence', 'missing']);
    assert.ok(['idle', 'active', 'unknown'].includes(String(answer.verdict)));
    assert.ok(Number(answer.confidence) > 0 && Number(answer.confidence) < 1);
    assert.ok(Array.isArray(answer.missing));
  }
});

test('a line that cannot be read is told by its number, with exit code 1 and without an output', async () => {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, 'cases.jsonl'), join(folder, 'verdicts.jsonl')];
  writeFileSync(input, `${JSON.stringify(foreignCase(FAMILY_NAMES[0]!, 80_002).line)}\nnonsense\n`);
  const { exitCode, stdout, stderr } = await evaluate('--idle', '--input', input, '--output', output);
  assert.equal({ exitCode, stdout }, { exitCode: 1, stdout: '' });
  assert.match(
    stderr,
    /^error: line 2 of \S+cases\.jsonl is no case: it is no JSON[^\n]*; mend the line; nothing was written\n$/,
  );
  assert.equal(readdirSync(folder), ['cases.jsonl']);
});

test('files that cannot be read or written are named', async () => {
  const folder = temporaryFolder();
  const absent = await evaluate('--idle', '--input', join(folder, 'absent'), '--output', join(folder, 'out'));
  assert.is(absent.exitCode, 1);
  assert.match(absent.stderr, /^error: \S+absent cannot be read: [^\n]+; check the name of the file\n$/);
  assert.not.ok(existsSync(join(folder, 'out')));
  writeFileSync(join(folder, 'empty'), '');
  const nowhere = await evaluate('--idle', '--input', join(folder, 'empty'), '--output', join(folder, 'none', 'out'));
  assert.is(nowhere.exitCode, 1);
  assert.match(nowhere.stderr, /^error: \S+out cannot be written: [^\n]+; choose another folder\n$/);
});

test('without --idle the input must be Parquet of histories', async () => {
  const folder = temporaryFolder();
  const { exitCode, stderr } = await evaluate('--input', join(folder, 'x.parquet'), '--output', join(folder, 'y.parquet'));
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: \S+x\.parquet cannot be read as Parquet: /);
  assert.equal(readdirSync(folder), []);
});

test('both files must be named', async () => {
  for (const args of [['--idle'], ['--idle', '--input', 'x'], ['--output', 'y']]) {
    const { exitCode, stderr } = await evaluate(...args);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
});

test('--sizing answers each history with what to ask for, and says what it left out', async () => {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, 'histories.parquet'), join(folder, 'sizes.csv')];
  await writeParquet(
    input,
    `SELECT 'a' AS series_id, metric, TIMESTAMP '2026-05-13' AS origin, TIMESTAMP '2026-05-13' - i * INTERVAL 1 HOUR AS ts,
      1 + (i % 24) / 24 AS value, 2 AS value_max FROM range(1, 500) r(i), (VALUES ('cpu'), ('mem'), ('net')) m(metric)`,
  );
  const { exitCode, stdout, stderr } = await evaluate('--sizing', '--risk', 'low', '--input', input, '--output', output);
  assert.equal(
    { exitCode, stdout, stderr },
    { exitCode: 0, stdout: '2 sizes written at low risk, 1 of network left out\n', stderr: '' },
  );
  const [head, ...rows] = readFileSync(output, 'utf8').trimEnd().split('\n');
  assert.is(head, 'series_id,metric,origin,rec');
  assert.equal(
    rows.map((row) => row.split(',').slice(0, 2)),
    [
      ['a', 'cpu'],
      ['a', 'mem'],
    ],
  );
  for (const row of rows) assert.ok(Number(row.split(',')[3]) > 1.9, row);
});

test('flags that do not go together are refused', async () => {
  const files = ['--input', 'in', '--output', 'out'];
  for (const [flags, words] of [
    [['--risk', 'low'], /--risk goes with --sizing/],
    [['--sizing', '--idle'], /--idle and --sizing answer different files/],
    [['--sizing', '--risk', 'none'], /one of low, medium, high/],
  ] as const) {
    const { exitCode, stderr } = await evaluate(...flags, ...files);
    assert.is.not(exitCode, 0);
    assert.match(stderr, words);
  }
});

async function writeParquet(file: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (${select}) TO '${file}'`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test.run();
