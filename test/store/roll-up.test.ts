/** Days that are over become hourly roll-ups; every answer is the same as from the raw rows, and every row counts once. */

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { History } from '../../lib/store/history.ts';
import type { Period } from '../../lib/store/period.ts';
import type { ContainerUsage, Sample } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { DAY, filesIn, HOUR, MINUTE, NOW, networkSample, sample, type TestHistory, testHistory } from './samples.ts';

const test = suite('hourly roll-ups');

const MIDNIGHT = Date.parse('2026-11-20T00:00:00Z');
/** Two days, of which roll-ups are made; the second one ends here. */
const PERIOD = { fromMs: MIDNIGHT, toMs: MIDNIGHT + 2 * DAY - 1 };

/** Uniform in [0, 1), the same every time. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Two days of pods that come and go, at uneven distances, with gaps, missing values and known peaks. */
function anyDays(seed: number): readonly Sample[] {
  const random = randomness(seed);
  const maybe = (value: number): number => (random() < 0.1 ? Number.NaN : value);
  return Array.from({ length: 12 }, (_, index) => {
    const [fromMs, toMs] = [random() * DAY, 2 * DAY - random() * DAY];
    const stepMs = [1, 5, 15, 70][index % 4]! * MINUTE;
    const rows: Sample[] = [];
    const shared = { workloadName: `w-${index % 3}`, pod: `w-${index}`, namespace: index % 5 === 0 ? 'other' : 'shop' };
    for (let ms = fromMs; ms < toMs; ms += stepMs * (0.8 + 0.4 * random()) + (random() < 0.02 ? 3 * HOUR : 0)) {
      const atMs = MIDNIGHT + Math.floor(ms);
      const cpuCores = Math.exp(random() * 4) / 100;
      const peaks = random() < 0.3 ? { cpuPeakCores: cpuCores * 2, memoryPeakBytes: 1.5e8 } : {};
      rows.push(
        sample({ ...shared, atMs, cpuCores: maybe(cpuCores), memoryBytes: maybe(1e8 + random() * 1e7), ...peaks }),
        sample({ ...shared, atMs: atMs + 400, container: 'proxy', app: false, cpuCores: maybe(0.01 * random()) }),
        networkSample({ ...shared, atMs, networkBytesPerSecond: maybe(random() * 1e5), requests: Math.floor(random() * 9) }),
      );
    }
    return rows;
  }).flat();
}

/** All that hourly queries answer. */
async function answers(history: History, period: Period = PERIOD): Promise<Answers> {
  return {
    usage: plain(await history.usage({ ...period, slotSeconds: 3600 })),
    containers: await history.containers(period),
    hours: plain(await history.hours(period)),
  };
}

interface Answers {
  readonly usage: ReadonlyMap<string, unknown>;
  readonly containers: ReadonlyMap<string, readonly ContainerUsage[]>;
  readonly hours: ReadonlyMap<string, unknown>;
}

/** Slots as lists, which compare with missing values in them; sums to the digits that do not depend on their order. */
function plain(found: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const listed = (_: string, value: unknown): unknown =>
    value instanceof Float64Array ? [...value].map((each) => Number(each.toPrecision(12))) : value;
  return new Map([...found].map(([key, value]) => [key, JSON.parse(JSON.stringify(value, listed))]));
}

/** The same but for the last digit of means, which may be rounded otherwise when rows are added up in another order. */
function assertSame(found: Answers, wanted: Answers): void {
  assert.equal(found.usage, wanted.usage);
  assert.equal(found.containers, wanted.containers);
  assert.equal([...found.hours.keys()], [...wanted.hours.keys()]);
  for (const [key, hours] of wanted.hours) {
    const others = found.hours.get(key) as Record<string, readonly number[]>;
    for (const [name, values] of Object.entries(hours as Record<string, readonly number[]>)) {
      const isMean = name.includes('Mean');
      const isSame = (value: number, slot: number): boolean => Math.abs(value - others[name]![slot]!) <= value / 100;
      if (isMean) assert.ok(values.every(isSame), name);
      else assert.equal(others[name], values, name);
    }
  }
}

/** Appends at the clock of `atMs`. */
async function appendAt(made: TestHistory, atMs: number, samples: readonly Sample[]): Promise<void> {
  made.setClock(atMs);
  await made.history.append(samples);
}

/** As a writer does who has nothing to do with these days: a step of house-keeping each. */
async function keepHouse(made: TestHistory, atMs: number, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++)
    await appendAt(made, atMs + step, [sample({ atMs: atMs + step, workloadName: 'now' })]);
}

function hourlyFiles(made: TestHistory): readonly string[] {
  const folder = join(made.directory, 'test', 'hourly');
  return existsSync(folder) ? filesIn(folder).map((file) => basename(file)) : [];
}

/** Makes all files look as old as `ms`. */
function age(made: TestHistory, ms: number): void {
  for (const file of filesIn(made.directory)) utimesSync(file, ms / 1000, ms / 1000);
}

for (const seed of [1, 2, 3]) {
  test(`use, peaks and hours from roll-ups equal those from raw rows, also when these are gone (${seed})`, async () => {
    const made = testHistory();
    await appendAt(made, MIDNIGHT + 2 * DAY, anyDays(seed));
    assert.equal(hourlyFiles(made).length, 1);
    rmSync(join(made.directory, 'test', 'hourly'), { recursive: true });
    const fromRaw = await answers(made.again());
    assert.is(fromRaw.usage.size, 6);
    await keepHouse(made, MIDNIGHT + 2 * DAY + HOUR, 2);
    assert.equal(hourlyFiles(made), ['20261120-hourly-1.parquet', '20261121-hourly-1.parquet']);
    assert.equal(await answers(made.again()), fromRaw);
    const namespace = { ...PERIOD, namespace: 'other' };
    const some = await answers(made.again(), namespace);
    assert.equal(
      [...some.containers],
      [...fromRaw.containers].filter(([key]) => key.startsWith('other/')),
    );
    for (const day of ['2026-11-20', '2026-11-21']) rmSync(join(made.samples, `day=${day}`), { recursive: true });
    assert.equal(await answers(made.again()), fromRaw);
    assert.equal(made.history.problems(), []);
    await made.history.close();
  });
}

test('hours: a pod counts for the part of the hour in which it was there, and peaks are summed', async () => {
  const { history } = testHistory();
  const steps = Array.from({ length: 12 }, (_, step) => NOW - HOUR + step * 5 * MINUTE);
  await history.append([
    ...steps.map((atMs) => sample({ atMs, cpuCores: 0.2, memoryBytes: 100 })),
    ...steps.map((atMs) => sample({ atMs, container: 'proxy', app: false, cpuCores: 0.1, memoryBytes: 10 })),
    // Replaced half-way.
    ...steps.slice(0, 6).map((atMs) => sample({ atMs, pod: 'web-2', cpuCores: 1, memoryBytes: 100 })),
    ...steps.slice(6).map((atMs) => sample({ atMs, pod: 'web-3', cpuCores: 3, memoryBytes: 100, cpuPeakCores: 4 })),
    networkSample({ atMs: NOW - 1, networkBytesPerSecond: 7 }),
  ]);
  const found = (await history.hours({ fromMs: NOW - HOUR - 1, toMs: NOW - 1 })).get('shop/Deployment/web');
  assert.equal(found?.grid, { startMs: NOW - 2 * HOUR, slotSeconds: 3600, slots: 2 });
  assert.is(found?.source, 'history');
  const last = (values: Float64Array | undefined): number | undefined => values && Math.round(values[1]! * 1e6) / 1e6;
  assert.ok(Number.isNaN(found?.cpuMeanCores?.[0]));
  assert.is(last(found?.cpuMeanCores), 0.2 + 0.1 + 0.5 + 1.5);
  assert.is(last(found?.cpuPeakCores), 0.2 + 0.1 + 1 + 4);
  assert.is(last(found?.memoryMeanBytes), 210);
  assert.is(last(found?.memoryPeakBytes), 310);
  history.close();
});

test('rows that come late are counted, exactly while the raw rows are there, and beside the roll-up when they are gone', async () => {
  const rows = anyDays(4);
  const late = rows.filter((_, index) => index % 7 === 0);
  const whole = testHistory();
  await appendAt(whole, NOW - 9 * DAY, rows);
  const wanted = await answers(whole.history);
  const made = testHistory();
  await appendAt(
    made,
    MIDNIGHT + 2 * DAY + HOUR,
    rows.filter((_, index) => index % 7 !== 0),
  );
  await keepHouse(made, MIDNIGHT + 2 * DAY + HOUR, 2);
  const before = hourlyFiles(made);
  assert.is(before.length, 2);
  made.setClock(MIDNIGHT + 2 * DAY);
  // A writer whose clock is too early to roll anything up.
  await made.history.append(late);
  assertSame(await answers(made.again()), wanted);
  await keepHouse(made, MIDNIGHT + 2 * DAY + 2 * HOUR, 2);
  assert.equal(
    hourlyFiles(made).filter((name) => !before.includes(name)),
    ['20261120-hourly-2.parquet', '20261121-hourly-2.parquet'],
  );
  assertSame(await answers(made.again()), wanted);
  // The old roll-ups are removed after a while.
  age(made, MIDNIGHT + 2 * DAY);
  await keepHouse(made, MIDNIGHT + 2 * DAY + 3 * HOUR, 1);
  assert.equal(hourlyFiles(made), ['20261120-hourly-2.parquet', '20261121-hourly-2.parquet']);
  assertSame(await answers(made.again()), wanted);
  // Raw rows go; one more comes.
  for (const day of ['2026-11-20', '2026-11-21']) rmSync(join(made.samples, `day=${day}`), { recursive: true });
  const straggler = { workloadName: 'w-1', pod: 'w-1', cpuCores: 99, memoryBytes: 5e8 };
  made.setClock(MIDNIGHT + 2 * DAY);
  await made.history.append([sample({ ...straggler, atMs: MIDNIGHT + DAY + HOUR + MINUTE })]);
  const peak = async (): Promise<unknown> => {
    const found = await answers(made.again());
    const main = found.containers.get('shop/Deployment/w-1')?.find(({ container }) => container === 'main');
    const counted = wanted.containers.get('shop/Deployment/w-1')?.find(({ container }) => container === 'main');
    assert.is(main?.samples, (counted?.samples ?? 0) + 1);
    return [main?.cpuPeakCores, main?.memoryPeakBytes];
  };
  assert.equal(await peak(), [99, 5e8]);
  await keepHouse(made, MIDNIGHT + 2 * DAY + 4 * HOUR, 2);
  assert.ok(hourlyFiles(made).includes('20261121-hourly-3.parquet'));
  assert.equal(await peak(), [99, 5e8]);
  await made.history.close();
});

test('a roll-up that was overtaken, or made twice, or is broken, counts no row twice and loses none', async () => {
  const made = testHistory();
  const rows = anyDays(5);
  await appendAt(made, MIDNIGHT + 2 * DAY, rows.slice(0, 900));
  await keepHouse(made, MIDNIGHT + 2 * DAY + HOUR, 2);
  const first = join(made.directory, 'test', 'hourly', 'day=2026-11-20', '20261120-hourly-1.parquet');
  const old = readFileSync(first);
  made.setClock(MIDNIGHT + 2 * DAY);
  await made.history.append(rows.slice(900));
  await keepHouse(made, MIDNIGHT + 2 * DAY + 2 * HOUR, 2);
  age(made, MIDNIGHT);
  await keepHouse(made, MIDNIGHT + 2 * DAY + 3 * HOUR, 1);
  assert.not.ok(existsSync(first));
  const wanted = await answers(made.again());
  // One that slept while the others went on puts its own in place, under whatever name.
  for (const name of ['20261120-hourly-1.parquet', '20261120-hourly-7.parquet']) {
    writeFileSync(join(dirname(first), name), old);
    assert.equal(await answers(made.again()), wanted, name);
  }
  // Of a broken one the raw rows tell.
  const second = join(dirname(first), '20261120-hourly-2.parquet');
  const bytes = readFileSync(second);
  writeFileSync(second, Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(400, 0xee), bytes.subarray(404)]));
  const reader = made.again();
  assert.equal(await answers(reader), wanted);
  assert.is(reader.problems().length, 1);
  assert.ok(reader.problems()[0]?.includes(second));
  await made.history.close();
});

test('parts that a roll-up covers are not merged with others, so that each row goes on counting once', async () => {
  const made = testHistory();
  const at = (minute: number): Sample => sample({ atMs: MIDNIGHT + minute * MINUTE, cpuCores: 1 + minute });
  for (let minute = 0; minute < 6; minute++) await appendAt(made, MIDNIGHT + DAY + 10 * MINUTE + minute, [at(minute)]);
  await keepHouse(made, MIDNIGHT + DAY + HOUR, 1);
  assert.is(hourlyFiles(made).length, 1);
  // Six more of the same hour of writing come late; their day is tidied by whoever writes to it.
  for (let minute = 6; minute < 12; minute++) await appendAt(made, MIDNIGHT + DAY + 10 * MINUTE + minute, [at(minute)]);
  for (const late of [20, 21, 22]) await appendAt(made, MIDNIGHT + DAY + 3 * HOUR, [at(late)]);
  const counted = async (): Promise<unknown> => {
    const found = await made.again().containers({ fromMs: MIDNIGHT, toMs: MIDNIGHT + DAY - 1 });
    return found.get('shop/Deployment/web')?.[0]?.samples;
  };
  assert.is(await counted(), 15);
  age(made, MIDNIGHT);
  await keepHouse(made, MIDNIGHT + DAY + 4 * HOUR, 3);
  assert.is(await counted(), 15);
  await made.history.close();
});

test('a part of version 1 is read, rolled up and compacted to the newest version', async () => {
  const made = testHistory();
  const folder = join(made.samples, 'day=2026-11-24');
  mkdirSync(folder, { recursive: true });
  copyFileSync(new URL('version-1.parquet', import.meta.url), join(folder, '20261124T120000000Z-1.parquet'));
  await appendAt(made, NOW, [sample({ cpuCores: 0.75, cpuPeakCores: 0.9 })]);
  const values = async (): Promise<unknown> => {
    const reader = made.again();
    const usage = (await reader.usage({ fromMs: NOW - 15 * MINUTE, toMs: NOW, slotSeconds: 300 })).get('shop/Deployment/web');
    assert.equal(reader.problems(), []);
    return [[...(usage?.usage.cpuPeakCores ?? [])], [...(usage?.usage.networkPeakBytesPerSecond ?? [])]];
  };
  const none = Number.NaN;
  const wanted = [
    [0.25, 0.5, 0.9],
    [none, 1500, none],
  ];
  assert.equal(await values(), wanted);
  made.setClock(NOW + DAY);
  const { merged, before, rolledUp } = await made.history.compact();
  assert.equal([merged, before.rows, rolledUp], [2, 4, 1]);
  // What was merged goes once the merged part is old, which it is by the clock of its file.
  age(made, NOW);
  const { after } = await made.history.compact();
  assert.equal([after.files, after.rows], [2, 4 + 3]);
  assert.equal(await values(), wanted);
  await made.history.close();
});

test.run();
