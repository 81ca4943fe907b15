import { cpuFactor, cpuThreshold } from '../../lib/intelligence/idle/cpu.ts';
import { normal } from '../../lib/kube/simulated/random.ts';
import { assert, suite } from '../harness.ts';
import {
  container,
  contextOf,
  evidence,
  HOUR_MS,
  isNear,
  type Measured,
  NOW,
  pod,
  signalsOf,
  usage,
  workload,
  workloadOf,
} from './build.ts';

const test = suite('the CPU factor');

const CONTEXT = contextOf();

function judged(measured: Measured): ReturnType<typeof cpuFactor> {
  return cpuFactor(signalsOf(measured), CONTEXT);
}

const THRESHOLDS = [
  ['5 % of the request', [container({ requests: { cpuCores: 0.2 } })], 0.01],
  ['5 % of the limit where there is no request', [container({ requests: {}, limits: { cpuCores: 1 } })], 0.05],
  ['5 % of a hundredth of a core where there is neither', [container({ requests: {} })], 0.0005],
  ['5 % of a hundredth of a core where the request is zero', [container({ requests: { cpuCores: 0 } })], 0.0005],
  [
    'the sum over the app containers',
    [container({ requests: { cpuCores: 0.2 } }), container({ name: 'worker', requests: { cpuCores: 0.1 } })],
    0.015,
  ],
  [
    'without known sidecars',
    [
      container({ requests: { cpuCores: 0.2 } }),
      container({ name: 'istio-proxy', image: 'istio/proxyv2:1', requests: { cpuCores: 2 } }),
    ],
    0.01,
  ],
  [
    'without native sidecars and init containers',
    [
      container({ requests: { cpuCores: 0.2 } }),
      container({ name: 'agent', role: 'sidecar', requests: { cpuCores: 1 } }),
      container({ name: 'migrate', role: 'init', requests: { cpuCores: 1 } }),
    ],
    0.01,
  ],
] as const;

for (const [what, containers, expected] of THRESHOLDS) {
  test(`its threshold is ${what}`, () => {
    const signals = signalsOf({ cpu: 0 }, workloadOf(containers));
    assert.ok(isNear(cpuThreshold(signals, CONTEXT), expected));
  });
}

test('a container that the user names as a sidecar is none of the app', () => {
  const containers = [container({ requests: { cpuCores: 0.2 } }), container({ name: 'house-agent', requests: { cpuCores: 1 } })];
  const context = contextOf({ sidecars: ['house-agent'] });
  assert.ok(isNear(cpuThreshold(signalsOf({ cpu: 0 }, workloadOf(containers), context), context), 0.01));
});

test('supports idleness after four quiet hours', () => {
  const factor = judged({ hours: 4, cpu: 0.004 });
  assert.is(factor.state, 'supports');
  assert.is(factor.quietSeconds, 4 * 3600);
  assert.is(factor.value, 0.004);
  assert.ok(isNear(factor.threshold, 0.005));
});

test('refutes it by one busy sample within four hours', () => {
  const factor = judged({ cpu: (hoursAgo) => (Math.abs(hoursAgo - 3) < 0.01 ? 0.006 : 0.001) });
  assert.is(factor.state, 'refutes');
  assert.is(factor.value, 0.006);
  assert.match(factor.evidence, '6m within the last 4h, above 5m');
});

test('supports it when the busy sample is older', () => {
  const factor = judged({ cpu: (hoursAgo) => (hoursAgo > 5 ? 0.9 : 0.001) });
  assert.is(factor.state, 'supports');
  assert.is(factor.quietSeconds, 5 * 3600);
});

test('does not tell by one instant, nor by less than four hours', () => {
  assert.is(judged({ hours: 1 / 12, cpu: 0 }).state, 'unknown');
  const short = judged({ hours: 3.5, cpu: 0 });
  assert.is(short.state, 'unknown');
  assert.match(short.evidence, 'only 3h30m of the 4h needed are measured');
});

test('does not tell across a gap of more than three sample intervals', () => {
  const withHole = (minutes: number): ReturnType<typeof cpuFactor> =>
    judged({ cpu: (hoursAgo) => (hoursAgo <= 2 && hoursAgo > 2 - minutes / 60 ? Number.NaN : 0.001) });
  assert.is(withHole(15).state, 'supports');
  assert.is(withHole(20).state, 'unknown');
  assert.match(withHole(20).evidence, 'samples are missing before that');
});

test('names its source, its period and how much of the window it covers', () => {
  const signals = signalsOf(
    evidence([
      usage({ hours: 6, cpu: 0.001, source: 'prometheus' }),
      usage({ hours: 6, untilHoursAgo: 6, cpu: 0.001, source: 'history' }),
    ]),
  );
  const factor = cpuFactor(signals, CONTEXT);
  assert.is(factor.source, 'prometheus + history');
  assert.is(factor.coverage, 0.5);
  assert.is(factor.quietSeconds, 12 * 3600);
  assert.is(factor.series?.values.length, 96);
  assert.is(factor.series?.values.filter((value) => value === null).length, 48);
});

/** Noise of a fifth around a level, by the hour of a sample. */
function around(level: number): (at: number) => number {
  return (at) => level * Math.exp(0.2 * normal('cpu', at.toFixed(4)));
}

test('the noise of a level below the limit is quiet, as long as it is seen finely and does not reach far', () => {
  const noisy = judged({ cpu: around(0.0035) });
  assert.is(noisy.state, 'supports', noisy.evidence);
  assert.ok(noisy.value! > noisy.threshold!, 'chance alone crosses the limit');
  assert.match(noisy.evidence, 'which is the noise of a level below 5m');
  assert.is(judged({ cpu: (at) => (at < 1 && at > 0.9 ? 0.011 : around(0.0035)(at)) }).state, 'refutes', 'twice the limit');
  assert.is(judged({ cpu: around(0.0045), slotSeconds: 1200 }).state, 'refutes', 'coarse samples');
  assert.is(judged({ cpu: around(0.006) }).state, 'refutes', 'a level above the limit');
});

test('what a pod does in its first hour refutes nothing, and does not count as quiet', () => {
  const started = NOW - 3 * HOUR_MS;
  const young = workload({ createdAt: started, pods: [pod('web-0', { createdAt: started, startedAt: started })] });
  const measured = { hours: 3, cpu: (at: number): number => (at > 2.5 ? 0.08 : 0.001) };
  const factor = cpuFactor(signalsOf(measured, young), CONTEXT);
  assert.is(factor.state, 'unknown', factor.evidence);
  assert.is(cpuFactor(signalsOf(measured), CONTEXT).state, 'refutes', 'the same of an old pod');
});

test.run();
