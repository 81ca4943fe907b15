/** What is asked of a real Prometheus and a real VictoriaMetrics, and what is made of their answers. */

import { collectPrometheus, type PrometheusEvidence } from '../../lib/collect/prometheus/collect.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import type { SlotGrid, SlotValues, UsageEvidence } from '../../lib/types/usage.ts';
import { assert, skip, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { ENGINES, type Engine, type RunningEngine, startFilled } from './engines.ts';
import type { TestSeries } from './remote-write.ts';
import { workload } from './workload.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const FROM = NOW - 48 * HOUR;

const CADVISOR = { job: 'kubelet', metrics_path: '/metrics/cadvisor', instance: '10.0.0.1:10250' };

/** A counter that grows by a rate per second, which may depend on the time; it starts over where `resetAt` says. */
function counter(labels: Record<string, string>, rate: (ms: number) => number | undefined, resetAt?: number): TestSeries {
  let total = 0;
  return {
    labels,
    at: (ms) => {
      const perSecond = rate(ms);
      if (perSecond === undefined) return undefined;
      if (resetAt !== undefined && ms >= resetAt && ms < resetAt + MINUTE) total = 0;
      total += perSecond * 60;
      return total;
    },
  };
}

function gauge(labels: Record<string, string>, at: (ms: number) => number | undefined): TestSeries {
  return { labels, at };
}

/** A counter of events at given instants; `since`: the series appears only then. */
function events(labels: Record<string, string>, at: readonly number[], since = FROM): TestSeries {
  return { labels, at: (ms) => (ms < since ? undefined : at.filter((event) => event <= ms).length) };
}

interface PodSeries {
  readonly pod: string;
  readonly namespace?: string;
  readonly cpu: (ms: number) => number | undefined;
  readonly network?: (ms: number) => number | undefined;
  readonly memory?: (ms: number) => number | undefined;
  readonly container?: string;
  readonly job?: string;
  readonly extra?: Record<string, string>;
  readonly resetAt?: number;
}

function podSeries(parts: PodSeries): readonly TestSeries[] {
  const { pod, namespace = 'shop', container = 'main', memory = () => 1e8 } = parts;
  const whole = { ...CADVISOR, ...(parts.job && { job: parts.job }), namespace, pod, ...parts.extra };
  const one = { ...whole, container, image: 'registry.example/main:1', id: `/kubepods/${pod}/${container}` };
  const { network } = parts;
  return [
    counter({ ...one, __name__: 'container_cpu_usage_seconds_total', cpu: 'total' }, parts.cpu, parts.resetAt),
    // The pod's own cgroup, which must not be counted beside its containers.
    counter({ ...whole, __name__: 'container_cpu_usage_seconds_total', id: `/kubepods/${pod}` }, parts.cpu, parts.resetAt),
    gauge({ ...one, __name__: 'container_memory_working_set_bytes' }, memory),
    ...(network
      ? [
          counter({ ...whole, __name__: 'container_network_receive_bytes_total', interface: 'eth0' }, network),
          counter({ ...whole, __name__: 'container_network_transmit_bytes_total', interface: 'eth0' }, (ms) => {
            const received = network(ms);
            return received === undefined ? undefined : 2 * received;
          }),
          counter({ ...whole, __name__: 'container_network_receive_bytes_total', interface: 'lo' }, () => 1e6),
        ]
      : []),
  ];
}

function between(ms: number, fromHoursAgo: number, toHoursAgo: number): boolean {
  return ms > NOW - fromHoursAgo * HOUR && ms <= NOW - toHoursAgo * HOUR;
}

/** A rate whose samples come every two minutes: `counter` takes each for that of one. */
function everyOther(rate: number): (ms: number) => number | undefined {
  return (ms) => (Math.round(ms / MINUTE) % 2 === 0 ? 2 * rate : undefined);
}

/** Starts at every distance from the points that rates are taken at. */
const YOUNG = [0, 1, 2, 3, 4].map((minutes) => ({
  name: `young${minutes}`,
  pod: `young${minutes}-0`,
  startMs: NOW - 30 * HOUR + minutes * MINUTE,
}));

const SERIES: readonly TestSeries[] = [
  ...podSeries({ pod: 'web-6d4cf56db6-x7k2p', cpu: () => 0.02, network: () => 100 }),
  ...podSeries({ pod: 'web-6d4cf56db6-x7k2p', container: 'istio-proxy', cpu: () => 0.5 }),
  ...podSeries({ pod: 'web-6d4cf56db6-x7k2p', container: 'logger', cpu: () => 0.4 }),
  ...podSeries({
    pod: 'web-6d4cf56db6-bbbbb',
    cpu: () => 0.05,
    resetAt: NOW - 5 * HOUR,
    network: (ms) => (between(ms, 10, 9.9) ? 5000 : 100),
    memory: (ms) => (between(ms, 3, 0) && Math.round(ms / MINUTE) % 2 === 0 ? 0.9e8 : 1e8),
  }),
  // A pod that is gone and was replaced.
  ...podSeries({ pod: 'web-77b9fdc8d5-zzzzz', cpu: (ms) => (between(ms, 48, 30) ? 0.9 : undefined) }),
  // The same pod scraped by two jobs.
  ...podSeries({ pod: 'db-0', cpu: (ms) => (between(ms, 6, 4) ? undefined : 0.1), network: () => 50 }),
  ...podSeries({ pod: 'db-0', job: 'cadvisor', cpu: (ms) => (between(ms, 6, 4) ? undefined : 0.1), network: () => 50 }),
  // A Deployment and a StatefulSet of the same name.
  ...podSeries({ pod: 'api-5f6d7c8b9-ccccc', cpu: () => 0.3 }),
  ...podSeries({ pod: 'api-0', cpu: () => 0.6 }),
  // Held at its CPU limit in a fifth of its periods.
  ...[
    ['container_cpu_cfs_periods_total', 10],
    ['container_cpu_cfs_throttled_periods_total', 2],
  ].map(([name, perSecond]) =>
    counter({ __name__: String(name), job: 'kubelet', namespace: 'shop', pod: 'api-0', container: 'main' }, () =>
      Number(perSecond),
    ),
  ),
  // Its app has the name that a sidecar has elsewhere.
  ...podSeries({ pod: 'collector-7b9c-ddddd', container: 'logger', cpu: () => 0.7 }),
  ...podSeries({ pod: 'agent-h4x9z', cpu: () => 0.01, network: () => 9e5 }),
  // Pods that began one after another, each twice as busy in its first minute: as noise may have it.
  ...YOUNG.flatMap(({ pod, startMs }) => {
    const busyAtFirst = (usual: number) => (ms: number) =>
      ms < startMs ? undefined : ms <= startMs + MINUTE ? 2 * usual : usual;
    return podSeries({ pod, cpu: busyAtFirst(0.1), network: busyAtFirst(100) });
  }),
  // A pod that is sampled half as often as the others.
  ...podSeries({ pod: 'slow-0', cpu: everyOther(0.1), network: everyOther(100) }),
  // Another cluster in the same server, labelled the old way.
  ...podSeries({ pod: 'unused', cpu: () => 0.8 }).map(({ labels: { pod = '', container = '', ...labels }, at }) => ({
    labels: { ...labels, pod_name: 'web-6d4cf56db6-x7k2p', ...(container && { container_name: container }), cluster: 'old' },
    at,
  })),
  // An ingress that serves web: seven requests three hours ago, and a first error two hours ago.
  gauge({ __name__: 'up', job: 'ingress', instance: '10.1.0.9:10254', namespace: 'ingress-nginx', pod: 'ingress-0' }, () => 1),
  events(nginx('web', '200'), Array(7).fill(NOW - 2.9 * HOUR)),
  events(nginx('web', '500'), [NOW - 1.9 * HOUR], NOW - 1.9 * HOUR),
  events(nginx('other', '200'), [NOW - 1 * HOUR]),
  // db counts its own requests by path; its probe asks for /healthz.
  gauge({ __name__: 'up', ...DB() }, () => 1),
  gauge({ __name__: 'scrape_samples_scraped', ...DB() }, () => 500),
  counter({ __name__: 'http_requests_total', ...DB(), path: '/healthz', code: '200' }, () => 0.1),
  events({ __name__: 'http_requests_total', ...DB(), path: '/', code: '200' }, Array(3).fill(NOW - 29.5 * HOUR)),
  // The collector's counter tells no paths and never stands still: its probes are in it.
  counter(
    { __name__: 'http_requests_total', job: 'pods', instance: '10.1.0.5:80', namespace: 'shop', pod: 'collector-7b9c-ddddd' },
    () => 0.1,
  ),
];

function DB(): Record<string, string> {
  return { job: 'pods', instance: '10.1.0.2:8080', namespace: 'shop', pod: 'db-0' };
}

function nginx(service: string, status: string): Record<string, string> {
  return {
    __name__: 'nginx_ingress_controller_requests',
    job: 'ingress',
    instance: '10.1.0.9:10254',
    namespace: 'ingress-nginx',
    exported_namespace: 'shop',
    exported_service: service,
    status,
  };
}

const SIDECARS = [
  { name: 'main' },
  { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.29' },
  { name: 'logger', image: 'fluent/fluent-bit:4' },
];

const WORKLOADS = [
  workload({ name: 'web', pods: ['web-6d4cf56db6-x7k2p', 'web-6d4cf56db6-bbbbb'], containers: SIDECARS, services: ['web'] }),
  workload({
    name: 'db',
    kind: 'StatefulSet',
    pods: ['db-0'],
    probes: [{ type: 'liveness', handler: 'http', periodSeconds: 10, path: '/healthz' }],
  }),
  workload({ name: 'api', pods: ['api-5f6d7c8b9-ccccc'] }),
  workload({ name: 'api', kind: 'StatefulSet', pods: ['api-0'] }),
  workload({ name: 'collector', pods: ['collector-7b9c-ddddd'], containers: [{ name: 'logger' }] }),
  ...YOUNG.map(({ name, pod }) => workload({ name, kind: 'StatefulSet', pods: [pod] })),
  workload({ name: 'slow', kind: 'StatefulSet', pods: ['slow-0'] }),
  workload({ name: 'agent', kind: 'DaemonSet', pods: ['agent-h4x9z'], hostNetwork: true }),
];

for (const engine of ENGINES) against(engine);

function against(engine: Engine): void {
  if (engine.program === undefined) {
    skip(`collect from ${engine.name}`, `${engine.name} is not on this machine, and the test cluster's programs are not built`);
    return;
  }
  const test = suite(`collect from ${engine.name}`);
  let running: RunningEngine;
  let told: PrometheusEvidence;
  test.before(async () => {
    running = await startFilled(engine, SERIES, { fromMs: FROM, toMs: NOW, stepMs: MINUTE });
    told = await ask(running.url, true);
  });
  test.after(() => running.stop());

  const of = (key: string): UsageEvidence => {
    const found = told.evidence.get(key);
    assert.ok(found, `nothing about ${key}: ${JSON.stringify(told.reports)}`);
    return found!;
  };

  test('says what it found and how often it samples', () => {
    assert.is(told.reports.length, 1);
    assert.match(told.reports[0]?.gave ?? '', /use of 12 of 12 workloads, sampled every 60 s/);
    assert.match(told.reports[0]?.gave ?? '', /nginx_ingress_controller_requests, http_requests_total/);
  });

  test('a workload is as busy as its busiest replica, sidecars and loop-back left out', () => {
    const { cpuPeakCores, networkPeakBytesPerSecond, grid } = of('shop/Deployment/web').usage[0]!;
    assert.is(grid.startMs + grid.slots * grid.slotSeconds * 1000, NOW);
    near(at(cpuPeakCores, grid, NOW - HOUR), 0.05);
    near(at(networkPeakBytesPerSecond, grid, NOW - HOUR), 300);
  });

  test('a counter that starts over is no use', () => {
    const { cpuPeakCores, grid } = of('shop/Deployment/web').usage[0]!;
    for (let minutes = 330; minutes > 270; minutes -= 5) {
      assert.ok(at(cpuPeakCores, grid, NOW - minutes * MINUTE) < 0.07, `${minutes} minutes ago`);
    }
  });

  test('a burst of six minutes is seen in its slot and nowhere else', () => {
    const { networkPeakBytesPerSecond: peak, networkMedianBytesPerSecond: median, grid } = of('shop/Deployment/web').usage[0]!;
    near(Math.max(at(peak, grid, NOW - 9.95 * HOUR), at(peak, grid, NOW - 9.9 * HOUR)), 15_000, 0.2);
    near(at(peak, grid, NOW - 11 * HOUR), 300);
    near(at(peak, grid, NOW - 9 * HOUR), 300);
    assert.equal(median, peak);
  });

  test('memory: the peak, and how far it moves', () => {
    const { memoryPeakBytes, memoryMovement, grid } = of('shop/Deployment/web').usage[0]!;
    near(at(memoryPeakBytes, grid, NOW - HOUR), 1e8);
    near(at(memoryMovement, grid, NOW - HOUR), 0.1);
    assert.is(at(memoryMovement, grid, NOW - 10 * HOUR), 0);
  });

  test('a pod that is gone counts for the workload whose name it had, in the hours before the window', () => {
    const { usage } = of('shop/Deployment/web');
    const earlier = usage.slice(1).find(({ grid }) => grid.startMs <= NOW - 35 * HOUR)!;
    assert.is(earlier.grid.slotSeconds, 3600);
    near(at(earlier.cpuPeakCores, earlier.grid, NOW - 35 * HOUR), 0.9);
    near(at(earlier.cpuPeakCores, earlier.grid, NOW - 25.5 * HOUR), 0.05);
    assert.is(usage[0]?.grid.startMs, usage[1]!.grid.startMs + usage[1]!.grid.slots * 3_600_000);
  });

  test('the first samples of a series are no peak: a rate rests on most of its range', () => {
    for (const { name } of YOUNG) {
      const earlier = of(`shop/StatefulSet/${name}`).usage.slice(1);
      const peak = (values: (usage: (typeof earlier)[number]) => SlotValues | undefined): number =>
        Math.max(...earlier.flatMap((usage) => [...(values(usage) ?? [])]).filter((value) => !Number.isNaN(value)));
      const [cpu, network] = [peak((usage) => usage.cpuPeakCores), peak((usage) => usage.networkPeakBytesPerSecond)];
      assert.ok(cpu >= 0.099 && cpu < 0.155, `${name}: ${cpu} cores`);
      assert.ok(network >= 299 && network < 465, `${name}: ${network} bytes per second`);
    }
  });

  test('a pod that is sampled half as often as the others is seen at all times', () => {
    const { cpuPeakCores, networkPeakBytesPerSecond, grid } = of('shop/StatefulSet/slow').usage[0]!;
    for (let minutes = 60; minutes < 20 * 60; minutes += 5) {
      near(at(cpuPeakCores, grid, NOW - minutes * MINUTE), 0.1, 0.1);
      near(at(networkPeakBytesPerSecond, grid, NOW - minutes * MINUTE), 300, 0.1);
    }
  });

  test('what two jobs scrape counts once, and a gap stays a gap', () => {
    const { cpuPeakCores, networkPeakBytesPerSecond, grid } = of('shop/StatefulSet/db').usage[0]!;
    near(at(cpuPeakCores, grid, NOW - HOUR), 0.1);
    near(at(networkPeakBytesPerSecond, grid, NOW - HOUR), 150);
    assert.ok(Number.isNaN(at(cpuPeakCores, grid, NOW - 5 * HOUR)));
  });

  test('workloads whose pods cannot be told by name are asked for pod by pod', () => {
    const deployment = of('shop/Deployment/api').usage[0]!;
    near(at(deployment.cpuPeakCores, deployment.grid, NOW - HOUR), 0.3);
    const stateful = of('shop/StatefulSet/api').usage[0]!;
    near(at(stateful.cpuPeakCores, stateful.grid, NOW - HOUR), 0.6);
  });

  test('a container that is a sidecar elsewhere is the app where it is the app', () => {
    const { cpuPeakCores, grid } = of('shop/Deployment/collector').usage[0]!;
    near(at(cpuPeakCores, grid, NOW - HOUR), 0.7);
  });

  test('the network of a pod on its host network is not its own', () => {
    const { networkPeakBytesPerSecond, cpuPeakCores, grid } = of('shop/DaemonSet/agent').usage[0]!;
    near(at(cpuPeakCores, grid, NOW - HOUR), 0.01);
    assert.is(networkPeakBytesPerSecond, undefined);
  });

  test("an ingress' requests reach the workload behind the service, the first one of a new series too", () => {
    const [requests] = of('shop/Deployment/web').requests;
    assert.is(requests?.source, 'nginx_ingress_controller_requests');
    near(at(requests?.counts, requests!.grid, NOW - 2.9 * HOUR), 7, 0.1);
    near(at(requests?.counts, requests!.grid, NOW - 1.9 * HOUR), 1, 0.1);
    assert.is(at(requests?.counts, requests!.grid, NOW - 10 * HOUR), 0);
  });

  test("an app's own counter without its probes", () => {
    const [requests] = of('shop/StatefulSet/db').requests;
    assert.is(requests?.source, 'http_requests_total');
    near(at(requests?.counts, requests!.grid, NOW - 29.5 * HOUR), 3, 0.1);
    assert.is(at(requests?.counts, requests!.grid, NOW - 5 * HOUR), 0);
  });

  test('a counter that cannot tell probes from users is not used', () => {
    assert.equal(of('shop/Deployment/collector').requests, []);
  });

  test('which pods are scraped, and how much that moves', () => {
    assert.equal(of('shop/StatefulSet/db').scrape, { intervalSeconds: 60, bytesPerScrape: 50_000 });
    assert.is(of('shop/Deployment/web').scrape, undefined);
  });

  test('sizing: peaks and percentile of each container, sidecars too', () => {
    const { containers } = of('shop/Deployment/web');
    assert.equal(containers.map(({ container }) => container).toSorted(), ['istio-proxy', 'logger', 'main']);
    const main = containers.find(({ container }) => container === 'main')!;
    near(main.cpuPeakCores!, 0.9);
    assert.is(main.memoryPeakBytes, 1e8);
    near(containers.find(({ container }) => container === 'istio-proxy')?.cpuP99Cores ?? 0, 0.5);
    near(main.samples, 2880, 0.1);
  });

  test('sizing: how often a CPU limit held a container back', () => {
    near(of('shop/StatefulSet/api').containers[0]?.cpuThrottled ?? 0, 0.2);
    assert.is(of('shop/Deployment/web').containers[0]?.cpuThrottled, undefined);
  });

  test('sizing: the hours of each container, their highest and their mean', () => {
    const { hours } = of('shop/Deployment/web').containers.find(({ container }) => container === 'main')!;
    assert.is(hours?.grid.slots, 720);
    assert.is(hours!.grid.startMs + 720 * HOUR, NOW);
    const highest = (values: Float64Array | undefined): number => Math.max(...values!.filter((value) => !Number.isNaN(value)));
    near(highest(hours!.cpuPeakCores), 0.9);
    assert.is(highest(hours!.memoryPeakBytes), 1e8);
    for (const [mean, peak] of [
      [hours!.cpuMeanCores!, hours!.cpuPeakCores!],
      [hours!.memoryMeanBytes!, hours!.memoryPeakBytes!],
    ] as const) {
      assert.ok(mean.every((value, hour) => !(value > peak[hour]! * 1.05 + 1e-6)));
      // Two days of samples, and nothing before.
      near(mean.filter((value) => !Number.isNaN(value)).length, 48, 0.1);
    }
  });

  test('only the named cluster, however it is labelled', async () => {
    const old = await ask(running.url, false, { name: 'cluster', value: 'old' });
    const usage = old.evidence.get('shop/Deployment/web')?.usage[0];
    near(at(usage?.cpuPeakCores, usage!.grid, NOW - HOUR), 0.8);
    assert.is(old.evidence.size, 1);
    const none = await ask(running.url, false, { name: 'cluster', value: 'new' });
    assert.is(none.reports[0]?.state, 'partial');
    assert.match(none.reports[0]?.reason ?? '', /has no container_cpu_usage_seconds_total of pods with cluster="new"/);
  });

  test.run();
}

function ask(url: string, sizing: boolean, clusterLabel?: { name: string; value: string }): Promise<PrometheusEvidence> {
  // With a URL the cluster is not asked.
  const client = {} as KubeClient;
  return collectPrometheus(client, { url, headers: [], enabled: true, ...(clusterLabel && { clusterLabel }) }, WORKLOADS, {
    nowMs: NOW,
    settings: { windowSeconds: 86_400, earlierUseSeconds: 14 * 86_400, sidecars: [] },
    sizing,
    signal: new AbortController().signal,
    progress: () => undefined,
    runtime: testRuntime(),
  });
}

/** The value of the slot that holds an instant. */
function at(values: SlotValues | undefined, grid: SlotGrid, ms: number): number {
  assert.ok(values, 'no values');
  return values![Math.ceil((ms - grid.startMs) / (grid.slotSeconds * 1000)) - 1]!;
}

function near(actual: number, expected: number, tolerance = 0.02): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * expected, `${actual} is not near ${expected}`);
}
