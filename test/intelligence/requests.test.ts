import { requestsFactor } from '../../lib/intelligence/idle/requests.ts';
import { normal } from '../../lib/kube/simulated/random.ts';
import { assert, suite } from '../harness.ts';
import { container, contextOf, counted, evidence, type Level, signalsOf, usage, workloadOf } from './build.ts';

const test = suite('the requests factor');

const CONTEXT = contextOf();

test('supports idleness after six hours without a counted request', () => {
  const factor = requestsFactor(signalsOf(evidence([], [counted((hoursAgo) => (hoursAgo === 8 ? 40 : 0))])), CONTEXT);
  assert.is(factor.state, 'supports');
  assert.is(factor.quietSeconds, 7 * 3600);
  assert.is(factor.unit, 'requests');
  assert.is(factor.source, 'nginx_ingress_controller_requests');
});

test('refutes it by a single counted request within six hours', () => {
  const factor = requestsFactor(signalsOf(evidence([], [counted((hoursAgo) => (hoursAgo === 5 ? 1 : 0))])), CONTEXT);
  assert.is(factor.state, 'refutes');
  assert.is(factor.evidence, 'about 1 in the last 6h');
});

test('believes the counter and not the network where there is both', () => {
  const signals = signalsOf(evidence([usage({ network: (hoursAgo) => (hoursAgo < 1 ? 900 : 100) })], [counted(0)]));
  assert.is(requestsFactor(signals, CONTEXT).state, 'supports');
});

test('does not tell by less than six counted hours', () => {
  assert.is(requestsFactor(signalsOf(evidence([], [counted(0, { hours: 5 })])), CONTEXT).state, 'unknown');
});

function inferred(network: Level, slotSeconds = 60): ReturnType<typeof requestsFactor> {
  return requestsFactor(signalsOf({ network, slotSeconds }), CONTEXT);
}

/** 240 B/s of probes with 2 % of noise. */
function steady(hoursAgo: number): number {
  return 240 * (1 + 0.02 * normal('steady', Math.round(hoursAgo * 60)));
}

test('infers from a steady network that nobody asked, and says so', () => {
  const factor = inferred(steady);
  assert.is(factor.state, 'supports');
  assert.is(factor.unit, 'bytes/s');
  assert.match(factor.source!, /^inferred from the network/);
});

test('infers a request from a rise of the network, though it stays below one kilobyte a second', () => {
  // One answer of 12 KB within a minute.
  const factor = inferred((hoursAgo) => steady(hoursAgo) + (Math.abs(hoursAgo - 2) < 0.01 ? 200 : 0));
  assert.is(factor.state, 'refutes');
  assert.match(factor.evidence, 'within the last 6h');
});

test('does not take two probes that fell into one sample for a request', () => {
  assert.is(inferred((hoursAgo) => steady(hoursAgo) + (Math.abs(hoursAgo - 2) < 0.01 ? 20 : 0)).state, 'supports');
});

test('is more patient with a pod whose sidecars push telemetry of their own', () => {
  const burst = (hoursAgo: number): number => steady(hoursAgo) + (Math.abs(hoursAgo - 2) < 0.01 ? 100 : 0);
  const containers = [container(), container({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.1' })];
  const of = workloadOf(containers);
  assert.is(requestsFactor(signalsOf({ network: burst, slotSeconds: 60 }), CONTEXT).state, 'refutes');
  assert.is(requestsFactor(signalsOf({ network: burst, slotSeconds: 60 }, of), CONTEXT).state, 'supports');
});

test('does not tell without a counter and without network samples', () => {
  const factor = requestsFactor(signalsOf({ cpu: 0 }), CONTEXT);
  assert.is(factor.state, 'unknown');
  assert.match(factor.evidence, 'no counter sees it');
});

test.run();
