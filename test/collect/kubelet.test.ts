/** The kubelets' summaries: readings of counters, rates between two of them, and nodes that do not answer. */

import { collectKubelets, type KubeletAnswer } from '../../lib/collect/kubelet/collect.ts';
import { networkRate, rateOf } from '../../lib/collect/kubelet/rates.ts';
import { readSummary } from '../../lib/collect/kubelet/summary.ts';
import { bestNodeUse } from '../../lib/collect/node-use.ts';
import { assert, suite } from '../harness.ts';
import { clientOf } from '../kube/config.ts';
import { sendJson, startServer } from '../kube/server.ts';
import { workload } from './workload.ts';

const test = suite('kubelet');

const START = Date.parse('2026-11-24T12:00:00Z');

/** What stands in a summary of one node, by the field names of k8s.io/kubelet, pkg/apis/stats/v1alpha1. */
interface Counters {
  readonly atMs: number;
  readonly uid?: string;
  readonly coreSeconds: number;
  readonly cores?: number;
  readonly received: number;
  readonly transmitted: number;
  readonly node?: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function summary({ atMs, uid = 'uid-web-1', coreSeconds, cores = 0.1, received, transmitted, node = 'node-1' }: Counters) {
  const time = iso(atMs);
  const network = (rxBytes: number, txBytes: number) => ({
    time,
    name: 'eth0',
    rxBytes,
    rxErrors: 0,
    txBytes,
    txErrors: 0,
    interfaces: [
      { name: 'eth0', rxBytes, rxErrors: 0, txBytes, txErrors: 0 },
      { name: 'lo', rxBytes: 9e9, txBytes: 9e9 },
    ],
  });
  return {
    node: {
      nodeName: node,
      startTime: iso(START - 86_400_000),
      cpu: { time, usageNanoCores: 1.5e9, usageCoreNanoSeconds: 9e14 + coreSeconds * 1e10 },
      memory: {
        time,
        availableBytes: 1e10,
        usageBytes: 7e9,
        workingSetBytes: 6e9,
        rssBytes: 5e9,
        pageFaults: 1,
        majorPageFaults: 0,
      },
      // A bridge carries again what the default interface does.
      network: {
        ...network(received * 10, transmitted * 10),
        interfaces: ['eth0', 'cni0'].map((name) => ({ name, rxBytes: received * 10, txBytes: transmitted * 10 })),
      },
      fs: { time, capacityBytes: 1e11, usedBytes: 1e10 },
    },
    pods: [
      {
        podRef: { name: 'web-1', namespace: 'shop', uid },
        startTime: iso(START - 3_600_000),
        containers: [
          {
            name: 'main',
            startTime: iso(START - 3_600_000),
            cpu: { time, usageNanoCores: cores * 1e9, usageCoreNanoSeconds: coreSeconds * 1e9 },
            memory: { time, workingSetBytes: 5e7, rssBytes: 4e7 },
            rootfs: { time, usedBytes: 1e6 },
            logs: { time, usedBytes: 1e5 },
          },
          { name: 'istio-proxy', cpu: { time, usageNanoCores: 2e6 }, memory: { time, workingSetBytes: 3e7 } },
        ],
        network: network(received, transmitted),
        volume: [],
      },
      {
        podRef: { name: 'gone', namespace: 'shop', uid: 'uid-gone' },
        containers: [{ name: 'main', cpu: { time, usageNanoCores: 1 } }],
      },
    ],
  };
}

const WEB = workload({ name: 'web', pods: ['web-1'], containers: [{ name: 'main' }, { name: 'istio-proxy' }] });

/** Asks nodes that answer so; a number is a status. */
async function ask(
  nodes: Readonly<Record<string, unknown>>,
  before?: KubeletAnswer,
  nowMs = START + 600_000,
  of = WEB,
): Promise<KubeletAnswer & { readonly paths: readonly string[] }> {
  const server = await startServer((request, response) => {
    const node = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/stats\/summary$/.exec(request.url ?? '')?.[1] ?? '';
    const answer = nodes[node];
    if (typeof answer !== 'number') return sendJson(response, answer);
    return sendJson(response, { kind: 'Status', status: 'Failure', code: answer, message: 'no', reason: 'Forbidden' }, answer);
  });
  const client = await clientOf(server);
  try {
    const answer = await collectKubelets(client, [of], {
      nodes: Object.keys(nodes),
      sidecars: [],
      before: before?.readings ?? new Map(),
      nodesBefore: before?.nodeReadings ?? new Map(),
      nowMs,
      signal: new AbortController().signal,
    });
    return { ...answer, paths: server.requests.map(({ url }) => url ?? '') };
  } finally {
    await client.close();
    await server.stop();
  }
}

const first = { atMs: START, coreSeconds: 100, received: 1000, transmitted: 500 };

test('one reading gives CPU and memory of each container, and no rate of what only counts', async () => {
  const { samples, nodes, report } = await ask({ 'node-1': summary(first) });
  assert.equal(
    samples.map(({ container, app, cpuCores, memoryBytes, atMs }) => ({ container, app, cpuCores, memoryBytes, atMs })),
    [
      { container: 'main', app: true, cpuCores: 0.1, memoryBytes: 5e7, atMs: START },
      { container: 'istio-proxy', app: false, cpuCores: 0.002, memoryBytes: 3e7, atMs: START },
    ],
  );
  assert.is(nodes.get('node-1')!.cpuCores, 1.5);
  assert.ok(Number.isNaN(nodes.get('node-1')!.networkBytesPerSecond));
  assert.is(report.source, 'kubelet');
});

test('two readings give rates over the time that the kubelet says lies between them', async () => {
  const before = await ask({ 'node-1': summary(first) });
  const later = { atMs: START + 60_000, coreSeconds: 112, cores: 0.5, received: 7000, transmitted: 3500 };
  const { samples, nodes } = await ask({ 'node-1': summary(later) }, before);
  const [main, , network] = samples;
  assert.equal([main!.cpuCores, main!.cpuPeakCores, main!.windowSeconds], [0.2, 0.5, 60]);
  assert.equal([network!.container, network!.networkBytesPerSecond, network!.atMs], ['', 150, START + 60_000]);
  const { cpuCores, networkBytesPerSecond, windowSeconds } = nodes.get('node-1')!;
  assert.equal(
    { cpuCores, networkBytesPerSecond, windowSeconds },
    { cpuCores: 2, networkBytesPerSecond: 1500, windowSeconds: 60 },
  );
});

test('a counter that was reset has counted since then, in the direction that was reset', async () => {
  const before = await ask({ 'node-1': summary(first) });
  const { samples } = await ask(
    { 'node-1': summary({ ...first, atMs: START + 60_000, coreSeconds: 6, received: 600, transmitted: 1100 }) },
    before,
  );
  assert.is(samples[0]!.cpuCores, 0.1);
  assert.is(samples[2]!.networkBytesPerSecond, (600 + 600) / 60);
});

test('a pod of the same name with another UID is another pod', async () => {
  const before = await ask({ 'node-1': summary(first) });
  const reborn = { ...WEB, pods: WEB.pods.map((pod) => ({ ...pod, uid: 'uid-new' })) };
  const { samples } = await ask(
    { 'node-1': summary({ ...first, uid: 'uid-new', atMs: START + 60_000, received: 9000 }) },
    before,
    START + 600_000,
    reborn,
  );
  assert.equal(
    samples.map(({ container }) => container),
    ['main', 'istio-proxy'],
  );
});

test('the same reading again, a clock that was set back, and a reading of long ago give no rate', async () => {
  const before = await ask({ 'node-1': summary(first) });
  for (const moved of [0, -60_000, 7_200_000]) {
    const again = await ask({ 'node-1': summary({ ...first, atMs: START + moved, received: 9000 }) }, before, START + 9_000_000);
    assert.is(again.samples.length, 2, String(moved));
  }
});

test('a host-network pod shows its node’s counters, which are left out', async () => {
  const host = workload({ name: 'web', pods: ['web-1'], containers: [{ name: 'main' }], hostNetwork: true });
  const before = await ask({ 'node-1': summary(first) }, undefined, START, host);
  const { samples } = await ask(
    { 'node-1': summary({ ...first, atMs: START + 60_000, received: 9000 }) },
    before,
    START + 60_000,
    host,
  );
  assert.equal(
    samples.map(({ container }) => container),
    ['main'],
  );
});

test('a sample never lies in the future, whatever the node’s clock says', async () => {
  const { samples } = await ask({ 'node-1': summary({ ...first, atMs: START + 60_000 }) }, undefined, START);
  assert.ok(samples.every(({ atMs }) => atMs === START));
});

test('a node that fails is named and costs the others nothing', async () => {
  const { samples, report } = await ask({ 'node-1': summary(first), 'node-2': 500, 'node-3': { kind: 'Pod' } });
  assert.is(samples.length, 2);
  assert.is(report.state, 'partial');
  assert.match(report.reason ?? '', /node-2/);
  assert.match(report.reason ?? '', /node-3/);
});

test('without the right it is named, and no further node is asked', async () => {
  const nodes = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`node-${index}`, 403]));
  const { samples, report, paths } = await ask(nodes);
  assert.equal(samples, []);
  assert.equal([report.state, report.right], ['forbidden', { verb: 'get', resource: 'nodes/proxy' }]);
  assert.ok(paths.length < 40, `${paths.length} requests`);
});

test('of a node, what one source did not measure another one may have', () => {
  const nothing = { cpuCores: Number.NaN, memoryBytes: Number.NaN, networkBytesPerSecond: Number.NaN, windowSeconds: 0 };
  const kubelet = new Map([
    ['thin', { source: 'kubelet', ...nothing, networkBytesPerSecond: 300, windowSeconds: 60 }],
    ['whole', { source: 'kubelet', cpuCores: 1, memoryBytes: 2, networkBytesPerSecond: 3, windowSeconds: 60 }],
  ]);
  const metrics = { source: 'metrics.k8s.io', ...nothing, cpuCores: 2, memoryBytes: 1e9, windowSeconds: 15 };
  const best = bestNodeUse([
    kubelet,
    new Map([
      ['thin', metrics],
      ['whole', metrics],
      ['silent', metrics],
    ]),
  ]);
  assert.equal(best.get('thin'), { ...metrics, networkBytesPerSecond: 300 });
  assert.equal(best.get('whole'), kubelet.get('whole'));
  assert.equal(best.get('silent'), metrics);
});

test('rates by hand', () => {
  const at = (seconds: number, value: number) => ({ atMs: seconds * 1000, value });
  assert.equal(rateOf(at(0, 10), at(10, 30)), { perSecond: 2, seconds: 10 });
  assert.equal(rateOf(at(0, 100), at(10, 30)), { perSecond: 3, seconds: 10 });
  assert.is(rateOf(at(10, 10), at(10, 30)), undefined);
  assert.is(rateOf(at(10, 10), at(0, 30)), undefined);
  assert.is(rateOf(at(0, 10), at(3601, 30)), undefined);
  const reading = (seconds: number, ...interfaces: readonly [string, number, number][]) => ({
    atMs: seconds * 1000,
    interfaces: interfaces.map(([name, receivedBytes, transmittedBytes]) => ({ name, receivedBytes, transmittedBytes })),
  });
  assert.equal(networkRate(reading(0, ['a', 0, 0]), reading(10, ['a', 10, 20], ['b', 30, 40])), { perSecond: 10, seconds: 10 });
  assert.is(networkRate(undefined, reading(10, ['a', 1, 1])), undefined);
});

test('what is no summary is told from one', () => {
  for (const value of [undefined, null, 'text', [], {}, { node: {} }, { node: { nodeName: 'a' }, pods: 'none' }])
    assert.is(readSummary(value), undefined, JSON.stringify(value));
  assert.equal(readSummary({ node: { nodeName: 'a' }, pods: null })?.pods, []);
});

test.run();
