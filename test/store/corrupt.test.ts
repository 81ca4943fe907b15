/** Files that are no parts, or broken ones: each is named and left in place, and everything else is read. */

import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { History } from '../../lib/store/history.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { assert, suite } from '../harness.ts';
import { errorOf } from '../kube/config.ts';
import { nobody, outcomeOf, start } from './child.ts';
import { filesIn, HOUR, MINUTE, NOW, rowsOf, sample, type TestHistory, testHistory } from './samples.ts';

const test = suite('a history with corrupt parts');

/** A history of ten parts, one a minute, with 1, 2 … 10 cores, and their paths in that order. */
async function tenParts(): Promise<TestHistory & { readonly parts: readonly string[] }> {
  const made = testHistory();
  const writer = testHistory(NOW, made.directory);
  for (let minute = 10; minute >= 1; minute--) {
    writer.setClock(NOW - minute * MINUTE);
    await writer.history.append([
      sample({ atMs: NOW - minute * MINUTE, cpuCores: 11 - minute }),
      ...Array.from({ length: 300 }, (_, pod) =>
        sample({ atMs: NOW - minute * MINUTE, pod: `other-${pod}`, workloadName: 'other' }),
      ),
    ]);
  }
  writer.history.close();
  return { ...made, parts: filesIn(made.samples) };
}

async function cores(history: History): Promise<readonly number[]> {
  const found = await history.usage({ fromMs: NOW - 10 * MINUTE - 1, toMs: NOW - 1, slotSeconds: 60 });
  return [...(found.get('shop/Deployment/web')?.usage.cpuPeakCores ?? [])].filter((value) => !Number.isNaN(value));
}

/** Breaks the fourth part in some way; it is named with this reason, and the other nine are read, by every query. */
function broken(what: string, breakPart: (part: string) => Promise<void> | void, why: RegExp): void {
  test(what, async () => {
    const { history, parts, again } = await tenParts();
    const part = parts[3] ?? '';
    await breakPart(part);
    const before = lstatSync(part).ino;
    assert.equal(await cores(history), [1, 2, 3, 5, 6, 7, 8, 9, 10]);
    assert.is(history.problems().length, 1, history.problems().join('\n'));
    const [problem = ''] = history.problems();
    assert.ok(problem.startsWith(`history part ${part} is left out: `), problem);
    assert.match(problem, why);
    assert.match(problem, /; move it away to silence this$/);
    assert.not.match(problem, /\n/);
    assert.is(lstatSync(part).ino, before);
    const reader = again();
    const peaks = (await reader.containers({ fromMs: NOW - HOUR, toMs: NOW })).get('shop/Deployment/web');
    assert.is(peaks?.[0]?.samples, 9);
    assert.is(await reader.interval({ fromMs: NOW - HOUR, toMs: NOW }), 60);
    reader.close();
    // Writing goes on beside it.
    await history.append([sample({ atMs: NOW - 1, cpuCores: 11 })]);
    assert.is((await cores(history)).at(-1), 11);
    history.close();
  });
}

function replaceBytes(part: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(part, change(readFileSync(part)));
}

broken('an empty file', (part) => writeFileSync(part, ''), /it has only 0 bytes/);
broken(
  'a file that is cut off',
  (part) => replaceBytes(part, (bytes) => bytes.subarray(0, bytes.length >> 1)),
  /it is not a whole Parquet file/,
);
broken('a text', (part) => writeFileSync(part, 'pod,cpu\nweb-1,0.5\n'), /it is not a whole Parquet file/);
broken(
  'the right magic number and nothing else',
  (part) => writeFileSync(part, 'PAR1PAR1PAR1'),
  /its metadata are broken|it is none of kubectl-upid/,
);
broken(
  'metadata that are longer than the file',
  (part) =>
    replaceBytes(part, (bytes) =>
      Buffer.concat([bytes.subarray(0, -8), Buffer.from([0xff, 0xff, 0xff, 0x7f]), bytes.subarray(-4)]),
    ),
  /its metadata are broken/,
);
broken(
  'metadata that are garbage before the version',
  (part) =>
    replaceBytes(part, (bytes) => {
      const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
      return Buffer.concat([bytes.subarray(0, start), Buffer.alloc(200, 0xee), bytes.subarray(start + 200)]);
    }),
  /left out: .+; move/,
);
broken(
  'pages of data that are garbage',
  (part) => replaceBytes(part, (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(1500, 0xee), bytes.subarray(1504)])),
  /left out: .+; move/,
);
broken(
  'Parquet of somebody else',
  (part) => rowsOf(`COPY (SELECT 1 AS id) TO '${part}' (FORMAT parquet)`).then(() => undefined),
  /it is none of kubectl-upid/,
);
broken(
  'a part of a newer version',
  (part) =>
    rowsOf(`COPY (SELECT * FROM '${part}') TO '${part}' (FORMAT parquet, KV_METADATA {upid_schema_version: '3'})`).then(
      () => undefined,
    ),
  /it has the form 3, and this kubectl-upid knows the forms up to 2: install a newer one/,
);
broken(
  'the right version with other columns',
  (part) =>
    rowsOf(
      `COPY (SELECT 'now' AS observed_at, 1 AS cpu_cores) TO '${part}' (FORMAT parquet, KV_METADATA {upid_schema_version: '2'})`,
    ).then(() => undefined),
  /its column observed_at is VARCHAR instead of TIMESTAMP_MS/,
);
broken(
  'the right columns with values of another type',
  (part) =>
    rowsOf(
      `COPY (SELECT * REPLACE ('much' AS cpu_cores) FROM '${part}') TO '${part}' (FORMAT parquet, KV_METADATA {upid_schema_version: '2'})`,
    ).then(() => undefined),
  /its column cpu_cores is VARCHAR instead of DOUBLE/,
);
broken(
  'a folder in its place',
  (part) => {
    rmSync(part);
    mkdirSync(part);
  },
  /it is no file/,
);
broken(
  'a link into nowhere in a circle',
  (part) => {
    rmSync(part);
    symlinkSync(part, part);
  },
  /it cannot be read \(ELOOP/,
);

test('several broken parts are all named', async () => {
  const { history, parts } = await tenParts();
  for (const index of [0, 5, 9])
    replaceBytes(parts[index]!, (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(1500, 0xee), bytes.subarray(1504)]));
  writeFileSync(parts[2]!, '');
  assert.equal(await cores(history), [2, 4, 5, 7, 8, 9]);
  assert.is(history.problems().length, 4);
  history.close();
});

test('a history of nothing but broken parts gives nothing and says so', async () => {
  const { history, parts } = await tenParts();
  for (const part of parts) writeFileSync(part, 'no');
  assert.equal(await cores(history), []);
  assert.is(history.problems().length, 10);
  history.close();
});

test('a part that vanishes between being found and being read is looked for no more, and is no problem', async () => {
  const { history, parts } = await tenParts();
  assert.is((await cores(history)).length, 10);
  // The history knows this part already and does not look into it again, so that the engine is the one to miss it.
  const [reading] = [cores(history), rmSync(parts[3]!)];
  assert.ok([9, 10].includes((await reading).length));
  assert.equal(await cores(history), [1, 2, 3, 5, 6, 7, 8, 9, 10]);
  assert.equal(history.problems(), []);
  history.close();
});

test('other files, and those that a killed writer left behind, are not looked at', async () => {
  const { history, parts } = await tenParts();
  const folder = dirname(parts[0]!);
  renameSync(parts[3]!, join(folder, '.20261124T115600000Z-abc.parquet.tmp'));
  writeFileSync(join(folder, 'notes.txt'), 'x');
  writeFileSync(join(folder, '.DS_Store'), 'x');
  mkdirSync(join(folder, '..', 'day=unknown'));
  writeFileSync(join(folder, '..', 'stray.parquet'), 'x');
  assert.equal(await cores(history), [1, 2, 3, 5, 6, 7, 8, 9, 10]);
  assert.equal(history.problems(), []);
  history.close();
});

test('a part, and a folder, that may not be read', async () => {
  const { history, directory, parts, samples } = await tenParts();
  history.close();
  const day = dirname(parts[0]!);
  for (const folder of [directory, join(directory, 'test'), samples, day]) chmodSync(folder, 0o755);
  chmodSync(parts[3]!, 0o000);
  const read = () => outcomeOf(start({ directory, parts: 0, rows: 0, writer: '', nowMs: NOW }, nobody()));
  const { workloads, samples: rows, problems } = await read();
  assert.is(workloads, 2);
  assert.is(rows, 9 * 301);
  assert.is(problems.length, 1);
  assert.match(problems[0] ?? '', `history part ${parts[3]} is left out: it cannot be read (EACCES`);
  chmodSync(day, 0o000);
  const { error } = await read();
  assert.is(error?.id, 'history-corrupt');
  assert.match(error?.message ?? '', /^the history folder .* cannot be read \(EACCES/);
  assert.match(error?.remedy ?? '', /check its permissions/);
  chmodSync(day, 0o755);
});

test('a file where the folder should be is one sentence', async () => {
  const { history, directory } = testHistory();
  writeFileSync(join(directory, 'test'), 'x');
  const reading = await errorOf(history.usage({ fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 60 }));
  assert.instance(reading, UpidError);
  assert.is(reading.id, 'history-corrupt');
  const writing = await errorOf(history.append([sample()]));
  assert.is(writing.id, 'history-unwritable');
  assert.not.match(writing.message, /\n/);
  history.close();
});

test.run();
