/** Use at this moment from metrics.k8s.io: whichever version is served, and a sentence where none answers. */

import { collectMetrics, type MetricsScope } from '../../lib/collect/metrics-api.ts';
import type { SourceReport } from '../../lib/types/source.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from '../kube/config.ts';
import { sendJson, startServer } from '../kube/server.ts';
import { type ApiContents, startApi } from './objects/api.ts';
import { workload } from './workload.ts';

const test = suite('metrics API');

const NOW = Date.parse('2026-11-24T12:00:00Z');
const V1 = '/apis/metrics.k8s.io/v1';
const V1BETA1 = '/apis/metrics.k8s.io/v1beta1';

const WORKLOADS = [
  workload({
    name: 'web',
    pods: ['web-1'],
    containers: [
      { name: 'main' },
      { name: 'istio-proxy' },
      { name: 'migrate', role: 'init' },
      { name: 'logger', role: 'sidecar' },
    ],
  }),
  workload({ name: 'db', kind: 'StatefulSet', pods: ['db-0'] }),
];

/** PodMetrics as metrics-server writes them. */
function podMetrics(name: string, containers: readonly object[], more: object = {}, namespace = 'shop') {
  return {
    metadata: { name, namespace, creationTimestamp: '2026-11-24T12:00:00Z' },
    timestamp: '2026-11-24T11:59:40Z',
    window: '15.123s',
    containers,
    ...more,
  };
}

const usage = (name: string, cpu: string, memory: string) => ({ name, usage: { cpu, memory } });

async function metrics(
  contents: ApiContents,
  scope: Partial<MetricsScope> = {},
  workloads = WORKLOADS,
): Promise<{ readonly samples: readonly Sample[]; readonly report: SourceReport; readonly paths: readonly string[] }> {
  const api = await startApi(contents);
  try {
    const signal = new AbortController().signal;
    const found = await collectMetrics(api.client, workloads, {
      namespace: '',
      chunkSize: 500,
      sidecars: [],
      nowMs: NOW,
      signal,
      ...scope,
    });
    return { ...found, paths: api.paths() };
  } finally {
    await api.stop();
  }
}

test('a row for each running container, with the workload it belongs to and the window it was averaged over', async () => {
  const { samples, report, paths } = await metrics({
    objects: {
      [`${V1}/pods`]: [
        podMetrics('web-1', [
          usage('main', '12345678n', '104857600'),
          usage('istio-proxy', '250m', '64Mi'),
          usage('logger', '1u', '1e6'),
        ]),
        podMetrics('db-0', [usage('main', '0', '1.5Gi')], { window: '1m2s' }),
        podMetrics('stranger', [usage('main', '5', '5Gi')]),
        podMetrics('web-1', [usage('main', '5', '5Gi')], {}, 'other'),
      ],
    },
  });
  const web = {
    atMs: NOW - 20_000,
    namespace: 'shop',
    workloadKind: 'Deployment',
    workloadName: 'web',
    pod: 'web-1',
    source: 'metrics.k8s.io',
  };
  const none = { networkBytesPerSecond: Number.NaN, requests: Number.NaN };
  assert.equal(samples, [
    { ...web, container: 'main', app: true, cpuCores: 0.012345678, memoryBytes: 104_857_600, ...none, windowSeconds: 15.123 },
    { ...web, container: 'istio-proxy', app: false, cpuCores: 0.25, memoryBytes: 64 * 2 ** 20, ...none, windowSeconds: 15.123 },
    { ...web, container: 'logger', app: false, cpuCores: 1e-6, memoryBytes: 1e6, ...none, windowSeconds: 15.123 },
    {
      ...web,
      workloadKind: 'StatefulSet',
      workloadName: 'db',
      pod: 'db-0',
      container: 'main',
      app: true,
      cpuCores: 0,
      memoryBytes: 1.5 * 2 ** 30,
      ...none,
      windowSeconds: 62,
    },
  ]);
  assert.equal(report, { source: 'metrics.k8s.io', state: 'used', gave: 'v1: 2 of 2 running pods, 4 containers, one instant' });
  assert.equal(paths, [`${V1}/pods`]);
});

test('v1beta1 where v1 is not served, in one namespace', async () => {
  const { samples, report, paths } = await metrics(
    { objects: { [`${V1BETA1}/pods`]: [podMetrics('db-0', [usage('main', '100m', '1Gi')])] }, absent: [`${V1}/`] },
    { namespace: 'shop' },
  );
  assert.is(samples.length, 1);
  assert.match(report.gave ?? '', /^v1beta1: 1 of 2 running pods/);
  assert.equal(paths, [`${V1}/namespaces/shop/pods`, `${V1BETA1}/namespaces/shop/pods`]);
});

test('a clock that is ahead of ours puts no sample into the future, and a bad figure is none', async () => {
  const { samples } = await metrics({
    objects: {
      [`${V1}/pods`]: [
        podMetrics('web-1', [usage('main', 'much', '')], { timestamp: '2026-11-24T13:00:00Z', window: 'long' }),
        podMetrics('db-0', [{ name: 'main' }], { timestamp: 'never' }),
      ],
    },
  });
  assert.equal(
    samples.map(({ atMs, cpuCores, memoryBytes, windowSeconds }) => [atMs, cpuCores, memoryBytes, windowSeconds]),
    [
      [NOW, Number.NaN, Number.NaN, 0],
      [NOW, Number.NaN, Number.NaN, 15.123],
    ],
  );
});

test('a sidecar is what the user says it is', async () => {
  const { samples } = await metrics(
    { objects: { [`${V1}/pods`]: [podMetrics('db-0', [usage('main', '1', '1Gi')])] } },
    { sidecars: ['registry.example/main'] },
  );
  assert.is(samples[0]?.app, false);
});

test('nobody serves it', async () => {
  const { samples, report } = await metrics({ objects: {}, absent: ['/apis/metrics.k8s.io'] });
  assert.equal(samples, []);
  assert.equal(report, {
    source: 'metrics.k8s.io',
    state: 'absent',
    reason: 'the cluster does not serve metrics.k8s.io; use at this moment is unknown',
    remedy: 'install metrics-server',
  });
});

test('the right is missing: it is named, and asked for once', async () => {
  const { report, paths } = await metrics({ objects: {}, forbidden: ['/apis/metrics.k8s.io'] });
  assert.is(report.state, 'forbidden');
  assert.is(report.reason, 'no right to list pods.metrics.k8s.io in all namespaces; use at this moment is unknown');
  assert.is(paths.length, 1);
  const inOne = await metrics({ objects: {}, forbidden: ['/apis/metrics.k8s.io'] }, { namespace: 'shop' });
  assert.is(inOne.report.remedy, 'grant the right to list pods.metrics.k8s.io in namespace "shop"');
});

test('metrics-server is installed and ill: what the API server says of it, whichever version it is registered for', async () => {
  for (const contents of [
    { objects: {}, absent: [`${V1}/`], ill: [V1BETA1] },
    { objects: {}, absent: [V1BETA1], ill: [`${V1}/`] },
    { objects: {}, ill: ['/apis/metrics.k8s.io'] },
  ]) {
    const { report } = await metrics(contents);
    assert.is(report.state, 'failed', JSON.stringify(contents));
    assert.match(report.reason ?? '', /unable to handle the request/);
    assert.match(report.remedy ?? '', /metrics-server is healthy/);
  }
});

test('it answers without figures: nothing is known of pods that run, and nothing is missing where none runs', async () => {
  const empty = await metrics({ objects: {} });
  assert.is(empty.report.state, 'partial');
  assert.match(empty.report.reason ?? '', /^v1 answered, but has no figures for these pods$/);
  assert.match(empty.report.remedy ?? '', /two minutes/);
  const nobody = await metrics({ objects: {} }, {}, []);
  assert.is(nobody.report.state, 'used');
});

test('an answer that is no list is a failure of it alone', async () => {
  const server = await startServer((_, response) => sendJson(response, { kind: 'Surprise' }), { plain: true });
  const client = await clientOf(server);
  const signal = new AbortController().signal;
  const { report } = await collectMetrics(client, WORKLOADS, { namespace: '', chunkSize: 500, sidecars: [], nowMs: NOW, signal });
  assert.is(report.state, 'failed');
  assert.match(report.reason ?? '', /answered with a Surprise instead of a list/);
  await client.close();
  await server.stop();
});

test('being stopped, or not known to the server any more, ends everything', async () => {
  const api = await startApi({ objects: {} });
  const stop = new AbortController();
  stop.abort();
  const scope = { namespace: '', chunkSize: 500, sidecars: [], nowMs: NOW };
  assert.is((await errorOf(collectMetrics(api.client, WORKLOADS, { ...scope, signal: stop.signal }))).id, 'cancelled');
  await api.stop();
});

test.run();
