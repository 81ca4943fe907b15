import { networkFactor } from '../../lib/intelligence/idle/network.ts';
import { ownTraffic } from '../../lib/intelligence/idle/probe-traffic.ts';
import { between, uniform } from '../../lib/kube/simulated/random.ts';
import type { Factor } from '../../lib/types/idle.ts';
import type { UsageEvidence } from '../../lib/types/usage.ts';
import type { Probe, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { container, contextOf, counted, evidence, type Level, pod, signalsOf, usage, workload, workloadOf } from './build.ts';

const test = suite('the network factor');

const CONTEXT = contextOf();

function probe(parts: Partial<Probe> = {}): Probe {
  return { type: 'readiness', handler: 'http', periodSeconds: 10, path: '/healthz', port: '8080', ...parts };
}

function probed(probes: readonly Probe[]): Workload {
  return workloadOf([container({ probes })]);
}

function judged(network: Level, of: Workload = workload(), hours = 24): Factor {
  return networkFactor(signalsOf({ hours, network }, of), CONTEXT);
}

test('supports idleness below one kilobyte a second for two hours', () => {
  assert.is(judged(999, workload(), 2).state, 'supports');
  assert.is(judged(1001).state, 'refutes');
  assert.is(judged(500, workload(), 1.5).state, 'unknown');
});

test('refutes it by one busy sample within two hours, not by an older one', () => {
  const burst = (at: number) => (hoursAgo: number) => (Math.abs(hoursAgo - at) < 0.01 ? 5000 : 100);
  assert.is(judged(burst(1)).state, 'refutes');
  assert.is(judged(burst(3)).state, 'supports');
});

test('subtracts what probes of every second cause', () => {
  const both = probed([probe({ periodSeconds: 1 }), probe({ type: 'liveness', periodSeconds: 1 })]);
  const factor = judged(2200, both);
  assert.is(factor.state, 'supports');
  assert.match(factor.evidence, 'at most 0B/s besides its own 2 probes (2.2KB/s)');
});

test('does not take user traffic for probes, however many there are', () => {
  const both = probed([probe({ periodSeconds: 1 }), probe({ type: 'liveness', periodSeconds: 1 })]);
  // Two HTTP probes a second move 2.4 KB/s at most, so that 3.5 KB/s leave more than 1 KB/s.
  assert.is(judged(3500, both).state, 'refutes');
  assert.is(judged(1500, probed([probe({ periodSeconds: 30 })])).state, 'refutes');
});

test('subtracts only what is there all the time', () => {
  // 100 B/s at rest: what comes on top in a burst is not the probes'.
  const both = probed([probe({ periodSeconds: 1 }), probe({ type: 'liveness', periodSeconds: 1 })]);
  const factor = judged((hoursAgo) => (Math.abs(hoursAgo - 1) < 0.01 ? 1500 : 100), both);
  assert.is(factor.state, 'refutes');
});

test('expects nothing of probes that run inside the container or that end with the start', () => {
  const own = (probes: readonly Probe[]): number =>
    ownTraffic(signalsOf({ network: 800 }, probed(probes)), CONTEXT).limitBytesPerSecond;
  assert.is(own([probe({ handler: 'exec', periodSeconds: 1 })]), 0);
  assert.is(own([probe({ type: 'startup', periodSeconds: 1 })]), 0);
  assert.is(own([probe({ handler: 'http', periodSeconds: 10 })]), 120);
  assert.is(own([probe({ handler: 'tcp', periodSeconds: 10 })]), 42);
});

test('never subtracts more than an HTTP probe can move (1.2 KB), nor more than what is observed', () => {
  for (let seed = 0; seed < 200; seed++) {
    const probes = (['readiness', 'liveness'] as const)
      .filter((type) => uniform(seed, type) < 0.7)
      .map((type) => probe({ type, periodSeconds: Math.ceil(between(0, 30, seed, type, 'period')) }));
    const level = between(0, 5000, seed, 'level');
    const signals = signalsOf({ network: (hoursAgo) => level * (1 + 0.1 * uniform(seed, hoursAgo)) }, probed(probes));
    const own = ownTraffic(signals, CONTEXT);
    const most = probes.reduce((sum, { periodSeconds }) => sum + 1200 / periodSeconds, 0);
    assert.ok(own.bytesPerSecond <= most + 1e-9, `seed ${seed}: ${own.bytesPerSecond} of ${most}`);
    assert.ok(own.bytesPerSecond <= level * 1.1, `seed ${seed}`);
    assert.ok(own.bytesPerSecond >= Math.min(level, most) - 1e-9, `seed ${seed}: the steady part is all of it up to the limit`);
  }
});

test('subtracts scrapes by their measured size, and by a usual one where only an annotation tells of them', () => {
  const network = 2600;
  const scraped = (scrape: UsageEvidence['scrape']): Factor =>
    networkFactor(signalsOf(evidence([usage({ network })], [], scrape)), CONTEXT);
  assert.is(scraped({ intervalSeconds: 15, bytesPerScrape: 30_000 }).state, 'supports');
  assert.is(scraped({ intervalSeconds: 60, bytesPerScrape: 10_000 }).state, 'refutes');
  const annotated = workload({ podAnnotations: { 'prometheus.io/scrape': 'true' } });
  assert.is(judged(2600, annotated).state, 'supports');
  assert.is(judged((hoursAgo) => 2600 * (Math.round(hoursAgo * 12) % 2 ? 0.8 : 1.2), annotated).state, 'refutes');
  assert.is(judged(2600).state, 'refutes');
});

test("subtracts sidecars' traffic only where a counter saw that nobody called", () => {
  const containers = [container(), container({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.1' })];
  const pair = workloadOf(containers);
  const meshed = (requests: Parameters<typeof evidence>[1]): Factor =>
    networkFactor(signalsOf(evidence([usage({ network: 2500 })], requests), pair), CONTEXT);
  assert.is(meshed([counted(0)]).state, 'supports');
  assert.is(meshed([counted((hoursAgo) => (hoursAgo === 20 ? 3 : 0))]).state, 'refutes');
  assert.is(meshed([]).state, 'refutes');
  assert.is(networkFactor(signalsOf(evidence([usage({ network: 9000 })], [counted(0)]), pair), CONTEXT).state, 'refutes');
});

test('does not tell for pods on the host network, whose counters are the node’s', () => {
  const relay = workload({ pods: [pod('web-0', { hostNetwork: true })] });
  const factor = judged(10, relay);
  assert.is(factor.state, 'unknown');
  assert.match(factor.evidence, 'host network');
});

test.run();
