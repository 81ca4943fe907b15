/** What would change a verdict: each answer is what the judge says once that has happened. */

import { idleProbability } from '../../lib/intelligence/idle/confidence.ts';
import { confidenceSumOf, effectsOf, outlookOf } from '../../lib/intelligence/idle/counterfactual.ts';
import { judged, later, type World } from '../../lib/intelligence/idle/world.ts';
import { SCENARIO_NAMES, scenario } from '../../lib/kube/simulated/scenarios.ts';
import type { Outlook, Supposition } from '../../lib/types/explanation.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import { assert, suite } from '../harness.ts';
import {
  container,
  contextOf,
  counted,
  DAY_MS,
  evidence,
  HOUR_MS,
  isNear,
  NOW,
  pod,
  usage,
  workload,
  workloadOf,
} from './build.ts';
import { evidenceOf } from './evidence.ts';
import { observed } from './observed.ts';

const test = suite('what would change a verdict');

/** Quiet: 1m of 100m, steady 100 B/s, memory that stands still; a little noise. */
const QUIET = {
  hours: 14 * 24,
  cpu: (hoursAgo: number) => 0.001 + 0.0001 * Math.sin(hoursAgo * 7),
  network: (hoursAgo: number) => 100 + 2 * Math.sin(hoursAgo * 5),
  memory: 1e8,
  movement: 0,
};

function world(parts: Partial<World> = {}): World {
  return { workload: workload(), evidence: evidence([usage(QUIET)]), context: contextOf(), ...parts };
}

function explained(of: World): { readonly finding: IdleFinding; readonly outlook: Outlook } {
  const finding = judged(of);
  return { finding, outlook: outlookOf(of, finding) };
}

function supposed({ suppositions }: Outlook, words: RegExp): Supposition {
  const found = suppositions.find(({ suppose }) => words.test(suppose));
  assert.ok(found, `nothing like ${words} among: ${suppositions.map(({ suppose }) => suppose).join('; ')}`);
  return found!;
}

test('an idle workload turns active by one busy sample of CPU or network, above the very threshold that is named', () => {
  const { finding, outlook } = explained(world());
  assert.is(finding.verdict, 'idle', finding.reason);
  const cpu = supposed(outlook, /^one CPU sample were above 5m$/);
  assert.is(cpu.verdict, 'active');
  assert.is(cpu.factor, 'cpu');
  assert.match(cpu.reason, /^CPU: 5\.\dm within the last 4h/);
  assert.is(supposed(outlook, /^one network sample were above 1\.0KB\/s$/).verdict, 'active');
  const asked = supposed(outlook, /^the network rose from its steady 100B\/s to \d+B\/s, as by a request$/);
  assert.is(asked.verdict, 'active');
  assert.match(asked.reason, /^requests: the network rose/);
});

test('where requests are counted, a single one is enough', () => {
  const { outlook } = explained(world({ evidence: evidence([usage(QUIET)], [counted(0, { hours: 14 * 24 })]) }));
  const one = supposed(outlook, /^one request were counted$/);
  assert.is(one.verdict, 'active');
  assert.match(one.reason, /^requests: about 1 in the last 6h/);
});

test('a restart or a pod that is not ready makes it unknown, and moving memory only less sure', () => {
  const running = pod('web-0', { states: [{ name: 'app', ready: true, restarts: 0, startedAt: NOW - 60 * DAY_MS }] });
  const { finding, outlook } = explained(world({ workload: workload({ pods: [running] }) }));
  assert.is(supposed(outlook, /restarted now/).verdict, 'unknown');
  assert.is(supposed(outlook, /not ready/).verdict, 'unknown');
  const memory = supposed(outlook, /^its memory moved by 4 %$/);
  assert.is(memory.verdict, 'idle');
  assert.ok(memory.confidence < finding.confidence);
});

test('a verdict ends where nothing is measured any more: after three sample intervals', () => {
  const { unmeasured } = explained(world()).outlook;
  assert.is(unmeasured?.verdict, 'unknown');
  assert.is(unmeasured?.atMs, NOW + 20 * 60_000);
});

test('without its only source that measures over time nothing can be said', () => {
  const gone = supposed(explained(world()).outlook, /^Prometheus had told nothing$/);
  assert.is(gone.verdict, 'unknown');
});

test('an active workload: what keeps it so, by how much, until when, and the moment from which quiet makes it idle', () => {
  // Used until an hour ago, on one day.
  const busy = { ...QUIET, cpu: (hoursAgo: number) => (hoursAgo > 1 && hoursAgo <= 2 ? 0.04 : 0.001) };
  const of = world({ evidence: evidence([usage(busy)]) });
  const { finding, outlook } = explained(of);
  assert.is(finding.verdict, 'active', finding.reason);
  const [cpu, before] = outlook.keepers;
  assert.is(cpu?.factor, 'cpu');
  assert.ok(isNear(cpu?.times, 8), `${cpu?.times}`);
  assert.is(cpu?.lastMs, NOW - HOUR_MS);
  // Quiet for four hours.
  assert.is(cpu?.quietFromMs, NOW + 3 * HOUR_MS);
  assert.is(before?.factor, 'earlier-use');
  // What was used is used for a fortnight.
  assert.is(outlook.idleFrom?.factor, 'earlier-use');
  assert.ok(Math.abs(outlook.idleFrom!.atMs - (NOW - HOUR_MS + 14 * DAY_MS)) <= HOUR_MS);
  assert.is(supposed(outlook, /^its CPU had stayed below 5m$/).verdict, 'idle');
});

test('the moment from which on it is idle is the first one: a little earlier the judge says otherwise', () => {
  for (const of of [
    world({ evidence: evidence([usage({ ...QUIET, cpu: (hoursAgo) => (hoursAgo > 1 && hoursAgo <= 2 ? 0.04 : 0.001) })]) }),
    world({ evidence: evidence([usage({ ...QUIET, hours: 3 })]) }),
    world({ workload: workload({ pods: [pod('web-0', { startedAt: NOW - 10 * HOUR_MS, createdAt: NOW - 10 * HOUR_MS })] }) }),
  ]) {
    const { idleFrom } = explained(of).outlook;
    assert.ok(idleFrom);
    const seconds = (idleFrom!.atMs - NOW) / 1000;
    assert.is(judged(later(of, seconds)).verdict, 'idle');
    assert.is.not(judged(later(of, seconds - 300)).verdict, 'idle');
    assert.ok(isNear(judged(later(of, seconds)).confidence, idleFrom!.confidence));
  }
});

test('quiet never makes a DaemonSet idle, and says why', () => {
  const { outlook } = explained(world({ workload: workload({ kind: 'DaemonSet' }) }));
  assert.is(outlook.idleFrom, undefined);
  assert.match(outlook.neverIdle ?? '', /DaemonSet/);
  assert.is(outlook.keepers[0]?.factor, 'life');
});

test('the standby of an election stays one however long it is quiet, and would be idle if it were none', () => {
  const lease = { name: 'web', holder: 'other-0_1', renewedAt: NOW - 5000, durationSeconds: 15 };
  const { finding, outlook } = explained(world({ workload: workload({ leases: [lease] }) }));
  assert.ok(finding.standsBy);
  assert.match(outlook.neverIdle ?? '', /^standby of a leader election/);
  assert.is(outlook.keepers[0]?.factor, undefined);
  assert.is(supposed(outlook, /^it did not stand by$/).verdict, 'idle');
});

test('an unknown workload: the verdict if each piece of missing evidence were there, and if all were', () => {
  const { finding, outlook } = explained(world({ evidence: evidence([usage({ ...QUIET, hours: 1 })]) }));
  assert.is(finding.verdict, 'unknown');
  assert.equal(
    outlook.suppositions.map(({ suppose, verdict }) => [suppose, verdict]),
    [
      ['its CPU were measured, and quiet', 'unknown'],
      ['its network were measured, and quiet', 'unknown'],
      ['all of this were so', 'idle'],
    ],
  );
  assert.ok(outlook.suppositions.slice(0, 2).every(({ remedy }) => remedy !== undefined));
});

test('each kind of missing evidence has its own answer', () => {
  const cases: readonly (readonly [RegExp, World])[] = [
    [
      /^a counter saw its requests, and none came$/,
      world({ workload: workload({ pods: [pod('web-0', { hostNetwork: true })] }) }),
    ],
    [/^all its pods were ready$/, world({ workload: workload({ pods: [pod('web-0', { ready: false })] }) })],
    [
      /^its pods had been running for a whole window$/,
      world({ workload: workload({ pods: [pod('web-0', { startedAt: NOW - 10 * HOUR_MS, createdAt: NOW - 10 * HOUR_MS })] }) }),
    ],
    [
      /^a business day of the same quiet were in the evidence$/,
      world({
        evidence: evidence([usage({ ...QUIET, hours: 30, untilHoursAgo: 0, nowMs: SUNDAY })]),
        context: contextOf({}, SUNDAY),
      }),
    ],
    [
      /^those lists could be read, and named it nowhere$/,
      world({
        workload: workload({ pods: [pod('web-0', { serviceAccountName: 'web' })] }),
        context: { ...contextOf(), unread: ['leases'] },
      }),
    ],
  ];
  for (const [words, of] of cases) {
    const { finding, outlook } = explained(of);
    assert.is(finding.verdict, 'unknown', `${words}: ${finding.reason}`);
    assert.is(supposed(outlook, words).verdict, 'idle', `${words}: ${supposed(outlook, words).reason}`);
  }
});

/** 2026-05-10, 20:00 UTC. */
const SUNDAY = Date.UTC(2026, 4, 10, 20);

test('one sample of this moment is no series that goes on: waiting alone brings nothing', () => {
  const instant = { ...usage({ ...QUIET, hours: 1 / 12 }), source: 'metrics.k8s.io' as const };
  const { outlook } = explained(world({ evidence: evidence([instant]) }));
  assert.is(outlook.idleFrom, undefined);
  assert.match(outlook.neverIdle ?? '', /CPU/);
});

test('a busy sidecar is as little use afterwards as before', () => {
  const mesh = container({ name: 'istio-proxy', image: 'istio/proxyv2:1.26' });
  const { finding, outlook } = explained(world({ workload: workloadOf([container(), mesh]) }));
  assert.is(finding.verdict, 'idle', finding.reason);
  assert.is(supposed(outlook, /another day/).verdict, 'idle');
});

test('the shares add up to log-odds, whose calibrated probability is the confidence', () => {
  const { finding } = explained(world());
  const sum = confidenceSumOf(finding)!;
  const shares = effectsOf(finding).map(({ share }) => share);
  assert.ok(
    isNear(
      sum.logOdds,
      shares.reduce((total, share) => total + share, sum.intercept),
    ),
  );
  assert.ok(isNear(Math.log(sum.uncalibrated / (1 - sum.uncalibrated)), sum.logOdds));
  assert.is(idleProbability(shares), finding.confidence);
  assert.is(confidenceSumOf(judged(world({ workload: workload({ kind: 'DaemonSet' }) }))), undefined);
});

test('the confidence without a share is what is left of the odds', () => {
  const { finding } = explained(world());
  const effects = effectsOf(finding);
  assert.ok(effects.length > 3);
  for (const { factor, share, confidenceWithout } of effects) {
    assert.is(finding.factors.find((each) => each.factor === factor)?.share, share);
    assert.is(Math.sign(finding.confidence - confidenceWithout), Math.sign(share), factor);
  }
  assert.equal(effectsOf({ ...finding, factors: finding.factors.map(({ share: _, ...factor }) => factor) }), []);
});

test('used workloads of every labelled scenario become idle when their last use is a fortnight old; kept ones never do', async () => {
  const shared = { nowMs: NOW, days: 14, lost: 0.002 };
  for (const [seed, shape, stepSeconds] of [
    [11, 'history', 60],
    [12, 'prometheus', 300],
  ] as const) {
    for (const name of SCENARIO_NAMES) {
      const described = scenario(name, { seed, namespace: 'shop', timeZone: 'UTC' });
      const workloads = await observed(described, NOW);
      for (const each of described) {
        const of: World = {
          workload: workloads.find(({ ref }) => ref.name === (each.owner?.name ?? each.name))!,
          evidence: evidenceOf(each, { ...shared, seed, shape, stepSeconds }),
          context: contextOf({}, NOW, workloads),
        };
        const { finding, outlook } = explained(of);
        const what = `${name}, seed ${seed}: ${finding.reason}; ${JSON.stringify(outlook.idleFrom ?? outlook.neverIdle)}`;
        if (finding.verdict === 'idle')
          assert.ok(
            outlook.suppositions.some(({ verdict }) => verdict === 'active'),
            what,
          );
        if (finding.verdict !== 'active') continue;
        const isKept = finding.standsBy || finding.factors.some(({ factor, state }) => factor === 'life' && state === 'refutes');
        assert.is(outlook.neverIdle !== undefined, isKept, what);
        if (isKept) continue;
        const expectedMs = finding.lastUsedMs! + 14 * DAY_MS;
        assert.ok(
          Math.abs(outlook.idleFrom!.atMs - expectedMs) <= 2 * HOUR_MS,
          `${what}, expected ${new Date(expectedMs).toISOString()}`,
        );
      }
    }
  }
});

test.run();
