/** What lies in an own history need not be in order, or even be possible: hours that a forecast rests on come out right all the same. */

import { type JoinedHours, joinHours } from '../../lib/intelligence/hours/join.ts';
import { openHistory } from '../../lib/store/history.ts';
import type { Sample, SlotGrid } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';

const test = suite('hours of a history with bad samples');

const HOUR_MS = 3_600_000;
const STEP_MS = 300_000;
const START = Date.UTC(2026, 2, 9);
const HOURS = 12;
const GRID: SlotGrid = { startMs: START, slotSeconds: 3600, slots: HOURS };

function sample(atMs: number, cpuCores: number): Sample {
  return {
    atMs,
    namespace: 'shop',
    workloadKind: 'Deployment',
    workloadName: 'web',
    pod: 'web-0',
    container: 'app',
    app: true,
    source: 'test',
    cpuCores,
    memoryBytes: 2 ** 20,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
    windowSeconds: STEP_MS / 1000,
  };
}

/** One every five minutes: the hour's number, plus one. */
function clean(): readonly Sample[] {
  return Array.from({ length: (HOURS * HOUR_MS) / STEP_MS }, (_, step) => {
    const atMs = START + step * STEP_MS;
    return sample(atMs, Math.floor((atMs - START) / HOUR_MS) + 1);
  });
}

async function hoursOf(...appended: readonly (readonly Sample[])[]): Promise<JoinedHours> {
  const history = openHistory({
    directory: temporaryFolder(),
    clusterId: 'cluster',
    runtime: testRuntime({ random: Math.random, now: () => START + HOURS * HOUR_MS }),
  });
  try {
    for (const samples of appended) await history.append(samples);
    const hours = await history.hours({ fromMs: START, toMs: START + HOURS * HOUR_MS - 1 });
    return joinHours('cpu', [...hours.values()], GRID);
  } finally {
    await history.close();
  }
}

const EXPECTED = Array.from({ length: HOURS }, (_, hour) => hour + 1);

test('samples in any order, and those that are there twice, make the same hours', async () => {
  assert.equal([...(await hoursOf(clean())).history.mean], EXPECTED);
  assert.equal([...(await hoursOf(clean().toReversed())).history.mean], EXPECTED);
  assert.equal([...(await hoursOf(clean(), clean().toReversed())).history.mean], EXPECTED);
});

test('what is no number is not there', async () => {
  const gaps = clean().map((each) => (each.cpuCores === 3 ? { ...each, cpuCores: Number.NaN } : each));
  const { history, measuredHours, notes } = await hoursOf(gaps);
  assert.equal(
    [...history.mean],
    EXPECTED.map((value) => (value === 3 ? Number.NaN : value)),
  );
  assert.is(measuredHours, HOURS - 1);
  assert.equal(notes, []);
});

test('an hour of negative samples is left out, and told', async () => {
  const negative = clean().map((each) => (each.cpuCores === 5 ? { ...each, cpuCores: -1 } : each));
  const { history, notes } = await hoursOf(negative);
  assert.equal(
    [...history.mean],
    EXPECTED.map((value) => (value === 5 ? Number.NaN : value)),
  );
  assert.equal(notes, ['1 h with negative or infinite values left out']);
});

test.run();
