import { exhaustionOf, volumeExhaustion } from '../../lib/intelligence/scaling/exhaustion.ts';
import { burstOf, type ResourceNeed, recommendScaling } from '../../lib/intelligence/scaling/recommend.ts';
import { boundsOf } from '../../lib/intelligence/scaling/requests.ts';
import { quietHoursOf, rhythmOf } from '../../lib/intelligence/scaling/rhythm.ts';
import type { Forecast } from '../../lib/types/forecast.ts';
import type { SlotValues } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { container, pod, workload } from './build.ts';

const test = suite('what follows from a forecast');

function forecast(value: (hour: number) => number, width: number): Forecast {
  const mean = Float64Array.from({ length: 168 }, (_, hour) => value(hour));
  return {
    metric: 'cpu',
    grid: { startMs: 0, slotSeconds: 3600, slots: 168 },
    mean,
    intervals: ([0.5, 0.8, 0.95] as const).map((level, at) => ({
      level,
      low: mean.map((each) => each - (width * (at + 1)) / 3),
      high: mean.map((each) => each + (width * (at + 1)) / 3),
    })),
    parts: [],
    notes: [],
  };
}

function past(days: number, value: (hour: number) => number): SlotValues {
  return Float64Array.from({ length: days * 24 }, (_, hour) => value(hour - days * 24));
}

test('a request within the coming week is reached at the hour of the forecast, and between the ends of its interval', () => {
  const found = exhaustionOf(
    'request',
    12,
    past(14, () => 5),
    forecast((hour) => 5 + hour / 12, 1),
  );
  assert.equal(found, {
    of: 'request',
    amount: 12,
    state: 'expected',
    days: 84 / 24,
    earliestDays: 72 / 24,
    latestDays: 96 / 24,
    from: 'forecast',
  });
});

test('beyond the week the trend of the daily peaks tells it, as far as thrice what it was told from', () => {
  const grows = (hour: number): number => 10 + hour / 24;
  const found = exhaustionOf(
    'limit',
    30,
    past(14, grows),
    forecast(() => 10, 0.1),
  );
  assert.is(found.state, 'expected');
  assert.is(found.from, 'trend');
  assert.ok(Math.abs(found.days! - 20) < 0.1, String(found.days));
  assert.ok(found.earliestDays! <= found.days! && found.days! <= found.latestDays!);
  assert.is(
    exhaustionOf(
      'limit',
      60,
      past(14, grows),
      forecast(() => 10, 0.1),
    ).state,
    'not-in-sight',
  );
});

test('what does not grow reaches nothing, and what is there already is reached', () => {
  const flat = past(14, (hour) => 5 + Math.sin(hour));
  assert.equal(
    exhaustionOf(
      'request',
      20,
      flat,
      forecast(() => 5, 1),
    ),
    { of: 'request', amount: 20, state: 'not-in-sight' },
  );
  assert.is(
    exhaustionOf(
      'request',
      5.5,
      flat,
      forecast(() => 5, 1),
    ).state,
    'reached',
  );
});

test('a volume that fills by a steady amount a day is full when the trend says, and one that does not fill never is', () => {
  const grid = { startMs: 0, slotSeconds: 86_400, slots: 30 };
  const volume = (used: (day: number) => number) => ({
    claim: 'data-db-0',
    capacityBytes: 100,
    grid,
    usedPeakBytes: Float64Array.from({ length: 30 }, (_, day) => (day < 10 ? Number.NaN : used(day))),
  });
  const found = volumeExhaustion(volume((day) => 10 + 2 * day));
  assert.equal([found.of, found.claim, found.state, found.from], ['volume', 'data-db-0', 'expected', 'trend']);
  assert.is(found.days, (100 - 68) / 2);
  assert.is(volumeExhaustion(volume(() => 40)).state, 'not-in-sight');
  assert.is(volumeExhaustion(volume(() => 100)).state, 'reached');
});

test('rhythm is the share of the variance that the hour explains', () => {
  const clock = past(21, (hour) => (((hour % 24) + 24) % 24 >= 8 && ((hour % 24) + 24) % 24 < 18 ? 10 : 1));
  assert.ok(rhythmOf(clock)! > 0.99);
  const chance = past(21, (hour) => (hour * hour * 7919) % 101);
  assert.ok(rhythmOf(chance)! < 0.2, String(rhythmOf(chance)));
  assert.is(rhythmOf(past(21, () => 4)), undefined);
  assert.is(rhythmOf(past(1, (hour) => hour)), undefined);
});

/** By day, on every day; `hour` may lie in the past. */
function office(hour: number): number {
  const ofDay = ((hour % 24) + 24) % 24;
  return ofDay >= 8 && ofDay < 18 ? 1 : 0.01;
}

test('quiet hours are those in which little is expected and never was more than next to nothing, in stops that are worth it', () => {
  const expected = Float64Array.from({ length: 168 }, (_, hour) => office(hour));
  assert.is(quietHoursOf(expected, past(14, office)), 168 - 70);
  assert.is(quietHoursOf(expected, past(28, office)), 168 - 70);
  // Somebody works late every second Monday, three hours after the office closes.
  const late = (hour: number): number => (hour === 20 - 168 ? 0.5 : office(hour));
  assert.is(quietHoursOf(expected, past(14, late)), 168 - 70 - 3, 'two quiet hours before it are no stop worth it');
  // A forecast that mixes days leaves something of a working day on a weekend; what is more says that use is coming.
  const mixed = (share: number): number =>
    quietHoursOf(
      expected.map((value, hour) => (hour < 24 ? Math.max(value, share) : value)),
      past(14, office),
    );
  assert.equal([mixed(0.2), mixed(0.3)], [168 - 70, 168 - 70 - 14]);
  const often = Float64Array.from({ length: 168 }, (_, hour) => (hour % 6 === 0 ? 1 : 0));
  assert.is(
    quietHoursOf(
      often,
      past(14, (hour) => (hour % 6 === 0 ? 1 : 0)),
    ),
    0,
  );
});

test('no hour is known to be quiet before two weeks have shown it', () => {
  const expected = Float64Array.from({ length: 168 }, (_, hour) => office(hour));
  assert.is(quietHoursOf(expected, past(13, office)), 168 - 70 - 14);
  assert.is(quietHoursOf(expected, past(7, office)), 0);
  const gap = (hour: number): number => (hour >= -120 && hour < -96 ? Number.NaN : office(hour));
  assert.is(quietHoursOf(expected, past(14, gap)), 168 - 70 - 14, 'a day that was not measured proves nothing');
});

test('bursts are how far the peaks within an hour stand out in nineteen of twenty hours', () => {
  const grid = { startMs: 0, slotSeconds: 3600, slots: 100 };
  const mean = new Float64Array(100).fill(2);
  const peak = mean.map((value, hour) => value * (hour < 4 ? 50 : 1.5));
  assert.is(burstOf({ metric: 'cpu', grid, mean, peak }), 1.5);
  assert.is(burstOf({ metric: 'cpu', grid, mean }), 1);
});

const need = (parts: Partial<ResourceNeed>): ResourceNeed => ({
  metric: 'cpu',
  expected: 0.4,
  need: 0.5,
  request: 1,
  rhythm: 0.2,
  quietHours: 0,
  ...parts,
});
const memoryNeed = (parts: Partial<ResourceNeed> = {}): ResourceNeed =>
  need({ metric: 'memory', expected: 500 * 2 ** 20, need: 600 * 2 ** 20, request: 2 ** 30, ...parts });
const actionOf = (needs: readonly ResourceNeed[], parts: Partial<Workload> = {}): string =>
  recommendScaling({ ...workload(), ...parts }, needs).action;

test('what exceeds a request grows, what needs less than half of both shrinks, what lies between is kept', () => {
  assert.is(actionOf([need({ expected: 1.01, need: 1.5 }), memoryNeed()]), 'grow');
  assert.is(actionOf([need({ need: 0.1 }), memoryNeed({ need: 2 ** 31 })]), 'grow');
  assert.is(actionOf([need({ need: 0.1 }), memoryNeed({ need: 2 ** 28 })]), 'shrink');
  assert.is(actionOf([need({ need: 0.1 }), memoryNeed()]), 'keep');
  assert.is(actionOf([need({}), memoryNeed()]), 'keep');
});

test('of CPU what is expected must exceed the request, of memory the upper end is enough, as a lack of it ends containers', () => {
  assert.is(actionOf([need({ expected: 0.9, need: 3 }), memoryNeed()]), 'keep');
  assert.is(actionOf([need({}), memoryNeed({ need: 2 ** 30 + 1 })]), 'grow');
});

test('where an autoscaler follows the load, the reason of a change says so', () => {
  const autoscalers = [
    { kind: 'HorizontalPodAutoscaler', name: 'web', minReplicas: 1, maxReplicas: 3, currentReplicas: 1, metrics: [] },
  ] as const;
  const { reason } = recommendScaling({ ...workload(), autoscalers }, [need({ expected: 2, need: 3 }), memoryNeed()]);
  assert.match(reason, /; HorizontalPodAutoscaler web adds and removes pods meanwhile$/);
  assert.not.match(recommendScaling({ ...workload(), autoscalers }, [need({}), memoryNeed()]).reason, 'meanwhile');
});

test('what follows the clock and has a day of quiet hours a week is scheduled, unless it must grow, cannot be stopped or is scaled already', () => {
  const clock = { rhythm: 0.9, quietHours: 90 };
  assert.is(actionOf([need(clock), memoryNeed()]), 'schedule');
  assert.is(actionOf([need({ ...clock, expected: 1.5, need: 2 }), memoryNeed()]), 'grow');
  assert.is(actionOf([need({ ...clock, rhythm: 0.5 }), memoryNeed()]), 'keep');
  assert.is(actionOf([need(clock), memoryNeed()], workload({ kind: 'DaemonSet' })), 'keep');
  const autoscaler = {
    kind: 'HorizontalPodAutoscaler',
    name: 'web',
    minReplicas: 1,
    maxReplicas: 3,
    currentReplicas: 1,
    metrics: [],
  } as const;
  assert.is(actionOf([need(clock), memoryNeed()], { autoscalers: [autoscaler] }), 'keep');
});

test('the reason has the figures, and says where there is nothing to compare with', () => {
  const { reason, cpuOfRequest, cpuExpectedOfRequest } = recommendScaling(workload(), [
    need({ expected: 0.18, need: 0.24 }),
    memoryNeed({ expected: 600 * 2 ** 20 }),
  ]);
  assert.is(reason, 'the coming week needs 180-240m of 1000m CPU requested (18-24%), 600Mi of 1024Mi memory requested (59%)');
  assert.equal([cpuExpectedOfRequest, cpuOfRequest], [0.18, 0.24]);
  assert.match(recommendScaling(workload(), [{ metric: 'cpu', need: 0.2 }]).reason, 'no requests are set');
  assert.match(recommendScaling(workload(), [{ metric: 'cpu', request: 1 }]).reason, 'nothing is forecast');
  assert.match(recommendScaling(workload({ pods: [] }), [need({})]).reason, 'runs no pods');
});

test('requests are summed over pods that run, limits only where every container has one, init containers left out', () => {
  const app = container({ requests: { cpuCores: 0.2 }, limits: { cpuCores: 1 } });
  const agent = container({ name: 'agent', requests: {}, limits: {} });
  const init = container({ name: 'init', role: 'init', requests: { cpuCores: 5 } });
  const done = pod('done', { phase: 'Succeeded', containers: [app] });
  const two = workload({ pods: [pod('a', { containers: [init, app] }), pod('b', { containers: [app] }), done] });
  assert.equal(boundsOf(two, 'cpu'), { request: 0.4, limit: 2 });
  assert.equal(boundsOf(workload({ pods: [pod('a', { containers: [app, agent] })] }), 'cpu'), { request: 0.2 });
  assert.equal(boundsOf(two, 'memory'), {});
  assert.equal(boundsOf(two, 'network'), {});
});

test.run();
