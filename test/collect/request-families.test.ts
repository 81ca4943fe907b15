/** Requests as the exporters of ingresses, gateways, meshes and apps count them: real names and labels, a real Prometheus that scrapes them. */

import { collectPrometheus, type PrometheusEvidence } from '../../lib/collect/prometheus/collect.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import type { WorkloadRequests } from '../../lib/types/usage.ts';
import type { RouteRule, Workload } from '../../lib/types/workload.ts';
import { assert, skip, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { ENGINES, type Engine, type RunningEngine, startEngine, startFilled } from './engines.ts';
import { type ExporterServer, recordedPages, scrapeConfig, serveExporters } from './exporters.ts';
import type { TestSeries } from './remote-write.ts';
import { workload } from './workload.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const FROM = NOW - 26 * HOUR;

/** Users come within the hour that ends here, as often as the recorded page says. */
const BUSY_HOUR_END = NOW - 3 * HOUR;
/** The exporters start again, and count from 0. */
const RESTART = NOW - 1.7 * HOUR;
/** Then each series that was counted before counts this many more. */
const AFTER_RESTART = 2;

const PAGES = recordedPages();

interface Expected {
  readonly workload: Workload;
  readonly source: string;
  /** Requests of users on one page, and how many series of users it has. */
  readonly requests: number;
  readonly series: number;
  /** Pods that have the page. */
  readonly targets?: number;
}

function served(
  namespace: string,
  name: string,
  parts: { services?: readonly string[]; pods?: readonly string[]; routes?: readonly RouteRule[] } = {},
): Workload {
  const { services = [name], pods = [`${name}-6d4cf56db6-zzzzz`], routes } = parts;
  return { ...workload({ namespace, name, pods, services }), ...(routes && { routes }) };
}

const NGINX = 'nginx_ingress_controller_requests';
const ENVOY = 'envoy_cluster_upstream_rq_total';
const TRAEFIK = 'traefik_service_requests_total';
const HAPROXY = 'haproxy_backend_http_requests_total';
const KONG = 'kong_http_requests_total';
const HUBBLE = 'hubble_http_requests_total';

const EXPECTED: readonly Expected[] = [
  { workload: served('shop-nginx', 'web'), source: NGINX, requests: 42, series: 2, targets: 2 },
  { workload: served('shop-nginx', 'web-canary'), source: NGINX, requests: 7, series: 1, targets: 2 },
  {
    workload: served('shop-nic', 'web'),
    source: 'nginx_ingress_controller_upstream_server_response_latency_ms_count',
    requests: 12,
    series: 1,
  },
  {
    workload: served('shop-nic-plus', 'web'),
    source: 'nginx_ingress_nginxplus_upstream_server_requests',
    requests: 30,
    series: 2,
  },
  { workload: served('shop-ngf', 'web'), source: 'nginx_http_upstream_peer_requests_total', requests: 24, series: 2 },
  { workload: served('shop-traefik', 'web'), source: TRAEFIK, requests: 35, series: 2, targets: 2 },
  { workload: served('shop-traefik', 'api'), source: TRAEFIK, requests: 8, series: 1, targets: 2 },
  { workload: served('shop-traefik', 'docs'), source: TRAEFIK, requests: 11, series: 1, targets: 2 },
  { workload: served('shop-haproxy', 'web'), source: HAPROXY, requests: 17, series: 2 },
  { workload: served('shop-haproxytech', 'web'), source: HAPROXY, requests: 19, series: 1 },
  { workload: served('shop-contour', 'web'), source: ENVOY, requests: 23, series: 1 },
  // What comes through the ingress is five of the nine requests that the mesh sees.
  { workload: served('shop-contour', 'api'), source: `${ENVOY} + istio_requests_total`, requests: 9, series: 1 },
  {
    workload: served('shop-eg', 'web', { routes: [{ namespace: 'shop-eg', name: 'shop', rule: 0 }] }),
    source: ENVOY,
    requests: 13,
    series: 1,
  },
  {
    workload: served('shop-eg', 'api', {
      routes: [
        { namespace: 'shop-eg', name: 'shop', rule: 1 },
        { namespace: 'shop-eg', name: 'prices', rule: 0 },
      ],
    }),
    source: ENVOY,
    requests: 15,
    series: 2,
  },
  { workload: served('shop-eg', 'docs'), source: ENVOY, requests: 3, series: 1 },
  // Which of the two backends of a rule a request went to is not told: it counts for both.
  { workload: served('shop-eg', 'docs-canary'), source: ENVOY, requests: 3, series: 1 },
  { workload: served('shop-cilium', 'web'), source: ENVOY, requests: 16, series: 1 },
  { workload: served('shop-cilium', 'api'), source: ENVOY, requests: 2, series: 1 },
  { workload: served('shop-kgateway', 'web'), source: ENVOY, requests: 10, series: 1 },
  { workload: served('shop-kong', 'web'), source: KONG, requests: 17, series: 2 },
  { workload: served('shop-kong', 'api'), source: KONG, requests: 8, series: 1 },
  { workload: served('shop-kong', 'api-canary'), source: KONG, requests: 8, series: 1 },
  {
    workload: served('shop-kong', 'docs', { routes: [{ namespace: 'shop-kong', name: 'docs', rule: 0 }] }),
    source: KONG,
    requests: 4,
    series: 1,
  },
  // Both ends of the mesh tell of the gateway's requests; only the destination tells of those from outside of the mesh.
  { workload: served('shop-istio', 'web'), source: 'istio_requests_total', requests: 26, series: 2 },
  { workload: served('shop-istio', 'ledger'), source: 'istio_requests_total', requests: 9, series: 1 },
  {
    workload: served('shop-linkerd', 'web', { pods: ['web-6d4cf56db6-x7k2p', 'web-6d4cf56db6-bbbbb'] }),
    source: 'request_total + inbound_http_requests_total',
    requests: 17,
    series: 1,
    targets: 2,
  },
  { workload: served('shop-hubble', 'web', { pods: ['web-6d4cf56db6-x7k2p'] }), source: HUBBLE, requests: 12, series: 1 },
  // One of the two pods is gone.
  { workload: served('shop-hubble', 'api', { pods: ['api-7d9f8c6b5-x2v4q'] }), source: HUBBLE, requests: 8, series: 2 },
  {
    workload: served('shop-apps', 'fastapi', { pods: ['fastapi-6d4cf56db6-x7k2p', 'fastapi-6d4cf56db6-bbbbb'] }),
    source: 'http_requests_total',
    requests: 14,
    series: 3,
    targets: 2,
  },
  {
    workload: {
      ...served('shop-apps', 'spring', { pods: ['spring-0'] }),
      ref: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop-apps', name: 'spring', uid: 'uid-spring' },
    },
    source: 'http_server_requests_seconds_count',
    requests: 13,
    series: 1,
  },
  {
    workload: served('shop-apps', 'otel', { pods: ['otel-6d4cf56db6-x7k2p'] }),
    source: 'http_server_request_duration_seconds_count',
    requests: 6,
    series: 1,
  },
  {
    workload: served('shop-apps', 'grpc', { pods: ['grpc-6d4cf56db6-x7k2p'] }),
    source: 'grpc_server_handled_total',
    requests: 9,
    series: 1,
  },
  {
    workload: served('shop-apps', 'agents', { pods: ['agents-6d4cf56db6-x7k2p'] }),
    source: 'http_requests_total',
    requests: 5,
    series: 1,
  },
];

/** A workload whose services no counter names. */
const UNSEEN = served('shop-nginx', 'batch');
const WORKLOADS = [...EXPECTED.map((each) => each.workload), UNSEEN];

const keyOf = ({ ref }: Workload): string => `${ref.namespace}/${ref.kind}/${ref.name}`;

/** Containers of all workloads, by which a server is known to be one of this cluster. */
const CADVISOR = `${WORKLOADS.flatMap(({ ref, pods }) =>
  pods.flatMap(({ name }) =>
    ['container_cpu_usage_seconds_total', 'container_memory_working_set_bytes'].map(
      (metric) => `${metric}{namespace="${ref.namespace}",pod="${name}",container="main",image="registry.example/main:1"} 1`,
    ),
  ),
).join('\n')}\n`;
const EXTRA: ReadonlyMap<string, string> = new Map([['cadvisor', CADVISOR]]);

interface Stored {
  readonly metric: Readonly<Record<string, string>>;
}

const prometheus = ENGINES.find(({ name }) => name === 'Prometheus')!;

if (prometheus.program === undefined) {
  skip('request families', "Prometheus is not on this machine, and the test cluster's programs are not built");
} else {
  const test = suite('request families, as they are scraped');
  let exporters: ExporterServer;
  let running: RunningEngine;
  let stored: readonly Stored[];

  test.before(async () => {
    exporters = await serveExporters(PAGES, EXTRA);
    running = await startEngine(prometheus, scrapeConfig(PAGES, EXTRA, exporters.port));
    const targets = PAGES.reduce((sum, { targets }) => sum + targets.length, 0) + EXTRA.size;
    await scraped(exporters, targets, 6);
    stored = await storedSeries(running.url);
    for (const engine of ENGINES) await against(engine, stored);
  });
  test.after(async () => {
    await running.stop();
    await exporters.stop();
  });

  const backfilled = new Map<string, PrometheusEvidence>();
  async function against(engine: Engine, series: readonly Stored[]): Promise<void> {
    if (engine.program === undefined) return skip(`request families in ${engine.name}`, 'it is not on this machine');
    const server = await startFilled(engine, series.map(grown), { fromMs: FROM, toMs: NOW, stepMs: MINUTE });
    try {
      backfilled.set(engine.name, await ask(server.url, NOW));
    } finally {
      await server.stop();
    }
  }

  test('every recorded page names its exporter, where its names and labels stand, and who scrapes it', () => {
    for (const { name, text, targets, samples } of PAGES) {
      const [exporter, source] = text.split('\n');
      assert.match(exporter!, /^# Exporter: .*\d.*, |^# Exporter: .*in the app/, name);
      assert.match(source!, /^# Source: \S/, name);
      assert.ok(targets.length > 0 && targets.every(({ namespace, pod }) => namespace && pod), name);
      assert.ok(samples.length > 0 && samples.every(({ value }) => value > 0), name);
    }
  });

  test('Prometheus renames the labels that the scrape target has too, as the families expect', () => {
    const nginx = stored.find(({ metric }) => metric.__name__ === NGINX && metric.exported_service === 'web')!;
    assert.is(nginx.metric.exported_namespace, 'shop-nginx');
    assert.is(nginx.metric.namespace, 'ingress-nginx');
    assert.is(nginx.metric.service, 'ingress-nginx-controller-metrics');
    assert.ok(
      stored.some(({ metric }) => metric.__name__ === TRAEFIK && metric.exported_service === 'shop-traefik-web-80@kubernetes'),
    );
    // Nothing collides where the exporter's labels are its own.
    assert.ok(stored.some(({ metric }) => metric.__name__ === HUBBLE && metric.destination_workload === 'web'));
  });

  test('requests that were really scraped reach every workload within seconds', async () => {
    const told = await ask(running.url, Date.now());
    for (const { workload: each, source, requests, targets = 1 } of EXPECTED) {
      const [counted] = told.evidence.get(keyOf(each))?.requests ?? [];
      assert.is(counted?.source, source, keyOf(each));
      const last = counted!.counts.at(-1)!;
      const growths = last / (requests * targets);
      // The page grows with each scrape, of which there were at least six; what increase() adds at the ends is less than two.
      assert.ok(growths >= 4 && growths < 40, `${keyOf(each)}: ${last} of ${requests} a scrape`);
    }
    assert.is(told.evidence.get(keyOf(UNSEEN))?.requests.length ?? 0, 0);
  });

  for (const engine of ENGINES) {
    if (engine.program === undefined) continue;
    test(`${engine.name}: each workload gets the requests of its users, all replicas of a counter summed, and none of its probes`, () => {
      for (const { workload: each, source, requests, targets = 1 } of EXPECTED) {
        const counted = requestsOf(backfilled, engine, each);
        assert.is(counted.source, source, keyOf(each));
        near(at(counted, BUSY_HOUR_END), requests * targets, keyOf(each));
      }
    });

    test(`${engine.name}: hours without users are silent, whatever machines ask`, () => {
      for (const { workload: each } of EXPECTED) {
        const counted = requestsOf(backfilled, engine, each);
        for (const hours of [20, 12, 5])
          assert.is(Math.round(at(counted, NOW - hours * HOUR)), 0, `${keyOf(each)} ${hours} h ago`);
      }
    });

    test(`${engine.name}: an exporter that starts over is no user, and what it counts afterwards counts`, () => {
      for (const { workload: each, series, targets = 1 } of EXPECTED) {
        const counted = requestsOf(backfilled, engine, each);
        near(at(counted, NOW - HOUR), AFTER_RESTART * series * targets, keyOf(each));
      }
    });
  }

  test.run();
}

function requestsOf(told: ReadonlyMap<string, PrometheusEvidence>, { name }: Engine, each: Workload): WorkloadRequests {
  const evidence = told.get(name)?.evidence.get(keyOf(each));
  assert.ok(evidence?.requests.length === 1, `${keyOf(each)}: ${JSON.stringify(told.get(name)?.reports)}`);
  return evidence!.requests[0]!;
}

/** Waits until each target was scraped so many times. */
async function scraped({ asked }: ExporterServer, targets: number, times: number): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (asked.size >= targets && [...asked.values()].every((count) => count >= times)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`scraped only ${JSON.stringify([...asked])}`);
}

async function storedSeries(url: string): Promise<readonly Stored[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: '{job!=""}' })}`);
  const body = (await response.json()) as { readonly data: { readonly result: readonly Stored[] } };
  return body.data.result;
}

/** The recorded value of each counter, which the scraped page multiplied, by name and labels that no scrape renames. */
function recordedValue(metric: Stored['metric']): number | undefined {
  const own = (name: string): string => metric[`exported_${name}`] ?? metric[name] ?? '';
  const found = PAGES.flatMap(({ samples }) => samples).find(
    ({ labels }) =>
      Object.entries(labels).every(([name, value]) => value === '' || own(name) === value) &&
      Object.keys(metric).every(
        (name) => name.startsWith('exported_') || labels[name] !== undefined || !LABELS_OF_EXPORTERS.has(name),
      ),
  );
  return found?.value;
}

/** Names of labels that exporters write and targets do not, so that a series without one is not taken for one with it. */
const LABELS_OF_EXPORTERS: ReadonlySet<string> = new Set(
  PAGES.flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.keys(labels))).filter(
    (name) => !PAGES.some(({ targets }) => targets.some((target) => target[name] !== undefined)),
  ),
);

/** Machines ask so often that a recorded value above this is theirs. */
const MACHINES = 1000;

/** The series over 26 hours: users come in one hour, machines all the time. */
function grown({ metric }: Stored): TestSeries {
  const recorded = recordedValue(metric);
  if (recorded === undefined) return { labels: metric, at: () => 1 };
  const machines = (ms: number): number => ((ms - FROM) / HOUR) * (recorded / 24);
  const start = BUSY_HOUR_END - 0.9 * HOUR;
  const users = (ms: number): number => Math.round(recorded * Math.min(1, Math.max(0, (ms - start) / (0.8 * HOUR))));
  const total = recorded > MACHINES ? machines : users;
  const afterwards = (ms: number): number => (ms >= RESTART + 20 * MINUTE ? AFTER_RESTART : 0);
  return {
    labels: metric,
    at: (ms) => {
      if (ms < RESTART) return total(ms);
      return recorded > MACHINES ? total(ms) - total(RESTART) : afterwards(ms);
    },
  };
}

function ask(url: string, nowMs: number): Promise<PrometheusEvidence> {
  // With a URL the cluster is not asked.
  const client = {} as KubeClient;
  return collectPrometheus(client, { url, headers: [], enabled: true }, WORKLOADS, {
    nowMs,
    settings: { windowSeconds: 86_400, earlierUseSeconds: 86_400, sidecars: [] },
    sizing: false,
    signal: new AbortController().signal,
    progress: () => undefined,
    runtime: testRuntime(),
  });
}

/** Requests of the hour that ends at an instant. */
function at({ counts, grid }: WorkloadRequests, endMs: number): number {
  return counts[Math.round((endMs - grid.startMs) / (grid.slotSeconds * 1000)) - 1]!;
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 0.1 * expected, `${what}: ${actual} is not near ${expected}`);
}
