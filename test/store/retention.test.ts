/** How long what is kept: raw rows until they are rolled up and old, roll-ups until they are old, and nothing goes because of a clock. */

import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHistory } from '../../lib/store/history.ts';
import { oldDays, RETENTION } from '../../lib/store/retention.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { DAY, filesIn, HOUR, NOW, sample } from './samples.ts';

const test = suite('retention of the history');

const day = (ago: number): string => new Date(NOW - ago * DAY).toISOString().slice(0, 10);
const days = (...ago: readonly number[]): readonly string[] => ago.map(day);
const range = (from: number, to: number): readonly number[] => Array.from({ length: from - to + 1 }, (_, index) => from - index);

test('what is old is told by days that were recorded and by the clock together', () => {
  const week = 7 * 86_400;
  // Recorded every day: a week, the day before it and the running day are kept.
  assert.equal(oldDays(days(...range(12, 0)), week, NOW), days(12, 11, 10, 9));
  // Nobody has added anything for a year.
  assert.equal(oldDays(days(...range(412, 400)), week, NOW), days(412, 411, 410, 409));
  // The clock went ten years ahead for one round: nothing is older than tomorrow.
  const ahead = NOW + 3650 * DAY;
  const future = (count: number): readonly string[] => range(0, 1 - count).map((ago) => day(ago - 3650));
  assert.equal(oldDays([...days(...range(7, 0)), ...future(1)], week, ahead), []);
  assert.equal(oldDays([...days(...range(89, 0)), ...future(1)], 90 * 86_400, ahead), []);
  // Lived in for a week, it is the time.
  assert.equal(oldDays([...days(...range(7, 0)), ...future(7)], week, ahead + 7 * DAY), days(...range(7, 0)));
  // The clock went back, or was never set: what lies ahead of it is neither old nor a measure of age.
  assert.equal(oldDays(days(...range(12, 0)), week, 0), []);
  assert.equal(oldDays(days(...range(12, 0)), week, NOW - 11 * DAY), []);
  // Rows of an unset clock are old when a week was recorded after them.
  assert.equal(oldDays(['1970-01-01', ...days(...range(5, 0))], week, NOW), []);
  assert.equal(oldDays(['1970-01-01', ...days(...range(6, 0))], week, NOW), ['1970-01-01']);
  // Recorded once in ten days: what is kept is measured from the seventh newest.
  assert.equal(oldDays(days(90, 80, 70, 60, 50, 40, 30, 20, 10), week, NOW), days(90, 80));
  assert.equal(oldDays(days(1, 0), 86_400, NOW), []);
  assert.equal(oldDays([], week, NOW), []);
});

interface Recorded {
  readonly directory: string;
  readonly folder: string;
  at(ms: number, retention?: typeof RETENTION): ReturnType<typeof openHistory>;
  /** Days that a table has parts of. */
  daysOf(table: string): readonly string[];
  /** As if everything had been there for a day. */
  age(ms: number): void;
  samples(): Promise<number>;
}

function recorded(): Recorded {
  const directory = temporaryFolder();
  const folder = join(directory, 'test');
  const at: Recorded['at'] = (ms, retention) =>
    openHistory({
      directory,
      clusterId: 'test',
      runtime: testRuntime({ now: () => ms, random: Math.random }),
      ...(retention && { retention }),
    });
  return {
    directory,
    folder,
    at,
    daysOf: (table) => {
      const where = join(folder, table);
      const found = existsSync(where) ? readdirSync(where) : [];
      return found.filter((name) => filesIn(join(where, name)).length > 0).map((name) => name.slice('day='.length));
    },
    age: (ms) => {
      for (const file of filesIn(folder)) utimesSync(file, ms / 1000 - 86_400, ms / 1000 - 86_400);
    },
    samples: async () => {
      const history = at(NOW);
      const found = await history.containers({ fromMs: NOW - 300 * DAY, toMs: NOW + DAY });
      await history.close();
      return found.get('shop/Deployment/web')?.[0]?.samples ?? 0;
    },
  };
}

/** A round a day. */
async function record(made: Recorded, agos: readonly number[], retention?: typeof RETENTION): Promise<void> {
  for (const ago of agos) {
    const nowMs = NOW - ago * DAY;
    const history = made.at(nowMs, retention);
    const shared = { atMs: nowMs, namespace: 'shop', workloadKind: 'Deployment', workloadName: 'web' };
    await history.record({
      samples: [sample({ atMs: nowMs, cpuCores: 1 + ago })],
      pods: [
        {
          ...shared,
          pod: 'web-1',
          uid: 'u',
          node: 'n',
          phase: 'Running',
          ready: true,
          restarts: 0,
          oomKills: 0,
          createdAtMs: nowMs - DAY,
          startedAtMs: nowMs - DAY,
          endedAtMs: Number.NaN,
          cpuRequestCores: 0.5,
          memoryRequestBytes: 1e8,
          cpuLimitCores: Number.NaN,
          memoryLimitBytes: Number.NaN,
        },
      ],
      workloads: [],
      nodes: [],
    });
    assert.equal(history.problems(), []);
    await history.close();
    made.age(nowMs);
  }
}

test('a collector that runs every day keeps its history by itself: a step a round', async () => {
  const made = recorded();
  await record(made, range(24, 0), { rawSeconds: 7 * 86_400, hourlySeconds: 14 * 86_400 });
  // A round a day keeps up, but for the day that is rolled up first.
  for (const table of ['samples', 'pods']) {
    assert.ok(made.daysOf(table).length <= 10, `${made.daysOf(table).length} days of ${table}`);
    assert.equal(made.daysOf(table).slice(-9), days(...range(8, 0)), table);
  }
  const history = made.at(NOW, { rawSeconds: 7 * 86_400, hourlySeconds: 14 * 86_400 });
  const { removed, before, after } = await history.prune();
  await history.close();
  assert.is(before.files - after.files, removed.files);
  assert.is(before.bytes - after.bytes, removed.bytes);
  assert.equal(made.daysOf('samples'), days(...range(8, 0)));
  assert.equal(made.daysOf('pods'), days(...range(8, 0)));
  assert.equal(made.daysOf('hourly'), days(...range(15, 1)));
  assert.equal(made.daysOf('hourly_pods'), days(...range(15, 1)));
  assert.is(await made.samples(), 16);
});

test('no raw row goes before a roll-up holds it and has held it for a while', async () => {
  const made = recorded();
  const keepAll = { rawSeconds: 300 * 86_400, hourlySeconds: 300 * 86_400 };
  await record(made, range(20, 0), keepAll);
  const history = made.at(NOW, keepAll);
  await history.prune();
  await history.close();
  // A part that cannot be read is not covered, and stays.
  const broken = filesIn(join(made.folder, 'samples', `day=${day(18)}`))[0]!;
  writeFileSync(broken, readFileSync(broken).subarray(0, 100));
  // One roll-up is new.
  const young = filesIn(join(made.folder, 'hourly', `day=${day(17)}`))[0]!;
  utimesSync(young, NOW / 1000, NOW / 1000);
  const pruner = made.at(NOW);
  await pruner.prune(RETENTION);
  assert.equal(made.daysOf('samples'), days(18, 17, ...range(8, 0)));
  await pruner.close();
  assert.is(await made.samples(), 21);
});

test('a clock that jumps removes nothing: neither one that goes ahead, nor one that goes back', async () => {
  const made = recorded();
  await record(made, range(6, 0));
  for (const jump of [3650 * DAY, -3650 * DAY, -NOW, 120 * DAY]) {
    const nowMs = NOW + jump;
    const history = made.at(nowMs);
    for (let round = 0; round < 12; round++) await history.append([sample({ atMs: nowMs + round, workloadName: 'elsewhen' })]);
    made.age(nowMs);
    await history.prune();
    assert.equal(history.problems(), []);
    await history.close();
    assert.is(await made.samples(), 7, String(jump));
  }
  await record(made, [-1, -2]);
  assert.is(await made.samples(), 8);
});

test('compacting a history: one part a day, each row as before, and less to store', async () => {
  const made = recorded();
  const keepAll = { rawSeconds: 300 * 86_400, hourlySeconds: 300 * 86_400 };
  for (let hour = 0; hour < 6; hour++) {
    const nowMs = NOW - 3 * DAY + hour * HOUR;
    const history = made.at(nowMs, keepAll);
    await history.append(
      Array.from({ length: 50 }, (_, pod) => sample({ atMs: nowMs, pod: `web-${pod}`, cpuCores: pod + hour })),
    );
    await history.close();
  }
  const read = async (): Promise<unknown> => {
    const history = made.at(NOW);
    const found = await history.containers({ fromMs: NOW - 5 * DAY, toMs: NOW });
    await history.close();
    return found;
  };
  const before = await read();
  const history = made.at(NOW, keepAll);
  const first = await history.compact();
  assert.equal([first.merged, first.rolledUp, first.before.files, first.before.rows], [6, 1, 6, 300]);
  assert.equal(await read(), before);
  made.age(NOW);
  const second = await history.compact();
  assert.equal([second.merged, second.rolledUp, second.after.files], [0, 0, 2]);
  assert.ok(second.after.bytes < first.after.bytes);
  assert.equal(await read(), before);
  assert.equal(history.problems(), []);
  await history.close();
});

test.run();
