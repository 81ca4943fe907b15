/** Use since the last look, container by container, from a real Prometheus and a real VictoriaMetrics. */

import { collectMoment, type PrometheusMoment } from '../../lib/collect/prometheus/moment.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { assert, skip, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { type At, containerSeries } from './container-series.ts';
import { ENGINES, type Engine, type RunningEngine, startFilled } from './engines.ts';
import type { TestSeries } from './remote-write.ts';
import { workload } from './workload.ts';

const SECOND = 1000;
const STEP = 15 * SECOND;
const NOW = Math.floor(Date.now() / STEP) * STEP;
const SINCE = NOW - 300 * SECOND;
const FROM = NOW - 3600 * SECOND;

const BUSY = 'web-6d4cf56db6-x7k2p';
const GONE = 'web-77b9fdc8d5-zzzzz';

/** `inside` from so many seconds ago to so many seconds ago, `outside` before and after. */
function between(from: number, to: number, inside: number | undefined, outside: number | undefined): At {
  return (ms) => (ms > NOW - from * SECOND && ms <= NOW - to * SECOND ? inside : outside);
}

const SERIES: readonly TestSeries[] = [
  {
    pod: BUSY,
    cpu: between(180, 120, 1.5, 0.2),
    memory: between(240, 210, 3e8, 1e8),
    network: between(180, 120, 5000, 100),
  },
  { pod: BUSY, container: 'istio-proxy', cpu: () => 0.05 },
  { pod: BUSY, container: 'setup', cpu: () => 0.3 },
  // Its counters start over, and another job scrapes it as well.
  { pod: 'web-6d4cf56db6-bbbbb', cpu: () => 0.1, network: () => 50, resetAt: NOW - 120 * SECOND },
  { pod: 'web-6d4cf56db6-bbbbb', cpu: () => 0.1, network: () => 50, job: 'cadvisor' },
  { pod: GONE, cpu: between(3600, 150, 0.4, undefined), network: () => 20 },
  { pod: 'web-77b9fdc8d5-vvvvv', cpu: between(3600, 1200, 0.9, undefined), network: () => 20 },
  { pod: 'report-5f6d7c8b9-ccccc', cpu: between(3600, 60, 0.7, undefined) },
  { pod: 'api-5f6d7c8b9-fffff', cpu: () => 0.3 },
  { pod: 'api-0', cpu: () => 0.6 },
  { pod: 'agent-h4x9z', cpu: () => 0.01, network: () => 9e5 },
  { pod: 'stranger-5f6d7c8b9-ddddd', cpu: () => 0.3 },
].flatMap((parts) => containerSeries(parts, STEP));

/** The app of db-0 counts by path: four requests of users within the interval, and a probe at every step. */
const DB = { job: 'pods', instance: '10.1.0.2:8080', namespace: 'shop', pod: 'db-0' };
const REQUESTS: readonly TestSeries[] = [
  ...containerSeries({ pod: 'db-0', cpu: () => 0.1, network: () => 10 }, STEP),
  { labels: { __name__: 'up', ...DB }, at: () => 1 },
  { labels: { __name__: 'http_requests_total', ...DB, path: '/healthz' }, at: (ms) => (ms - FROM) / STEP },
  { labels: { __name__: 'http_requests_total', ...DB, path: '/' }, at: (ms) => 500 + (ms > NOW - 150 * SECOND ? 4 : 0) },
  { labels: { __name__: 'up', ...DB, pod: 'api-0', instance: '10.1.0.3:8080' }, at: () => 1 },
  { labels: { __name__: 'http_requests_total', ...DB, pod: 'api-0', instance: '10.1.0.3:8080' }, at: (ms) => (ms - FROM) / STEP },
];

const WORKLOADS = [
  workload({
    name: 'web',
    pods: [BUSY, 'web-6d4cf56db6-bbbbb'],
    containers: [
      { name: 'main' },
      { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.29' },
      { name: 'setup', role: 'init' },
    ],
  }),
  workload({ name: 'report', pods: [] }),
  workload({ name: 'db', kind: 'StatefulSet', pods: ['db-0'] }),
  workload({ name: 'api', pods: ['api-5f6d7c8b9-fffff'] }),
  workload({ name: 'api', kind: 'StatefulSet', pods: ['api-0'] }),
  workload({ name: 'agent', kind: 'DaemonSet', pods: ['agent-h4x9z'], hostNetwork: true }),
];

for (const engine of ENGINES) against(engine);

function against(engine: Engine): void {
  if (engine.program === undefined) {
    skip(`moments from ${engine.name}`, `${engine.name} is not on this machine, and the test cluster's programs are not built`);
    return;
  }
  const test = suite(`moments from ${engine.name}`);
  let running: RunningEngine;
  let told: PrometheusMoment;
  test.before(async () => {
    running = await startFilled(engine, [...SERIES, ...REQUESTS], { fromMs: FROM, toMs: NOW, stepMs: STEP });
    told = await ask(running.url, SINCE);
  });
  test.after(() => running.stop());

  const of = (pod: string, container: string): Sample => {
    const found = told.samples.filter((sample) => sample.pod === pod && sample.container === container);
    assert.is(found.length, 1, `${found.length} rows of ${pod}/${container}: ${JSON.stringify(told.reports)}`);
    return found[0]!;
  };

  test('says what it found, in few queries', () => {
    assert.is(told.reports.length, 1);
    assert.is(told.reports[0]?.state, 'used', JSON.stringify(told.reports));
    assert.match(told.reports[0]?.gave ?? '', /use of 8 pods within 300 s, sampled every 15 s; (1|2)\d queries/);
  });

  test('a row of each container and of the network of each pod, at the instant of the look', () => {
    assert.equal(
      told.samples
        .map(({ workloadKind, workloadName, pod, container }) => `${workloadKind}/${workloadName} ${pod} ${container}`)
        .toSorted(),
      [
        'DaemonSet/agent agent-h4x9z main',
        'Deployment/api api-5f6d7c8b9-fffff main',
        'Deployment/report report-5f6d7c8b9-ccccc main',
        'Deployment/web web-6d4cf56db6-bbbbb ',
        'Deployment/web web-6d4cf56db6-bbbbb main',
        'Deployment/web web-6d4cf56db6-x7k2p ',
        'Deployment/web web-6d4cf56db6-x7k2p istio-proxy',
        'Deployment/web web-6d4cf56db6-x7k2p main',
        'Deployment/web web-77b9fdc8d5-zzzzz ',
        'Deployment/web web-77b9fdc8d5-zzzzz main',
        'StatefulSet/api api-0 main',
        'StatefulSet/db db-0 ',
        'StatefulSet/db db-0 main',
      ],
    );
    for (const sample of told.samples) {
      assert.is(sample.atMs, NOW);
      assert.is(sample.windowSeconds, 300);
      assert.is(sample.source, 'prometheus');
      assert.is(sample.app, sample.container !== 'istio-proxy');
    }
  });

  test('a burst of a minute is in the mean by its length, and in the peak by its height', () => {
    const main = of(BUSY, 'main');
    near(main.cpuCores, (1.5 * 60 + 0.2 * 240) / 300, 0.06);
    near(main.cpuPeakCores!, 1.5);
    const network = of(BUSY, '');
    near(network.networkBytesPerSecond, 3 * ((5000 * 60 + 100 * 240) / 300), 0.06);
    near(network.networkPeakBytesPerSecond!, 15_000);
    assert.ok(Number.isNaN(network.cpuCores) && Number.isNaN(network.memoryBytes));
  });

  test('memory is what is held now, with the highest within the interval', () => {
    assert.is(of(BUSY, 'main').memoryBytes, 1e8);
    assert.is(of(BUSY, 'main').memoryPeakBytes, 3e8);
  });

  test('a counter that starts over is no use, and what two jobs scrape counts once', () => {
    const main = of('web-6d4cf56db6-bbbbb', 'main');
    near(main.cpuCores, 0.1);
    near(main.cpuPeakCores!, 0.1);
    near(of('web-6d4cf56db6-bbbbb', '').networkBytesPerSecond, 150);
  });

  test('a pod that went within the interval counts for the part that it lived, and one that went before is none', () => {
    near(of(GONE, 'main').cpuCores, 0.2, 0.15);
    near(of(GONE, 'main').cpuPeakCores!, 0.4);
    // Its Deployment has no pod left.
    near(of('report-5f6d7c8b9-ccccc', 'main').cpuPeakCores!, 0.7);
  });

  test('requests of users that the pod counts itself; unknown where probes cannot be told from them', () => {
    near(of('db-0', '').requests, 4, 0.1);
    assert.ok(Number.isNaN(of(BUSY, '').requests));
    assert.not.ok(told.samples.some(({ pod, requests }) => pod === 'api-0' && !Number.isNaN(requests)));
  });

  test('of a shorter interval than a scrape, what the last two scrapes tell', async () => {
    const { samples } = await ask(running.url, NOW - 5 * SECOND);
    const main = samples.find(({ pod, container }) => pod === BUSY && container === 'main');
    near(main?.cpuCores ?? 0, 0.2);
    assert.is(main?.memoryBytes, 1e8);
  });

  test('the first look is of the last five minutes', async () => {
    assert.equal((await ask(running.url, undefined)).samples, told.samples);
  });

  test.run();
}

function ask(url: string, sinceMs: number | undefined): Promise<PrometheusMoment> {
  // With a URL the cluster is not asked.
  const client = {} as KubeClient;
  return collectMoment(client, { url, headers: [], enabled: true }, WORKLOADS, {
    nowMs: NOW,
    sinceMs,
    sidecars: [],
    signal: new AbortController().signal,
    progress: () => undefined,
    runtime: testRuntime(),
  });
}

function near(actual: number, expected: number, tolerance = 0.02): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * expected, `${actual} is not near ${expected}`);
}
