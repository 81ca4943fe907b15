/** Gaps of a history, filled from a real Prometheus and a real VictoriaMetrics: equal to what these were given, once, whatever ends it. */

import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Backfilled } from '../../lib/operations/collect/backfill.ts';
import type { StoredUsage } from '../../lib/store/usage-query.ts';
import { type At, containerSeries } from '../collect/container-series.ts';
import { ENGINES, type Engine, type RunningEngine, startFilled } from '../collect/engines.ts';
import type { TestSeries } from '../collect/remote-write.ts';
import { assert, skip, suite } from '../harness.ts';
import { networkSample, sample, type TestHistory, testHistory } from '../store/samples.ts';
import type { BackfillJob } from './backfill-process.ts';
import { fillGaps } from './gaps-to-fill.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The hour that is going on begins here. */
const ORIGIN = Math.floor(Date.now() / HOUR) * HOUR;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
/** From here on the server knows anything. */
const FROM = ORIGIN - 40 * HOUR;
/** Gaps are looked for from here on. */
const SECONDS = (NOW - ORIGIN) / 1000 + 44 * 3600;

/** Hours before the one that is going on: those that the history has. */
const isRecorded = (back: number): boolean => back <= 6 || (back > 16 && back <= 20);
const MISSING = Array.from({ length: 44 }, (_, index) => index + 1).filter((back) => !isRecorded(back));
/** Of these, the server has 40 hours, but for a pause of its own. */
const PAUSED = 30;
const ABSENT = 4 + 1;

const hourOf = (ms: number): number => Math.ceil((ORIGIN - ms) / HOUR);
const paused =
  (at: At): At =>
  (ms) =>
    // A scrape before the pause shows in the first rows within it; that one is left out too.
    ms > ORIGIN - PAUSED * HOUR - 10 * MINUTE && ms <= ORIGIN - (PAUSED - 1) * HOUR ? undefined : at(ms);

/** A value for each hour, so that an hour in the place of another one shows. */
const cpuAt = (back: number): number => 0.1 + 0.02 * (back % 7);
const memoryAt = (back: number): number => 1e8 + 1e7 * (back % 5);
const ROLLOUT = ORIGIN - 12 * HOUR;

const SERIES: readonly TestSeries[] = [
  {
    pod: 'web-6d4cf56db6-x7k2p',
    cpu: (ms: number) => (ms <= ROLLOUT ? cpuAt(hourOf(ms - 1)) : undefined),
    memory: (ms: number) => memoryAt(hourOf(ms)),
    network: () => 100,
  },
  {
    pod: 'web-77b9fdc8d5-zzzzz',
    cpu: (ms: number) => (ms > ROLLOUT ? cpuAt(hourOf(ms - 1)) : undefined),
    memory: (ms: number) => memoryAt(hourOf(ms)),
    network: () => 100,
  },
  { pod: 'web-77b9fdc8d5-zzzzz', container: 'istio-proxy', cpu: (ms: number) => (ms > ROLLOUT ? 0.03 : undefined) },
  // Its counter starts over ten and a half hours ago.
  { pod: 'db-0', cpu: () => 0.4, resetAt: ORIGIN - 10.5 * HOUR },
].flatMap((parts) => containerSeries({ ...parts, cpu: paused(parts.cpu) }, MINUTE));

/** A history of some hours, recorded by another source. */
async function withHoles(): Promise<TestHistory> {
  const made = testHistory(NOW);
  const instants = Array.from({ length: 44 * 12 }, (_, index) => ORIGIN - 44 * HOUR + index * 5 * MINUTE);
  await made.history.append(
    instants
      .filter((atMs) => isRecorded(hourOf(atMs)))
      .flatMap((atMs) => [
        sample({ atMs, pod: 'web-77b9fdc8d5-zzzzz', cpuCores: 2 }),
        networkSample({ atMs, pod: 'web-77b9fdc8d5-zzzzz', networkBytesPerSecond: 7 }),
      ]),
  );
  return made;
}

type Usage = ReadonlyMap<string, StoredUsage>;

/** Samples of each container, by workload: a row that is there twice counts twice. */
async function samplesOf({ history }: TestHistory): Promise<unknown> {
  const containers = await history.containers({ fromMs: ORIGIN - 44 * HOUR, toMs: ORIGIN - 1 });
  const counts = [...containers].flatMap(([key, own]) => own.map(({ container, samples }) => [`${key} ${container}`, samples]));
  return Object.fromEntries(counts);
}

function usageOf({ history }: TestHistory): Promise<Usage> {
  return history.usage({ fromMs: ORIGIN - 44 * HOUR, toMs: ORIGIN - 1, slotSeconds: 300 });
}

/** For comparing: NaN is NaN. */
function plain(usage: Usage): unknown {
  const value = (_: string, each: unknown): unknown => (each instanceof Float64Array ? [...each].map(String) : each);
  return JSON.parse(JSON.stringify(Object.fromEntries([...usage].toSorted(([a], [b]) => (a < b ? -1 : 1))), value));
}

/** Values of the slots of an hour. */
function hour(values: Float64Array | undefined, back: number): readonly number[] {
  assert.ok(values, 'no values');
  return [...values!.subarray((44 - back) * 12, (44 - back) * 12 + 12)];
}

for (const engine of ENGINES) against(engine);

function against(engine: Engine): void {
  if (engine.program === undefined) {
    skip(`back-fill from ${engine.name}`, `${engine.name} is not on this machine, and the test cluster's programs are not built`);
    return;
  }
  const test = suite(`back-fill from ${engine.name}`);
  let running: RunningEngine;
  let filled: TestHistory;
  let told: Backfilled;
  let usage: Usage;
  let samples: unknown;
  test.before(async () => {
    running = await startFilled(engine, SERIES, { fromMs: FROM, toMs: NOW, stepMs: MINUTE });
    filled = await withHoles();
    told = await fill(filled);
    usage = await usageOf(filled);
    samples = await samplesOf(filled);
  });
  test.after(async () => {
    await filled.history.close();
    await running.stop();
  });

  const fill = ({ history }: TestHistory, options: { readonly namespace?: string } = {}): Promise<Backfilled> =>
    fillGaps({ url: running.url, history, nowMs: NOW, seconds: SECONDS, ...options });

  test('tells which hours were missing, which of them are filled, and which the server lacks too', () => {
    const { missingHours, filledHours, absentHours, failedHours, rows } = told;
    const expected = { missingHours: MISSING.length, filledHours: MISSING.length - ABSENT, absentHours: ABSENT, failedHours: 0 };
    assert.equal({ missingHours, filledHours, absentHours, failedHours }, expected, JSON.stringify(told));
    assert.is(told.reports[0]?.state, 'used', JSON.stringify(told.reports));
    assert.ok(rows > 12 * 3 * (filledHours - 2), String(rows));
  });

  test('what was missing is as the server was given it, each hour in its place', () => {
    const web = usage.get('shop/Deployment/web')!.usage;
    const db = usage.get('shop/StatefulSet/db')!.usage;
    for (const back of MISSING.filter((each) => each < 40 && each !== PAUSED && each !== PAUSED + 1)) {
      // A rate reaches back over the beginning of its hour.
      for (const value of hour(web.cpuPeakCores, back).slice(2)) near(value, cpuAt(back), `cpu ${back} hours ago`);
      for (const value of hour(web.memoryPeakBytes, back).slice(1)) near(value, memoryAt(back), `memory ${back} hours ago`);
      for (const value of hour(web.networkPeakBytesPerSecond, back).slice(2)) near(value, 300, `network ${back} hours ago`);
      // The counter of one of these hours started over.
      for (const value of hour(db.cpuPeakCores, back).slice(2)) near(value, 0.4, `db ${back} hours ago`);
    }
  });

  test('each container has one row every five minutes', () => {
    const counts = samples as Readonly<Record<string, number>>;
    const all = 12 * (MISSING.length - ABSENT);
    // The first rows after a pause, or of a server, may lack what they reach back to; those of a pod's last minutes come after it.
    assert.ok(
      counts['shop/StatefulSet/db main']! >= all - 4 && counts['shop/StatefulSet/db main']! <= all,
      JSON.stringify(counts),
    );
    const web = counts['shop/Deployment/web main']! - 12 * 10;
    assert.ok(web >= all - 4 && web <= all + 2, JSON.stringify(counts));
  });

  test('what was recorded stays as it was', () => {
    const web = usage.get('shop/Deployment/web')!.usage;
    const db = usage.get('shop/StatefulSet/db')!.usage;
    for (let back = 1; back <= 44; back++) {
      if (!isRecorded(back)) continue;
      assert.ok(hour(web.cpuPeakCores, back).every((value) => value === 2));
      assert.ok(hour(web.networkPeakBytesPerSecond, back).every((value) => value === 7));
      assert.ok(hour(db.cpuPeakCores, back).every(Number.isNaN), `db ${back} hours ago`);
    }
  });

  test('another run adds nothing', async () => {
    const again = await fill(filled);
    assert.equal([again.missingHours, again.filledHours, again.absentHours, again.rows], [ABSENT, 0, ABSENT, 0]);
    assert.equal(plain(await usageOf(filled)), plain(usage));
    assert.equal(await samplesOf(filled), samples);
  });

  test('a namespace whose hours are not there is filled, whatever another one has', async () => {
    const made = testHistory(NOW);
    await made.history.append([...usage.keys()].map(() => sample({ atMs: ORIGIN - 3.5 * HOUR, namespace: 'elsewhere' })));
    const gap = { fromMs: ORIGIN - 4 * HOUR, toMs: ORIGIN - 3 * HOUR };
    assert.equal(await made.history.gaps(gap), []);
    assert.equal(await made.history.gaps({ ...gap, namespace: 'shop' }), [gap]);
    assert.is((await fill(made, { namespace: 'shop' })).filledHours, 39);
    await made.history.close();
  });

  test('a run that is killed half-way is continued where it ended, and comes to the same', async () => {
    const made = await withHoles();
    await killed({ directory: made.directory, url: running.url, nowMs: NOW, seconds: SECONDS, chunks: 1 });
    const rest = await fill(made);
    // The newest gap, of ten hours, was filled before it died.
    assert.equal([rest.missingHours, rest.filledHours], [MISSING.length - 10, MISSING.length - 10 - ABSENT]);
    assert.equal(plain(await usageOf(made)), plain(usage));
    assert.equal(await samplesOf(made), samples);
    await made.history.close();
  });

  test('a server that does not answer leaves the gaps as they are, and says so', async () => {
    const made = await withHoles();
    const { rows, failedHours, reports } = await fillGaps({
      url: 'http://127.0.0.1:9',
      history: made.history,
      nowMs: NOW,
      seconds: SECONDS,
    });
    assert.equal([rows, failedHours, reports.map(({ state }) => state)], [0, MISSING.length, ['failed']]);
    await made.history.close();
  });

  test.run();
}

const PROGRAM = fileURLToPath(new URL('./backfill-process.ts', import.meta.url));

/** Runs it in a process of its own until that is killed. */
async function killed(job: BackfillJob): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(job)], { stdio: ['ignore', 'inherit', 'inherit'] });
  await new Promise((resolve) => child.on('close', resolve));
  assert.is(child.signalCode, 'SIGKILL');
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 0.02 * expected, `${what}: ${actual} is not near ${expected}`);
}
