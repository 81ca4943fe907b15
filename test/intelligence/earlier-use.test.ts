import { type EarlierUse, earlierUse } from '../../lib/intelligence/idle/earlier-use.ts';
import { normal } from '../../lib/kube/simulated/random.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { contextOf, counted, DAY_MS, evidence, HOUR_MS, type Measured, NOW, pod, signalsOf, usage, workload } from './build.ts';

const test = suite('earlier use');

const FORTNIGHT = 14 * 24;

function judged(measured: Measured, of: Workload = workload()): EarlierUse {
  return earlierUse(signalsOf({ hours: FORTNIGHT, cpu: 0.001, network: 200, ...measured }, of), contextOf());
}

/** Busy for an hour, that many hours ago. */
function busyAt(...hoursAgo: readonly number[]): (at: number) => number {
  return (at) => (hoursAgo.some((start) => at <= start && at > start - 1) ? 0.05 : 0.001);
}

test('is none in a quiet fortnight, and says how far back it looked', () => {
  const { factor, lastUsedMs, nextUseMs } = judged({});
  assert.is(factor.state, 'supports');
  assert.is(factor.evidence, 'none in the last 14d');
  assert.is(factor.value, FORTNIGHT * 3600);
  assert.is(lastUsedMs, undefined);
  assert.is(nextUseMs, undefined);
});

test('at the same hour of the day comes again', () => {
  const { factor, lastUsedMs, nextUseMs } = judged({ cpu: busyAt(12, 36, 60) });
  assert.is(factor.state, 'refutes');
  assert.is(lastUsedMs, NOW - 11 * HOUR_MS);
  assert.is(nextUseMs, NOW + 12 * HOUR_MS);
  assert.is(factor.evidence, 'used at the same hour of the day, last 11h ago, next expected in 12h');
});

test('at the same hour of the week comes again', () => {
  const { factor, nextUseMs } = judged({ cpu: busyAt(100, 100 + 168) });
  assert.match(factor.evidence, 'used at the same hour of the week');
  assert.is(nextUseMs, NOW + 68 * HOUR_MS);
});

test('without a rhythm is rare use', () => {
  const { factor, nextUseMs } = judged({ cpu: busyAt(50, 250) });
  assert.is(factor.state, 'refutes');
  assert.match(factor.evidence, /^rarely used: 2 times in 14d, last 2d1h ago/);
  assert.is(nextUseMs, undefined);
});

test('older than a fortnight does not count', () => {
  assert.is(judged({ hours: 30 * 24, cpu: (at) => (at > FORTNIGHT ? 0.05 : 0.001) }).factor.state, 'supports');
});

test('is not the first hour of a pod or of a container that was restarted', () => {
  const startedAt = NOW - 5 * DAY_MS;
  const young = workload({ pods: [pod('web-0', { startedAt })] });
  assert.is(judged({ cpu: busyAt(120) }, young).factor.state, 'supports');
  assert.is(judged({ cpu: busyAt(118) }, young).factor.state, 'refutes');
  const state = { name: 'app', ready: true, restarts: 1, startedAt: NOW - 3 * DAY_MS };
  assert.is(judged({ cpu: busyAt(72) }, workload({ pods: [pod('web-0', { states: [state] })] })).factor.state, 'supports');
});

test('is a counted request, however long ago within the fortnight', () => {
  const seen = evidence(
    [usage({ hours: FORTNIGHT, cpu: 0.001, network: 200 })],
    [counted((hoursAgo) => (hoursAgo === 300 ? 1 : 0), { hours: FORTNIGHT })],
  );
  const { factor, lastUsedMs } = earlierUse(signalsOf(seen), contextOf());
  assert.is(factor.state, 'refutes');
  assert.is(lastUsedMs, NOW - 299 * HOUR_MS);
});

test('is a rise of the network above what is steady', () => {
  assert.is(judged({ network: (at) => (Math.abs(at - 200) < 0.04 ? 400 : 200) }).factor.state, 'refutes');
});

test('is not what chance alone makes of a noisy rest near the threshold', () => {
  // 3.5 % of the request and 700 B/s, each with so much noise that some samples lie above 5 % and 1 KB/s.
  const noisy = (level: number, sigma: number, what: string) => (at: number) => level + sigma * normal(what, Math.round(at * 12));
  const cpu = noisy(0.0035, 0.0005, 'cpu');
  const network = noisy(700, 110, 'network');
  const slots = Array.from({ length: FORTNIGHT * 12 }, (_, slot) => slot / 12);
  assert.ok(slots.some((at) => cpu(at) > 0.005) && slots.some((at) => network(at) > 1000));
  assert.is(judged({ cpu, network }).factor.state, 'supports');
});

test('is unknown without history', () => {
  const { factor } = earlierUse(signalsOf({}), contextOf());
  assert.is(factor.state, 'unknown');
  assert.is(factor.evidence, 'no history');
});

/** One sample of five minutes above the threshold of 5m at each of these hours before now. */
function blipsAt(cores: number, ...hoursAgo: readonly number[]): (at: number) => number {
  return (at) => (hoursAgo.some((start) => at <= start && at > start - 0.05) ? cores : 0.001);
}

test('is no lone blip of CPU without traffic, but what is large, frequent, or comes with traffic is', () => {
  assert.is(judged({ cpu: blipsAt(0.01, 100, 201) }).factor.state, 'supports');
  assert.is(judged({ cpu: blipsAt(0.03, 100) }).factor.state, 'refutes', 'large');
  assert.is(judged({ cpu: blipsAt(0.01, 30, 75, 130, 200) }).factor.state, 'refutes', 'frequent');
  assert.is(judged({ cpu: busyAt(100) }).factor.state, 'refutes', 'an hour long');
  const visited = { cpu: blipsAt(0.01, 100), network: (at: number): number => (at <= 100 && at > 99.95 ? 900 : 200) };
  assert.is(judged(visited).factor.state, 'refutes', 'with traffic');
  assert.is(judged({ cpu: blipsAt(0.01, 100), network: Number.NaN }).factor.state, 'refutes', 'nobody knows the traffic');
});

test('is none inferred from bytes where a counter saw nobody, and is where it saw one', () => {
  const noisy = usage({ hours: FORTNIGHT, cpu: 0.001, network: (at) => (at <= 100 && at > 99.95 ? 900 : 200) });
  const of = (requests: Parameters<typeof evidence>[1]): EarlierUse =>
    earlierUse(signalsOf(evidence([noisy], requests)), contextOf());
  assert.is(of([]).factor.state, 'refutes');
  assert.is(of([counted(0, { hours: FORTNIGHT })]).factor.state, 'supports');
  assert.is(of([counted((hoursAgo) => (hoursAgo === 60 ? 1 : 0), { hours: FORTNIGHT })]).factor.state, 'refutes');
});

test.run();
