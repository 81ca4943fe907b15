/** Small parts become few, and no row is lost or counted twice, whoever reads, writes or dies meanwhile. */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { History } from '../../lib/store/history.ts';
import { assert, suite } from '../harness.ts';
import { DAY, filesIn, HOUR, MINUTE, NOW, sample, type TestHistory, testHistory } from './samples.ts';

const test = suite('merging parts');

const MIDNIGHT = Date.parse('2026-11-24T00:00:00Z');

/** Appends one sample a step, each with another number of cores, at the clock of its time. */
async function record(made: TestHistory, fromMs: number, toMs: number, stepMs = 10 * MINUTE): Promise<void> {
  for (let ms = fromMs; ms <= toMs; ms += stepMs) {
    made.setClock(ms);
    await made.history.append([sample({ atMs: ms, cpuCores: ms / MINUTE })]);
  }
}

async function counted(history: History): Promise<number> {
  const found = await history.containers({ fromMs: 0, toMs: NOW + DAY });
  return found.get('shop/Deployment/web')?.[0]?.samples ?? 0;
}

function names(made: TestHistory, day = '2026-11-24'): readonly string[] {
  return readdirSync(join(made.samples, `day=${day}`)).toSorted();
}

/** Makes files look older than they are: how long replaced parts stay is told from their age. */
function age(folder: string, ms: number): void {
  for (const file of filesIn(folder)) utimesSync(file, ms / 1000, ms / 1000);
}

test('an hour that is over becomes one part, and its parts go after a while', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  assert.is(names(made).length, 6);
  await record(made, MIDNIGHT + HOUR + 10 * MINUTE, MIDNIGHT + HOUR + 10 * MINUTE);
  assert.ok(names(made).includes('20261124T00-merged.parquet'));
  assert.is(names(made).length, 8);
  assert.is(await counted(made.history), 7);
  age(made.samples, MIDNIGHT + HOUR + 10 * MINUTE);
  await record(made, MIDNIGHT + HOUR + 20 * MINUTE, MIDNIGHT + HOUR + 20 * MINUTE);
  assert.is(names(made).length, 3);
  assert.is(await counted(made.history), 8);
  assert.is(await counted(made.again()), 8);
  assert.equal(made.history.problems(), []);
  made.history.close();
});

test('every value of a merged part is that of its parts', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  const cores = async (): Promise<readonly number[]> => {
    const found = await made.again().usage({ fromMs: MIDNIGHT - 10 * MINUTE, toMs: MIDNIGHT + 50 * MINUTE, slotSeconds: 600 });
    return [...(found.get('shop/Deployment/web')?.usage.cpuPeakCores ?? [])];
  };
  const before = await cores();
  assert.is(before.length, 6);
  await record(made, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR);
  const replaced = names(made).filter((name) => name.startsWith('20261124T00') && !name.includes('merged'));
  for (const name of replaced) rmSync(join(made.samples, 'day=2026-11-24', name));
  assert.equal(await cores(), before);
  assert.ok(before.every((value) => value > 0));
  made.history.close();
});

test('the running hour, and hours of few parts, stay as they are', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + 3 * HOUR, 20 * MINUTE);
  assert.is(names(made).filter((name) => name.includes('merged')).length, 0);
  await record(made, MIDNIGHT + 4 * HOUR, MIDNIGHT + 5 * HOUR - MINUTE, MINUTE);
  assert.is(names(made).filter((name) => name.includes('merged')).length, 0);
  made.history.close();
});

test('a small day that is over becomes one part, of merged hours too', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + 3 * HOUR - MINUTE, 5 * MINUTE);
  age(made.samples, MIDNIGHT);
  await record(made, MIDNIGHT + 20 * HOUR, MIDNIGHT + DAY - MINUTE, HOUR);
  assert.equal(
    names(made).filter((name) => name.includes('merged')),
    ['20261124T00-merged.parquet', '20261124T01-merged.parquet', '20261124T02-merged.parquet'],
  );
  await record(made, MIDNIGHT + DAY + HOUR, MIDNIGHT + DAY + HOUR);
  assert.ok(names(made).includes('20261124-merged.parquet'));
  assert.is(await counted(made.again()), 41);
  age(made.samples, MIDNIGHT + DAY);
  await record(made, MIDNIGHT + DAY + 2 * HOUR, MIDNIGHT + DAY + 2 * HOUR);
  assert.equal(names(made), ['20261124-merged.parquet']);
  assert.is(await counted(made.again()), 42);
  // What comes late, for an hour that was merged before, stays beside it and is counted.
  for (let late = 0; late < 6; late++) {
    made.setClock(MIDNIGHT + HOUR + late);
    await made.history.append([sample({ atMs: MIDNIGHT + HOUR + late })]);
  }
  await record(made, MIDNIGHT + DAY + 3 * HOUR, MIDNIGHT + DAY + 3 * HOUR);
  assert.is(await counted(made.again()), 49);
  made.history.close();
});

test('a crash between any two steps leaves a history that counts every row once', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  await record(made, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR);
  const folder = join(made.samples, 'day=2026-11-24');
  const all = names(made);
  const replaced = all.filter((name) => name.startsWith('20261124T00') && !name.includes('merged'));
  // Whatever part of the replaced ones is removed, in whatever order.
  for (const name of [replaced[3]!, replaced[0]!, replaced[5]!, replaced[1]!, replaced[2]!, replaced[4]!]) {
    rmSync(join(folder, name));
    assert.is(await counted(made.again()), 7, name);
  }
  made.history.close();
});

test('two that merged the same rows in different ways are counted once', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  const folder = join(made.samples, 'day=2026-11-24');
  const small = names(made).map((name) => [name, readFileSync(join(folder, name))] as const);
  // One process merges the hour …
  await record(made, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR);
  const merged = readFileSync(join(folder, '20261124T00-merged.parquet'));
  // … and another one, which saw the small parts only, the day.
  rmSync(join(folder, '20261124T00-merged.parquet'));
  await record(made, MIDNIGHT + 26 * HOUR, MIDNIGHT + 26 * HOUR);
  assert.ok(names(made).includes('20261124-merged.parquet'));
  writeFileSync(join(folder, '20261124T00-merged.parquet'), merged);
  assert.is(await counted(made.again()), 8);
  for (const [name] of small) rmSync(join(folder, name), { force: true });
  assert.is(await counted(made.again()), 8);
  age(made.samples, MIDNIGHT);
  await record(made, MIDNIGHT + 27 * HOUR, MIDNIGHT + 27 * HOUR);
  assert.equal(names(made), ['20261124-merged.parquet']);
  assert.is(await counted(made.again()), 9);
  made.history.close();
});

test('a merged part that breaks is named, and what it replaced is read while it is there', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  await record(made, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR);
  writeFileSync(join(made.samples, 'day=2026-11-24', '20261124T00-merged.parquet'), 'broken');
  const reader = made.again();
  assert.is(await counted(reader), 7);
  assert.is(reader.problems().length, 1);
  made.history.close();
});

test('parts that cannot be merged stay, the samples are kept all the same, and it is told', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  const folder = join(made.samples, 'day=2026-11-24');
  const broken = join(folder, names(made)[2]!);
  const bytes = readFileSync(broken);
  writeFileSync(broken, Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(100, 0xee), bytes.subarray(104)]));
  await record(made, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR);
  assert.match(made.history.problems().join('\n'), /^small parts in .* could not be merged \(.+\)$/);
  assert.is(names(made).length, 7);
  assert.is(await counted(made.again()), 6);
  made.history.close();
});

test('what a writer left behind that died is removed after a day', async () => {
  const made = testHistory();
  const folder = join(made.samples, 'day=2026-11-24');
  mkdirSync(folder, { recursive: true });
  const left = join(folder, '.20261124T000000000Z-abc.parquet.tmp');
  writeFileSync(left, 'half a part');
  utimesSync(left, NOW / 1000, NOW / 1000);
  await record(made, NOW + HOUR, NOW + HOUR);
  assert.ok(names(made).includes(basename(left)));
  await record(made, NOW + 25 * HOUR, NOW + 25 * HOUR);
  assert.not.ok(names(made).includes(basename(left)));
  made.history.close();
});

test('a history that was copied while it was written to is read', async () => {
  const made = testHistory();
  await record(made, MIDNIGHT, MIDNIGHT + HOUR - MINUTE);
  const copy = testHistory();
  mkdirSync(join(copy.samples, 'day=2026-11-24'), { recursive: true });
  for (const file of filesIn(made.samples)) copyFileSync(file, join(copy.samples, 'day=2026-11-24', basename(file)));
  assert.is(await counted(copy.history), 6);
  made.history.close();
  copy.history.close();
});

test.run();
