/**
 * Samples that are no measurements, are there twice or in no order, from where they are kept to the forecast: from an own history and from a
 * real Prometheus, both about the simulated cluster.
 */

import { SIMULATED_NOW_MS, simulatedClient } from '../../lib/kube/simulated/transport.ts';
import { forecastWorkloads } from '../../lib/operations/forecast/forecast.ts';
import type { LookRequest } from '../../lib/operations/request.ts';
import { defaultIdleSettings } from '../../lib/operations/settings.ts';
import { openHistory } from '../../lib/store/history.ts';
import type { ForecastFinding, ForecastMetric, ForecastResult } from '../../lib/types/forecast.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { ENGINES, type RunningEngine, startFilled } from '../collect/engines.ts';
import type { TestSeries } from '../collect/remote-write.ts';
import { assert, skip, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';

const HOUR_MS = 3_600_000;
/** The hour that is going on begins here. */
const ORIGIN = Math.floor(SIMULATED_NOW_MS / HOUR_MS) * HOUR_MS;

function request(changes: Partial<LookRequest>): LookRequest {
  return {
    connection: {},
    demo: true,
    demoHistory: '',
    scope: { namespace: 'shop', allNamespaces: false, names: [], chunkSize: 500 },
    prometheus: { headers: [], enabled: false },
    history: undefined,
    settings: defaultIdleSettings('UTC'),
    runtime: testRuntime(),
    signal: new AbortController().signal,
    progress: () => undefined,
    ...changes,
  };
}

function forecast(changes: Partial<LookRequest>): Promise<ForecastResult> {
  return forecastWorkloads({ ...request(changes), metrics: ['cpu', 'memory', 'network'], horizonHours: 168 });
}

function findingOf({ findings }: ForecastResult, name: string, metric: ForecastMetric): ForecastFinding {
  return findings.find((finding) => finding.workload.name === name && finding.metric === metric)!;
}

/** All numbers of a forecast in one list. */
function numbersOf({ forecast: made }: ForecastFinding): readonly number[] {
  return [...made!.mean, ...made!.intervals.flatMap(({ low, high }) => [...low, ...high])];
}

function assertMeasurable(finding: ForecastFinding): void {
  assert.ok(finding.forecast, `${finding.metric}: ${JSON.stringify(finding.refusal)}`);
  for (const value of numbersOf(finding)) assert.ok(Number.isFinite(value) && value >= 0, `${finding.metric}: ${value}`);
}

/** As it is kept: means are rounded to half a per cent. */
function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 0.005 * expected, `${actual} is not near ${expected}`);
}

/** Busy by day; multiples of a power of two, so that sums in any order are the same. */
function cores(hoursAgo: number): number {
  const ofDay = (((24 - hoursAgo) % 24) + 24) % 24;
  return (64 + (ofDay >= 8 && ofDay < 18 ? 128 : 0) + ((hoursAgo * 7) % 13)) / 1024;
}

const STEP_MS = 900_000;

/** Of one pod of web; `hours` counts back from the hour that is going on. */
function samplesOf(name: string, hours: number): readonly Sample[] {
  return Array.from({ length: (hours * HOUR_MS) / STEP_MS }, (_, step): Sample => {
    const atMs = ORIGIN - hours * HOUR_MS + step * STEP_MS;
    return {
      atMs,
      namespace: 'shop',
      workloadKind: 'Deployment',
      workloadName: name,
      pod: `${name}-0`,
      container: 'app',
      app: true,
      source: 'test',
      cpuCores: cores(hoursAgoOf(atMs)),
      memoryBytes: 2 ** 28,
      networkBytesPerSecond: Number.NaN,
      requests: Number.NaN,
      windowSeconds: STEP_MS / 1000,
    };
  });
}

function hoursAgoOf(atMs: number): number {
  return Math.ceil((ORIGIN - atMs) / HOUR_MS);
}

async function fromHistory(...appended: readonly (readonly Sample[])[]): Promise<ForecastResult> {
  const directory = temporaryFolder();
  const { uid } = (
    (await simulatedClient().getJson('/api/v1/namespaces/kube-system', { source: 'identity' })) as {
      readonly metadata: { readonly uid: string };
    }
  ).metadata;
  const history = openHistory({ directory, clusterId: uid, runtime: testRuntime({ random: Math.random }) });
  for (const samples of appended) await history.append(samples);
  await history.close();
  return forecast({ demoHistory: directory });
}

const DAYS_6 = 144;

const own = suite('forecasts from an own history with bad samples');

let clean: ForecastResult;

own.before(async () => {
  clean = await fromHistory(samplesOf('web', DAYS_6));
});

own('a clean history is forecast, so that the others can be compared with it', () => {
  const finding = findingOf(clean, 'web', 'cpu');
  assert.equal([finding.measuredHours, finding.notes], [DAYS_6, []]);
  assertMeasurable(finding);
  assertNear(finding.now!, cores(1));
});

own('samples in reverse order, and all of them twice, make the same forecast, bit for bit', async () => {
  const samples = samplesOf('web', DAYS_6);
  for (const appended of [[samples.toReversed()], [samples, samples.toReversed()], [samples.slice(200), samples.slice(0, 300)]]) {
    const finding = findingOf(await fromHistory(...appended), 'web', 'cpu');
    assert.equal(numbersOf(finding), numbersOf(findingOf(clean, 'web', 'cpu')));
    assert.is(finding.measuredHours, DAYS_6);
  }
});

own('what is no number is not there: the rest of its hour counts, and an hour without any is a gap', async () => {
  const holes = samplesOf('web', DAYS_6).map((sample) => {
    const hoursAgo = hoursAgoOf(sample.atMs);
    const gone = hoursAgo === 50 || (hoursAgo % 10 === 3 && sample.atMs % HOUR_MS === 0);
    return gone ? { ...sample, cpuCores: Number.NaN } : sample;
  });
  const finding = findingOf(await fromHistory(holes), 'web', 'cpu');
  assert.equal([finding.measuredHours, finding.notes], [DAYS_6 - 1, []]);
  assert.ok(Number.isNaN(finding.history.mean.at(-50)!));
  assertNear(finding.history.mean.at(-53)!, cores(53));
  assertMeasurable(finding);
});

own(
  'hours of negative samples are left out and told, as infinite ones are left out, and the forecast is that of a gap there',
  async () => {
    const changed = (value: (hoursAgo: number, sample: Sample) => number): readonly Sample[] =>
      samplesOf('web', DAYS_6).map((sample) => ({ ...sample, cpuCores: value(hoursAgoOf(sample.atMs), sample) }));
    const bad = (hoursAgo: number): boolean => hoursAgo >= 30 && hoursAgo < 34;
    const gap = await fromHistory(changed((hoursAgo, { cpuCores }) => (bad(hoursAgo) ? Number.NaN : cpuCores)));
    for (const wrong of [-0.5, Number.POSITIVE_INFINITY]) {
      const finding = findingOf(
        await fromHistory(changed((hoursAgo, { cpuCores }) => (bad(hoursAgo) ? wrong : cpuCores))),
        'web',
        'cpu',
      );
      assert.is(finding.measuredHours, DAYS_6 - 4, String(wrong));
      // What is infinite has no mean to keep.
      assert.equal(finding.notes, wrong < 0 ? ['4 h with negative or infinite values left out'] : []);
      assert.equal(numbersOf(finding), numbersOf(findingOf(gap, 'web', 'cpu')), String(wrong));
    }
  },
);

own('bad samples do not count towards the three days: 75 hours of which 4 are negative are refused with 71', async () => {
  const samples = samplesOf('web', 75).map((sample) => (hoursAgoOf(sample.atMs) > 71 ? { ...sample, cpuCores: -1 } : sample));
  const finding = findingOf(await fromHistory(samples), 'web', 'cpu');
  assert.equal(finding.refusal, { metric: 'cpu', hours: 71, requiredHours: 72 });
  assert.is(finding.forecast, undefined);
});

own('each workload is refused with what there is of it, and the others are forecast all the same', async () => {
  const result = await fromHistory(
    samplesOf('web', DAYS_6),
    samplesOf('cart', 31),
    samplesOf('catalog', 71),
    samplesOf('voucher-api', 72),
  );
  const told = ['web', 'cart', 'catalog', 'voucher-api', 'recommender'].map((name) => {
    const { forecast: made, refusal, scaling } = findingOf(result, name, 'cpu');
    return [name, made !== undefined, refusal?.hours, scaling.reason === 'nothing is forecast for it'];
  });
  assert.equal(told, [
    ['web', true, undefined, false],
    ['cart', false, 31, true],
    ['catalog', false, 71, true],
    ['voucher-api', true, undefined, false],
    ['recommender', false, 0, true],
  ]);
});

own.run();

const STEP = 120_000;
const DAYS = 5;

interface Pod {
  readonly metadata: { readonly name: string };
}

/** Names of the pods of a workload of the simulated cluster, in its namespace. */
async function podsOf(workload: string): Promise<readonly string[]> {
  const { items } = (await simulatedClient().getJson('/api/v1/namespaces/shop/pods', { source: 'pods' })) as {
    readonly items: readonly Pod[];
  };
  return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(`${workload}-`));
}

/** A counter that is set back at the given instants, as those of a container that is restarted. */
function counter(labels: Readonly<Record<string, string>>, rate: (ms: number) => number, resets: readonly number[]): TestSeries {
  let total = 0;
  return {
    labels,
    at: (ms) => {
      if (resets.includes(ms)) total = 0;
      total += (rate(ms) * STEP) / 1000;
      return total;
    },
  };
}

for (const engine of ENGINES) {
  if (engine.program === undefined) {
    skip(`forecasts from ${engine.name} with bad samples`, `${engine.name} is not on this machine`);
    continue;
  }
  const test = suite(`forecasts from ${engine.name} with bad samples`);
  let running: RunningEngine;
  let result: ForecastResult;

  test.before(async () => {
    const pods = await podsOf('cart');
    const series = pods.flatMap((pod, replica) =>
      // Each container is scraped by two jobs.
      ['kubelet', 'cadvisor'].flatMap((job): readonly TestSeries[] => {
        const whole = { job, metrics_path: '/metrics/cadvisor', instance: '10.0.0.1:10250', namespace: 'shop', pod };
        const one = { ...whole, container: 'app', image: 'registry.example/cart:1', id: `/kubepods/${pod}/app` };
        // The second pod's container was restarted twice, one of them in the middle of an hour.
        const resets = replica === 1 ? [ORIGIN - 45 * HOUR_MS, ORIGIN - 27 * HOUR_MS + 15 * STEP] : [];
        return [
          counter({ ...one, __name__: 'container_cpu_usage_seconds_total' }, (ms) => cores(hoursAgoOf(ms - STEP)), resets),
          { labels: { ...one, __name__: 'container_memory_working_set_bytes' }, at: memory },
        ];
      }),
    );
    const toMs = Math.floor(SIMULATED_NOW_MS / STEP) * STEP;
    running = await startFilled(engine, series, { fromMs: ORIGIN - DAYS * 24 * HOUR_MS, toMs, stepMs: STEP });
    result = await forecast({ history: false, prometheus: { url: running.url, headers: [], enabled: true } });
  });
  test.after(() => running.stop());

  test('a counter that is set back, and one that is scraped twice, is the use that it was', () => {
    const finding = findingOf(result, 'cart', 'cpu');
    assertMeasurable(finding);
    assert.equal(finding.sources, ['prometheus']);
    for (const hoursAgo of [26, 27, 28, 44, 45, 46, 60]) {
      const mean = finding.history.mean.at(-hoursAgo)!;
      assert.ok(Math.abs(mean - 3 * cores(hoursAgo)) < 0.06 * 3 * cores(hoursAgo), `${hoursAgo} h ago: ${mean}`);
    }
  });

  test('hours of memory that is no number are gaps, and negative ones are left out and told', () => {
    const finding = findingOf(result, 'cart', 'memory');
    assertMeasurable(finding);
    const isGap = (hoursAgo: number): boolean => Number.isNaN(finding.history.mean.at(-hoursAgo)!);
    assert.equal([21, 22, 51, 52].map(isGap), [true, true, true, true]);
    assert.equal([18, 26, 48, 56].map(isGap), [false, false, false, false]);
    assert.match(finding.notes.join(), /^[1-3] h with negative or infinite values left out$/);
    for (const value of finding.history.mean) assert.ok(Number.isNaN(value) || value >= 0, String(value));
  });

  test('a workload that the server does not know is refused with no hours at all, beside the others', () => {
    assert.equal(findingOf(result, 'web', 'cpu').refusal, { metric: 'cpu', hours: 0, requiredHours: 72 });
  });

  test.run();
}

/** No number for four hours, and below nothing for two whole ones two days ago. */
function memory(ms: number): number {
  const hoursAgo = hoursAgoOf(ms);
  if (hoursAgo >= 20 && hoursAgo < 24) return Number.NaN;
  return hoursAgo >= 50 && hoursAgo < 54 ? -(2 ** 20) : 2 ** 28 + hoursAgo * 2 ** 16;
}
