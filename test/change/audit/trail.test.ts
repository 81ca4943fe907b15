/** The trail as a user relies on it: whole after any crash and any number of writers, and every meddling named at its place. */

import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chained, digestOf, parseRecord } from '../../../lib/change/audit/chain.ts';
import { readExported, readTrail } from '../../../lib/change/audit/read.ts';
import { headFile, openTrail, trailFile } from '../../../lib/change/audit/trail.ts';
import type { AuditEntry, AuditProblem } from '../../../lib/types/audit.ts';
import { assert, skip, suite } from '../../harness.ts';
import { errorOf } from '../../kube/config.ts';
import { temporaryFolder, testRuntime } from '../../kube/runtime.ts';
import { OWN_PROCESS } from '../own-process.ts';
import { AT, entry, linesOf, rewrite, rewriteHead, writtenTrail } from './entries.ts';

const test = suite('audit trail');

/** What is said of a trail of eight records after somebody was at its lines. */
async function problemsAfter(
  meddle: (lines: readonly string[], folder: string) => readonly string[],
): Promise<readonly string[]> {
  const folder = await writtenTrail(8);
  rewrite(folder, meddle(linesOf(folder), folder));
  return (await readTrail(folder)).check.problems.map(said);
}

function said({ line, problem }: AuditProblem): string {
  return line === undefined ? problem : `${problem} at ${line}`;
}

test('what was written is read back in its order, and is as it was written', async () => {
  const { records, check } = await readTrail(await writtenTrail(8));
  assert.equal(
    records.map((record) => [record.sequence, record.atMs, record.entry.change]),
    Array.from({ length: 8 }, (_, index) => [index + 1, AT + index * 60_000, `change-${index + 1}`]),
  );
  assert.equal(check.problems, []);
  assert.is(check.head, records[7]!.digest);
});

test('a trail that was never written has nothing wrong with it', async () => {
  const { records, check } = await readTrail(temporaryFolder());
  assert.equal([records, check.problems, check.head], [[], [], undefined]);
});

test('the digest of a record is SHA-256 over JSON with sorted names, as Python computes it', () => {
  const record = chained(entry('change-1'), AT, undefined);
  assert.is(record.previous, '0'.repeat(64));
  assert.is(record.digest, '7dbc1bb5a1cc29554bdca593121ff780aeeb5223f4d0400bc5e1c47b1a8b2876');
  // Names in another order are the same record.
  const { entry: inner, ...rest } = record;
  assert.is(
    digestOf({ ...rest, entry: Object.fromEntries(Object.entries(inner).toReversed()) as unknown as AuditEntry }),
    record.digest,
  );
});

test('a changed value is named by its line', async () => {
  assert.equal(
    await problemsAfter((lines) => lines.map((line, index) => (index === 3 ? line.replace('"from":3', '"from":2') : line))),
    ['altered at 4'],
  );
});

test('a changed value whose digest was made anew is named by the record after it', async () => {
  const forge = (line: string): string => {
    const record = parseRecord(line.replace('"jane"', '"john"'))!;
    return JSON.stringify({ ...record, digest: digestOf(record) });
  };
  assert.equal(await problemsAfter((lines) => lines.map((line, index) => (index === 3 ? forge(line) : line))), [
    'rewritten at 5',
  ]);
  // The last record has none after it, but what is noted beside the trail.
  assert.equal(await problemsAfter((lines) => lines.map((line, index) => (index === 7 ? forge(line) : line))), [
    'rewritten at 8',
  ]);
});

test('each line that is taken out is named, wherever it stood', async () => {
  for (let gone = 0; gone < 8; gone++) {
    const problems = await problemsAfter((lines) => lines.toSpliced(gone, 1));
    assert.equal(problems, gone === 7 ? ['removed at the end'] : [`removed at ${gone + 1}`], `line ${gone + 1}`);
  }
  assert.equal(await problemsAfter((lines) => lines.toSpliced(2, 3)), ['removed at 3']);
  assert.equal(await problemsAfter(() => []), ['removed at the end']);
});

test('two lines that changed places, and a line that stands twice, are named', async () => {
  const swapped = (lines: readonly string[]): readonly string[] => lines.toSpliced(3, 2, lines[4]!, lines[3]!);
  assert.equal(await problemsAfter(swapped), ['reordered at 5']);
  assert.equal(await problemsAfter((lines) => lines.toSpliced(5, 0, lines[2]!)), ['repeated at 6']);
});

test('lines that another program added are named', async () => {
  const more = (lines: readonly string[]): readonly string[] => {
    const first = chained(entry('forged'), AT, parseRecord(lines[7]!));
    return [...lines, JSON.stringify(first), JSON.stringify(chained(entry('forged'), AT, first))];
  };
  assert.equal(await problemsAfter(more), ['rewritten']);
});

test('what is noted beside the trail may not be lost either', async () => {
  const folder = await writtenTrail(8);
  rmSync(headFile(folder));
  assert.equal((await readTrail(folder)).check.problems.map(said), ['removed at the end']);
  rewriteHead(folder, 'nonsense');
  assert.equal((await readTrail(folder)).check.problems.map(said), ['removed at the end']);
});

test('a line made unreadable is no crash that can be overlooked', async () => {
  assert.equal(await problemsAfter((lines) => lines.map((line, index) => (index === 3 ? line.slice(0, 40) : line))), [
    'unreadable at 4',
    'removed at 5',
  ]);
});

test('a copy is verified too, but for its end', async () => {
  const folder = await writtenTrail(8);
  const copy = join(temporaryFolder(), 'copy.jsonl');
  writeFileSync(copy, linesOf(folder).slice(0, 5).join('\n'));
  assert.equal((await readExported(copy)).check.problems, []);
  writeFileSync(copy, linesOf(folder).toSpliced(2, 1).join('\n'));
  assert.equal((await readExported(copy)).check.problems.map(said), ['removed at 3']);
  assert.is((await errorOf(readExported(`${copy}.not-there`))).id, 'input-invalid');
});

test('a line that a crash has cut off never counted, and the next one goes on after it', async () => {
  const folder = await writtenTrail(8);
  const whole = statSync(trailFile(folder)).size;
  appendFileSync(trailFile(folder), JSON.stringify(chained(entry('lost'), AT, parseRecord(linesOf(folder)[7]!))).slice(0, 100));
  assert.equal((await readTrail(folder)).check.cutOff, [9]);
  await openTrail(folder, testRuntime({ random: Math.random })).append(entry('after'));
  const { records, check } = await readTrail(folder);
  assert.equal([check.problems, check.cutOff], [[], [9]]);
  assert.equal([records.at(-1)!.sequence, records.at(-1)!.entry.change], [9, 'after']);
  // A crash before the head was noted leaves it one behind.
  truncateSync(trailFile(folder), whole);
  appendFileSync(trailFile(folder), `${JSON.stringify(chained(entry('unnoted'), AT, parseRecord(linesOf(folder)[7]!)))}\n`);
  rewriteHead(folder, `${JSON.stringify({ sequence: 8, digest: parseRecord(linesOf(folder)[7]!)!.digest })}\n`);
  assert.equal((await readTrail(folder)).check.problems, []);
});

test('records longer than the piece that is read from the end are found', async () => {
  const folder = temporaryFolder();
  const trail = openTrail(folder, testRuntime({ random: Math.random }));
  await trail.append({ ...entry('first'), evidence: ['x'.repeat(200_000)] });
  await trail.append(entry('second'));
  await trail.append({ ...entry('third'), evidence: ['y'.repeat(70_000)] });
  const { records, check } = await readTrail(folder);
  assert.equal([records.length, check.problems], [3, []]);
});

test('appends that nobody waits for keep their order', async () => {
  const folder = temporaryFolder();
  const trail = openTrail(folder, testRuntime({ random: Math.random }));
  await Promise.all(Array.from({ length: 20 }, (_, index) => trail.append(entry(`change-${index}`))));
  const { records, check } = await readTrail(folder);
  assert.equal(
    [records.map(({ entry: { change } }) => change), check.problems],
    [Array.from({ length: 20 }, (_, index) => `change-${index}`), []],
  );
});

const CHILD = fileURLToPath(new URL('writer-process.ts', import.meta.url));
const LOADER = fileURLToPath(new URL('../../tsx-loader.mjs', import.meta.url));

function writer(folder: string, name: string, records: number) {
  const child = spawn(process.execPath, ['--import', LOADER, CHILD, folder, name, String(records)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  return { child, done: new Promise<string>((resolve) => child.on('close', () => resolve(told))) };
}

test('four processes that write at once leave one chain with every record', async () => {
  const folder = temporaryFolder();
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => writer(folder, name, 30).done));
  const { records, check } = await readTrail(folder);
  assert.equal([records.length, check.problems, check.cutOff], [120, [], []]);
  for (const name of ['a', 'b', 'c', 'd'])
    assert.equal(
      records.filter(({ entry: { change } }) => change.startsWith(`${name}-`)).map(({ entry: { change } }) => change),
      Array.from({ length: 30 }, (_, index) => `${name}-${index}`),
    );
});

test('writers that are killed lose no record that was told of, and hold up nobody', async () => {
  const folder = temporaryFolder();
  const told: string[] = [];
  for (let round = 0; round < 12; round++) {
    const { child, done } = writer(folder, `round${round}`, 10_000);
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), 3 + 7 * round));
    told.push(...(await done).split('\n').filter((line) => line.endsWith('.')));
  }
  await openTrail(folder, testRuntime({ random: Math.random, process: OWN_PROCESS })).append(entry('last'));
  const { records, check } = await readTrail(folder);
  assert.equal(check.problems, []);
  const written = new Set(records.map(({ entry: { change } }) => `${change}.`));
  assert.ok(told.length >= 12, `${told.length} told of`);
  assert.equal(
    told.filter((line) => !written.has(line)),
    [],
  );
});

test('a folder that takes nothing is one sentence, and nothing is left half-written', async () => {
  if (process.getuid?.() === 0) return skip('audit trail in a folder that may not be written', 'tests run as root');
  const folder = join(temporaryFolder(), 'closed');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  const error = await errorOf(openTrail(folder, testRuntime({ random: Math.random })).append(entry('change-1')));
  assert.is(error.id, 'output-unwritable');
  assert.match(error.message, /closed/);
});

test('a file in the place of the folder is one sentence', async () => {
  const file = join(temporaryFolder(), 'audit');
  writeFileSync(file, '');
  const error = await errorOf(openTrail(file, testRuntime({ random: Math.random })).append(entry('change-1')));
  assert.is(error.id, 'output-unwritable');
  assert.is(readFileSync(file, 'utf8'), '');
});

test('the trail belongs to its owner alone', async () => {
  const folder = await writtenTrail(1);
  assert.is(statSync(trailFile(folder)).mode & 0o077, 0);
});

test.run();
