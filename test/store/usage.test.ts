/** Use in slots against figures worked out by hand. */

import { openHistory, startHistoryEngine } from '../../lib/store/history.ts';
import { HALF_PER_CENT, rounded } from '../../lib/store/precision.ts';
import type { WorkloadUsage } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { DAY, HOUR, MINUTE, NOW, networkSample, sample, testHistory } from './samples.ts';

const test = suite('use from the history');
const NONE = Number.NaN;

/** Quarters of the hour before NOW. */
const QUARTERS = { fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 900 };

function values(usage: WorkloadUsage | undefined, name: keyof WorkloadUsage): readonly number[] | undefined {
  const series = usage?.[name];
  return series instanceof Float64Array ? [...series].map((value) => Math.round(value * 1e9) / 1e9) : undefined;
}

test('a slot reaches from just after its start to its end, and the last one ends with the period', async () => {
  const { history } = testHistory();
  await history.append([
    sample({ atMs: NOW - HOUR, cpuCores: 9 }),
    sample({ atMs: NOW - HOUR + 1, cpuCores: 1 }),
    sample({ atMs: NOW - 45 * MINUTE, cpuCores: 2 }),
    sample({ atMs: NOW - 45 * MINUTE + 1, cpuCores: 3 }),
    sample({ atMs: NOW, cpuCores: 4 }),
    sample({ atMs: NOW + 1, cpuCores: 9 }),
  ]);
  const usage = (await history.usage(QUARTERS)).get('shop/Deployment/web')?.usage;
  assert.equal(usage?.grid, { startMs: NOW - HOUR + 1, slotSeconds: 900, slots: 4 });
  assert.equal(values(usage, 'cpuPeakCores'), [2, 3, NONE, 4]);
  history.close();
});

test('a period that is no whole number of slots begins within the first one, also on the day before', async () => {
  const { history } = testHistory();
  const midnight = Date.parse('2026-11-24T00:00:00Z');
  await history.append([
    sample({ atMs: midnight - 30 * MINUTE, cpuCores: 7 }),
    sample({ atMs: midnight + 15 * MINUTE, cpuCores: 1 }),
  ]);
  const usage = (await history.usage({ fromMs: midnight, toMs: midnight + 20 * MINUTE, slotSeconds: 3600 })).get(
    'shop/Deployment/web',
  );
  assert.is(usage?.usage.grid.slots, 1);
  assert.equal(values(usage?.usage, 'cpuPeakCores'), [7]);
  history.close();
});

test('the distance of samples is the usual one: two runs within a minute do not make it theirs', async () => {
  const { history } = testHistory();
  const minutesAgo = [60, 45, 30, 15, 0.5, 0];
  await history.append(minutesAgo.map((ago) => sample({ atMs: NOW - ago * MINUTE + (ago === 60 ? 1 : 0) })));
  assert.is((await history.usage(QUARTERS)).get('shop/Deployment/web')?.usage.sampleSeconds, 900);
  history.close();
});

test('the busiest replica counts, each by the sum of its app containers, sidecars left out', async () => {
  const { history } = testHistory();
  await history.append([
    // web-1: 0.2 + 0.3 at once, then less.
    sample({ atMs: NOW - 10 * MINUTE, cpuCores: 0.2, memoryBytes: 100 }),
    sample({ atMs: NOW - 10 * MINUTE, container: 'helper', cpuCores: 0.3, memoryBytes: 50 }),
    sample({ atMs: NOW - 10 * MINUTE, container: 'istio-proxy', app: false, cpuCores: 5, memoryBytes: 5000 }),
    sample({ atMs: NOW - 5 * MINUTE, cpuCores: 0.1, memoryBytes: 90 }),
    sample({ atMs: NOW - 5 * MINUTE, container: 'helper', cpuCores: 0.1, memoryBytes: 45 }),
    // web-2: less CPU, more memory.
    sample({ atMs: NOW - 10 * MINUTE, pod: 'web-2', cpuCores: 0.4, memoryBytes: 200 }),
    // Another workload, and one of the same name elsewhere.
    sample({ atMs: NOW, workloadKind: 'StatefulSet', cpuCores: 0.7 }),
    sample({ atMs: NOW, namespace: 'other', cpuCores: 0.8 }),
  ]);
  const all = await history.usage(QUARTERS);
  const usage = all.get('shop/Deployment/web')?.usage;
  assert.equal([...all.keys()], ['other/Deployment/web', 'shop/Deployment/web', 'shop/StatefulSet/web']);
  assert.equal(values(usage, 'cpuPeakCores'), [NONE, NONE, NONE, 0.5]);
  assert.equal(values(usage, 'memoryPeakBytes'), [NONE, NONE, NONE, 200]);
  // web-1 went from 150 to 135, web-2 stood still.
  assert.equal(values(usage, 'memoryMovement'), [NONE, NONE, NONE, 0.1]);
  assert.equal(values(usage, 'podCount'), [NONE, NONE, NONE, 2]);
  assert.is(usage?.source, 'history');
  assert.is(usage?.networkPeakBytesPerSecond, undefined);
  assert.is(all.get('shop/Deployment/web')?.requests, undefined);
  assert.equal(values(all.get('shop/StatefulSet/web')?.usage, 'cpuPeakCores'), [NONE, NONE, NONE, 0.7]);
  history.close();
});

test('containers that are sampled some seconds apart are summed all the same', async () => {
  const { history } = testHistory();
  await history.append([
    sample({ atMs: NOW - 10_000, cpuCores: 0.2 }),
    sample({ atMs: NOW - 3000, container: 'helper', cpuCores: 0.3 }),
  ]);
  assert.equal(values((await history.usage(QUARTERS)).get('shop/Deployment/web')?.usage, 'cpuPeakCores')?.at(-1), 0.5);
  history.close();
});

test('network: the peak, and the median that one burst does not move; requests add up over replicas', async () => {
  const { history } = testHistory();
  const rate = (minutes: number, networkBytesPerSecond: number, requests: number, pod = 'web-1') =>
    networkSample({ atMs: NOW - minutes * MINUTE, pod, networkBytesPerSecond, requests });
  await history.append([
    rate(12, 100, 1),
    rate(9, 110, 0),
    rate(6, 9000, 5),
    rate(3, 120, NONE),
    rate(0, 130, 2),
    rate(0, 50, 10, 'web-2'),
    rate(20, 70, NONE),
  ]);
  const found = (await history.usage(QUARTERS)).get('shop/Deployment/web');
  assert.equal(values(found?.usage, 'networkPeakBytesPerSecond'), [NONE, NONE, 70, 9000]);
  assert.equal(values(found?.usage, 'networkMedianBytesPerSecond'), [NONE, NONE, 70, 120]);
  assert.equal([...(found?.requests?.counts ?? [])], [NONE, NONE, NONE, 18]);
  assert.is(found?.requests?.source, 'history');
  assert.is(found?.usage.cpuPeakCores, undefined);
  history.close();
});

test('memory that is not used at all moves by no fraction', async () => {
  const { history } = testHistory();
  await history.append([sample({ memoryBytes: 0 }), sample({ atMs: NOW - MINUTE, memoryBytes: 0 })]);
  const usage = (await history.usage(QUARTERS)).get('shop/Deployment/web')?.usage;
  assert.equal(values(usage, 'memoryPeakBytes')?.at(-1), 0);
  assert.equal(values(usage, 'memoryMovement')?.at(-1), NONE);
  history.close();
});

test('a period over several UTC days, several appends and a gap', async () => {
  const { history, again } = testHistory();
  for (const hours of [60, 49, 30, 3, 0]) await history.append([sample({ atMs: NOW - hours * HOUR, cpuCores: hours })]);
  const reader = again();
  const usage = (await reader.usage({ fromMs: NOW - 3 * DAY, toMs: NOW, slotSeconds: 6 * 3600 })).get(
    'shop/Deployment/web',
  )?.usage;
  assert.equal(values(usage, 'cpuPeakCores'), [NONE, 60, NONE, 49, NONE, NONE, 30, NONE, NONE, NONE, NONE, 3]);
  reader.close();
  history.close();
});

test('how far apart samples are: the usual distance, whatever gaps there are', async () => {
  const { history } = testHistory();
  const minutes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 27, 28, 29, 30, 31, 32, 33, 50];
  await history.append(minutes.map((minute) => sample({ atMs: NOW - minute * MINUTE })));
  assert.is((await history.usage(QUARTERS)).get('shop/Deployment/web')?.usage.sampleSeconds, 60);
  assert.is(await history.interval({ fromMs: NOW - HOUR, toMs: NOW }), 60);
  // With one sample a slot no more is known than the slot's length.
  const single = await history.usage({ fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 60 });
  assert.is(single.get('shop/Deployment/web')?.usage.sampleSeconds, 60);
  assert.is(await history.interval({ fromMs: NOW - MINUTE / 2, toMs: NOW }), undefined);
  history.close();
});

test('one namespace alone, whatever its name', async () => {
  const { history } = testHistory();
  await history.append([sample(), sample({ namespace: "o'hara" })]);
  assert.equal([...(await history.usage({ ...QUARTERS, namespace: "o'hara" })).keys()], ["o'hara/Deployment/web"]);
  assert.is((await history.usage({ ...QUARTERS, namespace: 'none' })).size, 0);
  history.close();
});

test('samples of a clock that went ahead, or that was never set, harm no other', async () => {
  const { history } = testHistory();
  await history.append([
    sample({ cpuCores: 0.5 }),
    sample({ atMs: NOW + 400 * DAY, cpuCores: 9 }),
    sample({ atMs: 0, cpuCores: 9 }),
    sample({ atMs: NOW + 5 * MINUTE, cpuCores: 9 }),
  ]);
  const all = await history.usage({ fromMs: NOW - DAY, toMs: NOW, slotSeconds: 3600 });
  assert.equal(values(all.get('shop/Deployment/web')?.usage, 'cpuPeakCores')?.at(-1), 0.5);
  assert.is(values(all.get('shop/Deployment/web')?.usage, 'cpuPeakCores')?.filter((value) => value === 9).length, 0);
  history.close();
});

test('much is aggregated in several goes, with the same result as in one', async () => {
  const { history } = testHistory();
  // 70,000 rows: more than one go.
  const rows = Array.from({ length: 70_000 }, (_, index) => {
    const [pod, minute] = [index % 50, Math.floor(index / 50)];
    return sample({
      atMs: NOW - minute * MINUTE,
      workloadName: `w-${pod % 10}`,
      pod: `w-${pod}`,
      cpuCores: pod + minute / 1000,
    });
  });
  await history.append(rows);
  const all = await history.usage({ fromMs: NOW - DAY, toMs: NOW, slotSeconds: 300 });
  assert.is(all.size, 10);
  const usage = all.get('shop/Deployment/w-3')?.usage;
  // The busiest of pods 3, 13, 23, 33, 43; the oldest minute of each slot is the highest.
  const expected = Array.from({ length: 288 }, (_, slot) => {
    const oldest = Math.min((287 - slot) * 5 + 4, 1399);
    return (287 - slot) * 5 > 1399 ? NONE : rounded(43 + oldest / 1000, HALF_PER_CENT);
  });
  assert.equal(
    values(usage, 'cpuPeakCores'),
    expected.map((value) => Math.round(value * 1e9) / 1e9),
  );
  assert.is(usage?.sampleSeconds, 60);
  history.close();
});

test('one that is closed fails what it reads, and does not disturb what is read beside it', async () => {
  const { history, directory } = testHistory();
  const rows = Array.from({ length: 50_000 }, (_, index) => sample({ atMs: NOW - index * 1000, pod: `web-${index % 50}` }));
  await history.append(rows);
  const runtime = testRuntime({ now: () => NOW, random: Math.random });
  const engine = startHistoryEngine(runtime);
  const open = (own: typeof engine) => openHistory({ directory, clusterId: 'test', runtime, engine: own });
  const [first, second] = [open(engine), open(engine.then(({ beside }) => beside()))];
  const day = { fromMs: NOW - DAY, toMs: NOW, slotSeconds: 300 };
  const closed = second.usage(day).then(
    () => 'was read',
    (error: Error) => error.message,
  );
  const kept = first.usage(day);
  await engine;
  await second.close();
  assert.match(await closed, /cannot be queried/);
  assert.is((await kept).size, 1);
  await first.close();
  history.close();
});

test('no history is no use', async () => {
  const { history } = testHistory();
  assert.is((await history.usage(QUARTERS)).size, 0);
  assert.is((await history.containers(QUARTERS)).size, 0);
  assert.is(await history.interval(QUARTERS), undefined);
  assert.equal(history.problems(), []);
  history.close();
});

test.run();
