import { idleProbability } from '../../lib/intelligence/idle/confidence.ts';
import { judgeIdle } from '../../lib/intelligence/idle/judge.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import type { UsageEvidence } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import {
  container,
  contextOf,
  counted,
  DAY_MS,
  evidence,
  factorOf,
  HOUR_MS,
  type Measured,
  NOW,
  pod,
  usage,
  workload,
  workloadOf,
} from './build.ts';

const test = suite('the verdict');

const QUIET: Measured = { hours: 7 * 24, cpu: 0.001, memory: 50 * 2 ** 20, movement: 0, network: 200 };

function judged(measured: Measured | UsageEvidence, of: Workload = workload(), context = contextOf()): IdleFinding {
  return judgeIdle(of, 'usage' in measured ? measured : evidence([usage(measured)]), context);
}

test('is idle after a quiet week, with every factor named and enough confidence to be listed', () => {
  const finding = judged(QUIET);
  assert.is(finding.verdict, 'idle');
  assert.ok(finding.confidence >= 0.85);
  assert.equal(
    finding.factors.map(({ factor }) => factor),
    ['cpu', 'memory', 'network', 'requests', 'business-hours', 'life', 'earlier-use'],
  );
  assert.equal(finding.missing, []);
  assert.match(finding.reason, /^CPU at most 1m for 7d, below 5m/);
});

test('says since when: the latest of the runs, or at least since the evidence began', () => {
  const whole = judged(QUIET);
  assert.is(whole.idleSinceMs, NOW - 7 * DAY_MS);
  assert.is(whole.idleAtLeast, true);
  const context = contextOf({ earlierUseSeconds: 6 * 3600, windowSeconds: 24 * 3600 });
  // The start-up of the pod ends the run, and is no use.
  const started = workload({ pods: [pod('web-0', { startedAt: NOW - 30 * HOUR_MS })] });
  const since = judged({ ...QUIET, cpu: (at) => (at > 29.5 && at <= 30 ? 0.09 : 0.001) }, started, contextOf());
  assert.is(since.verdict, 'idle');
  assert.is(since.idleSinceMs, NOW - 29.5 * HOUR_MS);
  assert.is(since.idleAtLeast, false);
  assert.is(judged({ ...QUIET, hours: 24 }, workload(), context).idleSinceMs, NOW - DAY_MS);
});

test('may have been idle for longer where samples are missing before the quiet, and not where its whole life was seen', () => {
  const hole = judged({ ...QUIET, cpu: (at) => (at > 12 && at <= 14 ? Number.NaN : 0.001) });
  assert.is(hole.idleSinceMs, NOW - 12 * HOUR_MS);
  assert.is(hole.idleAtLeast, true);
  const createdAt = NOW - 3 * DAY_MS - 5 * 60_000;
  const whole = judged(
    { ...QUIET, hours: 72 },
    workload({ createdAt, pods: [pod('web-0', { createdAt, startedAt: createdAt })] }),
  );
  assert.is(whole.idleSinceMs, NOW - 3 * DAY_MS);
  assert.is(whole.idleAtLeast, false);
});

test('each factor has its share in the confidence of an idle verdict, and together they make it', () => {
  const finding = judged(QUIET);
  const shares = finding.factors.map(({ share }) => share!);
  assert.ok(shares.every((share) => !Number.isNaN(share)));
  assert.is(idleProbability(shares), finding.confidence);
  assert.ok(idleProbability(shares.map((share) => share - 1)) < finding.confidence, 'less evidence is worth less');
});

test('is surer the longer the history is, and less sure of an autoscaled one at its floor', () => {
  const week = judged(QUIET).confidence;
  assert.ok(judged({ ...QUIET, hours: 14 * 24 }).confidence > week);
  const scaler = {
    kind: 'HorizontalPodAutoscaler',
    name: 'web',
    minReplicas: 1,
    maxReplicas: 5,
    currentReplicas: 1,
    metrics: [],
  } as const;
  const atFloor = judged(QUIET, workload({ autoscalers: [scaler] }));
  assert.is(atFloor.verdict, 'idle');
  assert.ok(atFloor.confidence < week && atFloor.confidence >= 0.85);
});

test('is active as soon as one of CPU, network and requests is', () => {
  assert.match(judged({ ...QUIET, cpu: 0.02 }).reason, /^CPU: /);
  assert.is(judged({ ...QUIET, cpu: 0.02 }).verdict, 'active');
  assert.is(judged({ ...QUIET, network: 5000 }).verdict, 'active');
  const asked = judged(evidence([usage(QUIET)], [counted((hoursAgo) => (hoursAgo === 3 ? 2 : 0))]));
  assert.is(asked.verdict, 'active');
  assert.match(asked.reason, /^requests: about 2/);
  assert.is(asked.use.requests, 2);
});

test('does not turn on memory, which idle processes hold', () => {
  const holding = judged({ ...QUIET, memory: (at) => (600 + 100 * Math.sin(at)) * 2 ** 20 });
  assert.is(factorOf(holding, 'memory').state, 'refutes');
  assert.is(holding.verdict, 'idle');
  assert.ok(holding.confidence < judged(QUIET).confidence);
});

test('is active for what was used on another day', () => {
  const finding = judged({ ...QUIET, cpu: (at) => (at > 60 && at < 61 ? 0.05 : 0.001) });
  assert.is(finding.verdict, 'active');
  assert.match(finding.reason, /^rarely used: once/);
});

test('is active for what was used yesterday though its pods are of today', () => {
  const rolled = workload({ pods: [pod('web-0', { startedAt: NOW - 8 * HOUR_MS })] });
  assert.is(judged({ ...QUIET, cpu: (at) => (at > 20 && at < 28 ? 0.05 : 0.001) }, rolled).verdict, 'active');
  assert.is(judged(QUIET, rolled).verdict, 'unknown');
});

test('is unknown without evidence, and every lack comes with a remedy', () => {
  const lacks: readonly (readonly [string, UsageEvidence, RegExp])[] = [
    ['everything', evidence([]), /^CPU: no samples/],
    ['CPU', evidence([usage({ ...QUIET, cpu: (at) => (at > 3 ? 0.001 : Number.NaN) })]), /^CPU: /],
    ['network', evidence([usage({ hours: 168, cpu: 0.001 })]), /^network: no samples/],
    ['most of the window', evidence([usage({ ...QUIET, hours: 15 })]), /^window: 15h of its 24h are measured/],
  ];
  for (const [what, given, reason] of lacks) {
    const finding = judged(given);
    assert.is(finding.verdict, 'unknown', what);
    assert.match(finding.missing[0]!.what, reason);
    assert.ok(
      finding.missing.every(({ remedy }) => remedy.length > 10),
      what,
    );
    assert.is(finding.confidence, 0);
    assert.is(finding.idleSinceMs, undefined);
  }
});

test('is idle without network where a counter sees that nobody asks', () => {
  const only = evidence([usage({ hours: 168, cpu: 0.001 })], [counted(0, { hours: 168 })]);
  assert.is(judged(only).verdict, 'idle');
});

test('of a pod on the host network needs a counter, and says so', () => {
  const relay = workload({ pods: [pod('web-0', { hostNetwork: true })] });
  const finding = judged(QUIET, relay);
  assert.is(finding.verdict, 'unknown');
  assert.match(finding.missing[0]!.remedy, 'count its requests');
});

test('is unknown when only a night or a weekend was seen', () => {
  const sunday = Date.UTC(2026, 4, 17, 20);
  const context = contextOf({}, sunday);
  const finding = judged({ ...QUIET, hours: 26, nowMs: sunday }, workload(), context);
  assert.is(finding.verdict, 'unknown');
  assert.match(finding.missing[0]!.what, /^business hours: only 0s/);
  assert.is(judged({ ...QUIET, hours: 72, nowMs: sunday }, workload(), context).verdict, 'idle');
});

test('counts only business hours that were measured', () => {
  const sunday = Date.UTC(2026, 4, 17, 20);
  // A week of evidence, but for its working days.
  const nightsOnly = (at: number): number => {
    const day = new Date(sunday - at * HOUR_MS);
    return [1, 2, 3, 4, 5].includes(day.getUTCDay()) && day.getUTCHours() >= 7 && day.getUTCHours() < 19 ? Number.NaN : 100;
  };
  const finding = judged({ ...QUIET, network: nightsOnly, nowMs: sunday }, workload(), contextOf({}, sunday));
  assert.is(finding.verdict, 'unknown');
  assert.match(finding.missing[0]!.what, /^business hours/);
});

test('weighs a busy sidecar apart from a dead app', () => {
  const containers = [
    container(),
    container({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.1', requests: { cpuCores: 2, memoryBytes: 2 ** 28 } }),
  ];
  // What collectors measure of the app alone; the proxy's own request must not raise its threshold.
  assert.is(judged({ ...QUIET, cpu: 0.02 }, workloadOf(containers)).verdict, 'active');
  const dead = judged(QUIET, workloadOf(containers));
  assert.is(dead.verdict, 'idle');
  assert.is(dead.requested.cpuCores, 2.1);
});

test('counts what finished pods hold for nothing', () => {
  const done = workload({ pods: [pod('web-0'), pod('web-1', { phase: 'Succeeded' })] });
  assert.is(judged(QUIET, done).pods, 1);
  assert.is(judged(QUIET, workload({ pods: [] })).verdict, 'unknown');
});

test('is the same for the same evidence', () => {
  assert.equal(judged(QUIET), judged(QUIET));
});

test.run();
