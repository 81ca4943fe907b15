/** Use by the hour, of whole workloads, from a real Prometheus and a real VictoriaMetrics. */

import { collectPrometheusHours, type PrometheusAnswer } from '../../lib/collect/prometheus/collect.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import type { HoursEvidence, SlotGrid, SlotValues, WorkloadHours } from '../../lib/types/usage.ts';
import { assert, skip, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { ENGINES, type Engine, type RunningEngine, startFilled } from './engines.ts';
import type { TestSeries } from './remote-write.ts';
import { workload } from './workload.ts';

const STEP = 120_000;
const HOUR = 3_600_000;
/** The hour that is going on begins here. */
const ORIGIN = Math.floor(Date.now() / HOUR) * HOUR;
const NOW = Math.floor(Date.now() / STEP) * STEP;
/** More than one query's part of the month. */
const DAYS = 11;
const FROM = ORIGIN - DAYS * 24 * HOUR;
const GRID: SlotGrid = { startMs: ORIGIN - 720 * HOUR, slotSeconds: 3600, slots: 720 };

type At = (ms: number) => number | undefined;

function counter(labels: Record<string, string>, rate: At): TestSeries {
  let total = 0;
  return {
    labels,
    at: (ms) => {
      const perSecond = rate(ms);
      if (perSecond === undefined) return undefined;
      total += (perSecond * STEP) / 1000;
      return total;
    },
  };
}

interface PodSeries {
  readonly pod: string;
  readonly container?: string;
  readonly job?: string;
  readonly cpu: At;
  readonly memory: At;
  readonly network?: At;
}

function podSeries({ pod, container = 'main', job = 'kubelet', cpu, memory, network }: PodSeries): readonly TestSeries[] {
  const whole = { job, metrics_path: '/metrics/cadvisor', instance: '10.0.0.1:10250', namespace: 'shop', pod };
  const one = { ...whole, container, image: 'registry.example/main:1', id: `/kubepods/${pod}/${container}` };
  return [
    counter({ ...one, __name__: 'container_cpu_usage_seconds_total' }, cpu),
    { labels: { ...one, __name__: 'container_memory_working_set_bytes' }, at: memory },
    ...(network
      ? [
          counter({ ...whole, __name__: 'container_network_receive_bytes_total', interface: 'eth0' }, network),
          counter({ ...whole, __name__: 'container_network_transmit_bytes_total', interface: 'eth0' }, network),
          counter({ ...whole, __name__: 'container_network_receive_bytes_total', interface: 'lo' }, () => 1e6),
        ]
      : []),
  ];
}

/** A rollout in the middle of an hour, ten hours ago. */
const ROLLOUT = ORIGIN - 9.5 * HOUR;
const before =
  (value: number): At =>
  (ms) =>
    ms < ROLLOUT ? value : undefined;
const after =
  (value: number): At =>
  (ms) =>
    ms >= ROLLOUT ? value : undefined;
/** Six minutes within the hour that began 20 hours ago. */
const burst: At = (ms) => (ms > ORIGIN - 19.6 * HOUR && ms <= ORIGIN - 19.5 * HOUR ? 2 : 0.1);

/** Nobody sampled it for five hours, while it went on counting. */
const HOLE = { from: ORIGIN - 30.5 * HOUR, to: ORIGIN - 25.5 * HOUR };
const unseen =
  (rate: number): At =>
  (ms) => {
    if (ms > HOLE.from && ms < HOLE.to) return undefined;
    return ms === HOLE.to ? (rate * (HOLE.to - HOLE.from)) / STEP : rate;
  };

const SERIES: readonly TestSeries[] = [
  ...podSeries({ pod: 'unseen-0', cpu: unseen(0.1), memory: () => 1e7, network: unseen(100) }),
  ...podSeries({ pod: 'web-6d4cf56db6-x7k2p', cpu: before(0.2), memory: before(1e8), network: () => 100 }),
  ...podSeries({ pod: 'web-77b9fdc8d5-zzzzz', cpu: after(0.2), memory: after(1e8) }),
  ...podSeries({ pod: 'web-77b9fdc8d5-bbbbb', cpu: burst, memory: () => 5e7, network: () => 50 }),
  ...podSeries({ pod: 'web-77b9fdc8d5-bbbbb', container: 'istio-proxy', cpu: () => 0.03, memory: () => 1e7 }),
  // The same container scraped by two jobs.
  ...podSeries({ pod: 'web-77b9fdc8d5-bbbbb', job: 'cadvisor', cpu: burst, memory: () => 5e7, network: () => 50 }),
  // A Deployment and a StatefulSet of the same name: asked for pod by pod.
  ...podSeries({ pod: 'api-5f6d7c8b9-ccccc', cpu: () => 0.3, memory: () => 3e7 }),
  ...podSeries({ pod: 'api-5f6d7c8b9-fffff', cpu: () => 0.4, memory: () => 4e7 }),
  ...podSeries({ pod: 'api-0', cpu: () => 0.6, memory: () => 6e7 }),
  ...podSeries({ pod: 'agent-h4x9z', cpu: () => 0.01, memory: () => 1e7, network: () => 9e5 }),
];

/** A volume that fills by a gibibyte a day, one that nobody mounts, and one of a claim of the same name elsewhere. */
const GIBIBYTE = 2 ** 30;
const VOLUMES: readonly TestSeries[] = [
  ...volume('shop', 'data-api-0', 20 * GIBIBYTE, (ms) => (2 + (ms - FROM) / (24 * HOUR)) * GIBIBYTE),
  ...volume('shop', 'stray', GIBIBYTE, () => 1),
  ...volume('other', 'data-api-0', GIBIBYTE, () => 1),
];

function volume(namespace: string, persistentvolumeclaim: string, capacity: number, used: At): readonly TestSeries[] {
  const labels = { job: 'kubelet', metrics_path: '/metrics', instance: '10.0.0.1:10250', namespace, persistentvolumeclaim };
  return [
    { labels: { ...labels, __name__: 'kubelet_volume_stats_used_bytes' }, at: used },
    { labels: { ...labels, __name__: 'kubelet_volume_stats_capacity_bytes' }, at: () => capacity },
  ];
}

const stateful = workload({ name: 'api', kind: 'StatefulSet', pods: ['api-0'] });

const WORKLOADS = [
  workload({
    name: 'web',
    pods: ['web-77b9fdc8d5-zzzzz', 'web-77b9fdc8d5-bbbbb'],
    containers: [{ name: 'main' }, { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.29' }],
  }),
  workload({ name: 'api', pods: ['api-5f6d7c8b9-ccccc', 'api-5f6d7c8b9-fffff'] }),
  { ...stateful, pods: stateful.pods.map((pod) => ({ ...pod, volumeClaims: ['data-api-0'] })) },
  workload({ name: 'unseen', kind: 'StatefulSet', pods: ['unseen-0'] }),
  workload({ name: 'agent', kind: 'DaemonSet', pods: ['agent-h4x9z'], hostNetwork: true }),
];

for (const engine of ENGINES) against(engine);

function against(engine: Engine): void {
  if (engine.program === undefined) {
    skip(`hours from ${engine.name}`, `${engine.name} is not on this machine, and the test cluster's programs are not built`);
    return;
  }
  const test = suite(`hours from ${engine.name}`);
  let running: RunningEngine;
  let told: PrometheusAnswer<HoursEvidence>;
  test.before(async () => {
    running = await startFilled(engine, [...SERIES, ...VOLUMES], { fromMs: FROM, toMs: NOW, stepMs: STEP });
    told = await ask(running.url);
  });
  test.after(() => running.stop());

  const of = (key: string): WorkloadHours => {
    const found = told.evidence.get(key)?.hours;
    assert.ok(found, `nothing about ${key}: ${JSON.stringify(told.reports)}`);
    return found!;
  };

  test('says what it found, in few queries', () => {
    assert.match(told.reports[0]?.gave ?? '', /use of 5 of 5 workloads by the hour; \d+ queries/);
    assert.is(told.reports[0]?.state, 'used');
    assert.ok(Number(/(\d+) queries/.exec(told.reports[0]!.gave!)![1]) < 40, told.reports[0]?.gave);
  });

  test('pods are summed, sidecars among them, and what two jobs scrape counts once', () => {
    const web = of('shop/Deployment/web');
    near(at(web.cpuMeanCores, 5), 0.2 + 0.1 + 0.03);
    near(at(web.memoryMeanBytes, 5), 1e8 + 5e7 + 1e7);
    near(at(web.networkMeanBytesPerSecond, 5), 2 * (100 + 50));
  });

  test('hours reach back as far as there are samples, across all parts, and end where the hour that is going on begins', () => {
    const { cpuMeanCores, grid } = of('shop/Deployment/web');
    assert.is(grid.startMs + grid.slots * HOUR, ORIGIN);
    const measured = cpuMeanCores!.filter((value) => !Number.isNaN(value)).length;
    assert.ok(measured >= DAYS * 24 - 1 && measured <= DAYS * 24 + 1, `${measured} of ${DAYS * 24}`);
    for (let back = 1; back < DAYS * 24 - 1; back++) assert.ok(at(cpuMeanCores, back) > 0.29, `${back} hours ago`);
  });

  test('a rollout within an hour does not double it: each pod counts for the part that it lived', () => {
    const web = of('shop/Deployment/web');
    near(at(web.cpuMeanCores, 10), 0.33, 0.08);
    near(at(web.memoryMeanBytes, 10), 1.6e8, 0.08);
  });

  test('what was used in a hole is not in the hour after it', () => {
    const { cpuMeanCores, cpuPeakCores, networkMeanBytesPerSecond } = of('shop/StatefulSet/unseen');
    assert.ok(Number.isNaN(at(cpuMeanCores, 28)), String(at(cpuMeanCores, 28)));
    near(at(cpuMeanCores, 26), 0.05, 0.1);
    near(at(networkMeanBytesPerSecond, 26), 100, 0.1);
    near(at(cpuPeakCores, 26), 0.1);
    near(at(cpuMeanCores, 25), 0.1);
  });

  test('a burst within an hour is in its mean by its length, and in its peak by its height', () => {
    const web = of('shop/Deployment/web');
    near(at(web.cpuMeanCores, 20), 0.2 + 0.03 + 0.1 * 0.9 + 2 * 0.1, 0.1);
    // Samples are two minutes apart, so that peaks are of a quarter of an hour.
    assert.ok(at(web.cpuPeakCores, 20) > 0.9, String(at(web.cpuPeakCores, 20)));
    near(at(web.cpuPeakCores, 22), 0.33);
    near(at(web.memoryPeakBytes, 5), 1.6e8);
  });

  test('workloads whose pods cannot be told by name are summed pod by pod', () => {
    near(at(of('shop/Deployment/api').cpuMeanCores, 5), 0.7);
    near(at(of('shop/StatefulSet/api').cpuMeanCores, 5), 0.6);
    near(at(of('shop/Deployment/api').memoryMeanBytes, 5), 7e7);
  });

  test('the network of a pod on its host network is not its own', () => {
    near(at(of('shop/DaemonSet/agent').cpuMeanCores, 5), 0.01);
    assert.is(of('shop/DaemonSet/agent').networkMeanBytesPerSecond, undefined);
  });

  test('how full a mounted volume was, day by day, and how much it takes', () => {
    const volumes = [...told.evidence].flatMap(([key, { volumes }]) => volumes.map((each) => ({ key, ...each })));
    assert.equal(
      volumes.map(({ key, claim, capacityBytes }) => [key, claim, capacityBytes]),
      [['shop/StatefulSet/api', 'data-api-0', 20 * GIBIBYTE]],
    );
    const [{ usedPeakBytes, grid }] = volumes as [(typeof volumes)[number]];
    assert.is(grid.slots, 30);
    near(usedPeakBytes.at(-1)!, (2 + DAYS) * GIBIBYTE);
    near(usedPeakBytes.at(-2)!, (1 + DAYS) * GIBIBYTE);
    assert.ok(Number.isNaN(usedPeakBytes[0]!));
  });

  test.run();
}

function ask(url: string): Promise<PrometheusAnswer<HoursEvidence>> {
  // With a URL the cluster is not asked.
  const client = {} as KubeClient;
  return collectPrometheusHours(client, { url, headers: [], enabled: true }, WORKLOADS, {
    nowMs: NOW,
    settings: { windowSeconds: 86_400, earlierUseSeconds: 14 * 86_400, sidecars: [] },
    sizing: false,
    signal: new AbortController().signal,
    progress: () => undefined,
    runtime: testRuntime(),
    grid: GRID,
  });
}

/** The hour that began so many hours before the one that is going on. */
function at(values: SlotValues | undefined, hoursBack: number): number {
  assert.ok(values, 'no values');
  return values![GRID.slots - hoursBack]!;
}

function near(actual: number, expected: number, tolerance = 0.02): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * expected, `${actual} is not near ${expected}`);
}
