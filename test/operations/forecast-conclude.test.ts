/** What follows from hours: when a request, a limit or a volume is reached, how to scale, and what was unlike its forecast. */

import { loadForecastModel } from '../../lib/intelligence/forecast/model.ts';
import { conclude } from '../../lib/operations/forecast/conclude.ts';
import type { ForecastFinding, ForecastMetric, ForecastResult, ForecastTuning, IntervalLevel } from '../../lib/types/forecast.ts';
import type { SlotGrid, VolumeUse, WorkloadHours } from '../../lib/types/usage.ts';
import { workloadKey } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { container, HOUR_MS, NOW, pod, workload } from '../intelligence/build.ts';

const test = suite('what follows from the hours of workloads');

const HOURS = 720;
const GRID: SlotGrid = { startMs: NOW - HOURS * HOUR_MS, slotSeconds: 3600, slots: HOURS };
const GIBIBYTE = 2 ** 30;

/** Values of an hour that began so many hours ago. */
type At = (hoursAgo: number) => number;

interface Seen {
  readonly workload: Workload;
  readonly cpu?: At;
  readonly memory?: At;
  readonly volumes?: readonly VolumeUse[];
}

const model = await loadForecastModel();

interface Question {
  readonly horizonHours?: number;
  readonly metrics?: readonly ForecastMetric[];
  readonly tuning?: ForecastTuning;
}

function concluded(all: readonly Seen[], { tuning, ...question }: Question = {}): ForecastResult {
  const values = (at: At): Float64Array => Float64Array.from({ length: HOURS }, (_, slot) => at(HOURS - slot));
  const hours = all.map(({ workload: { ref }, cpu, memory }): readonly [string, readonly WorkloadHours[]] => [
    workloadKey(ref),
    [
      {
        source: 'history',
        grid: GRID,
        ...(cpu && { cpuMeanCores: values(cpu) }),
        ...(memory && { memoryMeanBytes: values(memory) }),
      },
    ],
  ]);
  const provenance = {
    cluster: { id: 'cluster', context: 'test', server: 'https://127.0.0.1', version: 'v1.37.2', simulated: false },
    observedAtMs: NOW,
    namespace: 'shop',
    windowSeconds: HOURS * 3600,
    notFound: [],
    sources: [],
    traffic: [],
  };
  return conclude(
    {
      grid: GRID,
      workloads: all.map((each) => each.workload),
      hours: new Map(hours),
      nodes: [],
      volumes: new Map(all.map(({ workload: { ref }, volumes = [] }) => [workloadKey(ref), volumes])),
      provenance,
    },
    model,
    { horizonHours: 168, metrics: ['cpu', 'memory', 'network'], signal: new AbortController().signal, ...question },
    tuning,
  );
}

function findingOf({ findings }: ForecastResult, name: string, metric: ForecastMetric): ForecastFinding {
  return findings.find((finding) => finding.workload.name === name && finding.metric === metric)!;
}

/** One pod that asks for this and may take that. */
function sized(name: string, cpu: readonly [number, number], memory: readonly [number, number]): Workload {
  const [requests, limits] = [0, 1].map((at) => ({ cpuCores: cpu[at]!, memoryBytes: memory[at]! }));
  return workload({ name, pods: [pod(`${name}-0`, { containers: [container({ requests: requests!, limits: limits! })] })] });
}

/** Unrest of a few per cent, the same for the same hour. */
const unrest: At = (hoursAgo) => 1 + 0.02 * Math.sin(hoursAgo * 12.9898);
const isOffice = (hoursAgo: number): boolean => {
  const at = new Date(NOW - hoursAgo * HOUR_MS);
  return at.getUTCDay() >= 1 && at.getUTCDay() <= 5 && at.getUTCHours() >= 8 && at.getUTCHours() < 18;
};

test('memory that grows by 12 MiB a day reaches its request by then, and its limit too late to be told', () => {
  const grown: At = (hoursAgo) => (800 - hoursAgo / 2) * 2 ** 20 * (1 + 0.002 * Math.sin(hoursAgo * 12.9898));
  const web = sized('web', [1, 2], [GIBIBYTE, 4 * GIBIBYTE]);
  const { exhaustion, trend } = findingOf(concluded([{ workload: web, cpu: unrest, memory: grown }]), 'web', 'memory');
  assert.ok(Math.abs(trend!.perDay.value / 2 ** 20 - 12) < 0.2, String(trend!.perDay.value / 2 ** 20));
  const [request, limit] = exhaustion;
  assert.equal([request!.of, request!.state, request!.amount], ['request', 'expected', GIBIBYTE]);
  assert.ok(Math.abs(request!.days! - (1024 - 800) / 12) < 1.5, String(request!.days));
  assert.ok(request!.earliestDays! <= request!.days! && request!.days! <= request!.latestDays!);
  assert.equal([limit!.of, limit!.state, limit!.amount], ['limit', 'not-in-sight', 4 * GIBIBYTE]);
});

test('the horizon that is asked for changes neither what is exhausted nor how to scale', () => {
  const seen = { workload: sized('web', [0.5, 2], [GIBIBYTE, GIBIBYTE]), cpu: unrest, memory: () => GIBIBYTE / 2 };
  const [whole, hour] = [168, 1].map((horizonHours) => findingOf(concluded([seen], { horizonHours }), 'web', 'cpu'));
  assert.equal(hour!.exhaustion, whole!.exhaustion);
  assert.equal(hour!.scaling, whole!.scaling);
  assert.equal([hour!.forecast!.mean.length, hour!.horizon!.hours, hour!.day, hour!.week], [1, 1, undefined, undefined]);
  assert.is(whole!.exhaustion[0]!.state, 'reached');
});

test('a volume belongs to its workload, whatever its resource', () => {
  const volume: VolumeUse = {
    claim: 'data-db-0',
    capacityBytes: 20 * GIBIBYTE,
    grid: { startMs: NOW - 720 * HOUR_MS, slotSeconds: 86_400, slots: 30 },
    usedPeakBytes: Float64Array.from({ length: 30 }, (_, day) => (5 + day * 0.25) * GIBIBYTE),
  };
  const result = concluded([
    { workload: sized('db', [1, 1], [GIBIBYTE, GIBIBYTE]), cpu: unrest, volumes: [volume] },
    { workload: sized('web', [1, 1], [GIBIBYTE, GIBIBYTE]), cpu: unrest },
  ]);
  for (const metric of ['cpu', 'memory', 'network'] as const) {
    const [full] = findingOf(result, 'db', metric).volumes;
    assert.equal([full!.of, full!.claim, full!.state, full!.days], ['volume', 'data-db-0', 'expected', (20 - 12.25) / 0.25]);
  }
  assert.equal(findingOf(result, 'web', 'cpu').volumes, []);
});

test('each way to scale, by what a workload asks for and when it is used', () => {
  const memory: At = () => 600 * 2 ** 20;
  const asks = (name: string, cores: number, mebibytes: number): Workload =>
    sized(name, [cores, cores * 2], [mebibytes * 2 ** 20, mebibytes * 2 ** 21]);
  const result = concluded([
    { workload: asks('right', 1.5, 1024), cpu: unrest, memory },
    { workload: asks('large', 4, 4096), cpu: unrest, memory },
    { workload: asks('small', 0.5, 1024), cpu: unrest, memory },
    { workload: asks('tight', 1.5, 512), cpu: unrest, memory },
    { workload: asks('office', 2, 1024), cpu: (hoursAgo) => (isOffice(hoursAgo) ? 1 : 0.01) * unrest(hoursAgo), memory },
  ]);
  const told = result.findings
    .filter(({ metric }) => metric === 'cpu')
    .map(({ workload: { name }, scaling }) => [name, scaling.action]);
  assert.equal(Object.fromEntries(told), { large: 'shrink', office: 'schedule', right: 'keep', small: 'grow', tight: 'grow' });
  const { scaling } = findingOf(result, 'office', 'cpu');
  // Nights of 14 hours, and the weekend.
  assert.is(scaling.quietHours, 168 - 50);
  assert.match(findingOf(result, 'tight', 'cpu').scaling.reason, /600Mi of 512Mi memory requested \(117%\)$/);
});

test('how to scale rests on CPU and memory, whatever is asked for', () => {
  const seen = { workload: sized('web', [0.5, 2], [GIBIBYTE, GIBIBYTE]), cpu: unrest, memory: () => GIBIBYTE / 2 };
  const { findings } = concluded([seen], { metrics: ['memory'] });
  assert.equal(
    findings.map(({ metric, scaling }) => [metric, scaling.action]),
    [['memory', 'grow']],
  );
});

test('hours that were nothing like the days before are found with how unlikely they were, and the day as it always is has none', () => {
  const office: At = (hoursAgo) => (isOffice(hoursAgo) ? 0.5 : 0.1) * unrest(hoursAgo);
  const storm: At = (hoursAgo) => (hoursAgo === 10 || hoursAgo === 11 ? 3 : office(hoursAgo));
  const outage: At = (hoursAgo) => (hoursAgo <= 4 ? 0 : office(hoursAgo));
  const big = (name: string): Workload => sized(name, [4, 8], [GIBIBYTE, GIBIBYTE]);
  const result = concluded([
    { workload: big('calm'), cpu: office },
    { workload: big('storm'), cpu: storm },
    { workload: big('outage'), cpu: outage },
  ]);
  const runsOf = (name: string) =>
    findingOf(result, name, 'cpu').anomalies!.runs.map(({ fromMs, toMs, direction }) => [
      (NOW - fromMs) / HOUR_MS,
      (NOW - toMs) / HOUR_MS,
      direction,
    ]);
  assert.equal(runsOf('calm'), []);
  assert.equal(runsOf('storm'), [[11, 9, 'above']]);
  assert.ok(
    runsOf('outage').every(([, , direction]) => direction === 'below'),
    JSON.stringify(runsOf('outage')),
  );
  const [run] = findingOf(result, 'storm', 'cpu').anomalies!.runs;
  assert.ok(run!.probability < 1e-4 && run!.value === 3 && run!.expected.high < 3, JSON.stringify(run));
  assert.is(findingOf(result, 'storm', 'memory').anomalies, undefined);
});

test('what one’s own history has taught is among the weights, and the back-test is of the forecast that is shown', () => {
  const office: At = (hoursAgo) => (isOffice(hoursAgo) ? 0.5 : 0.1) * unrest(hoursAgo);
  const seen = { workload: workload(), cpu: office, memory: office };
  const widths = ([0.5, 0.8, 0.95] as const).map((level) => ({ level, factor: 0.01 }));
  const tuning: ForecastTuning = {
    base: model.version,
    madeAtMs: NOW,
    metrics: { cpu: { lastWeek: 0.5, widths } },
    heldApart: [],
  };
  const [shipped, own] = [concluded([seen]), concluded([seen], { tuning })];
  const [before, after] = [shipped, own].map((result) => findingOf(result, 'web', 'cpu').forecast!);
  assert.equal(after!.parts.at(-1), { model: 'same hour last week', weight: 0.5 });
  assert.ok(after!.backtest!.mase < before!.backtest!.mase, 'a week is the rhythm of an office');
  assert.ok(after!.backtest!.coverage95 < before!.backtest!.coverage95, 'a hundredth of the width covers less');
  assert.equal(findingOf(own, 'web', 'memory').forecast, findingOf(shipped, 'web', 'memory').forecast);
  assert.match(own.model, /, fine-tuned 2026-05-13$/);
});

test('what is forecast is weighed by parts that make one whole, is judged on its own past, and its intervals lie in each other', () => {
  const office: At = (hoursAgo) => (isOffice(hoursAgo) ? 0.5 : 0.1) * unrest(hoursAgo);
  const { forecast, day, week } = findingOf(concluded([{ workload: workload(), cpu: office }]), 'web', 'cpu');
  assert.ok(Math.abs(forecast!.parts.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-9, JSON.stringify(forecast!.parts));
  assert.ok(forecast!.backtest!.windows >= 1);
  assert.ok(
    forecast!.backtest!.mase < forecast!.backtest!.seasonalNaiveMase,
    'a week has weekends, of which yesterday knows nothing',
  );
  const ends = (level: IntervalLevel) => forecast!.intervals.find((interval) => interval.level === level)!;
  for (let hour = 0; hour < 168; hour++) {
    const order = [ends(0.95).low, ends(0.8).low, ends(0.5).low, ends(0.5).high, ends(0.8).high, ends(0.95).high].map(
      (each) => each[hour]!,
    );
    assert.equal(
      order,
      order.toSorted((a, b) => a - b),
    );
  }
  assert.ok(day!.peak.low <= day!.peak.value && day!.peak.value <= day!.peak.high);
  assert.ok(week!.peak.value >= day!.peak.value);
  assert.ok(isOffice((NOW - week!.peakAtMs) / HOUR_MS), new Date(week!.peakAtMs).toISOString());
});

test.run();
