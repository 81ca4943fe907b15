/** What limits and a policy leave of a plan, and that a policy allows nothing by silence. */

import { objectionOf, without } from '../../lib/optimize/limits.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import { policyObjection } from '../../lib/optimize/policy/objection.ts';
import { readPolicy } from '../../lib/optimize/policy/read.ts';
import { DAY } from '../../lib/types/duration.ts';
import type { UpidError } from '../../lib/types/errors.ts';
import type { Plan } from '../../lib/types/plan.ts';
import { assert, suite } from '../harness.ts';
import { idleOf, inputOf, NOW, objectOf, PRICES, usageOf, workloadOf } from './look.ts';

const test = suite('policy');

const NAMES = ['idle-a', 'idle-b', 'wide', 'owned'];

/** Two idle ones, one to right-size, one that Flux keeps. */
function plan(): Plan {
  const management = { tool: 'flux', name: 'apps', evidence: 'mark' } as const;
  const workloads = NAMES.map((name) => workloadOf(objectOf({ name }), name === 'owned' ? { management } : {}));
  const findings = workloads.slice(0, 2).map((workload) => idleOf(workload));
  return makePlan(inputOf(workloads, [[], [], [usageOf('web')], [usageOf('web')]], { findings }));
}

const POLICY = {
  apiVersion: 'upid.dev/v1alpha1',
  kind: 'OptimizationPolicy',
  namespaces: ['shop'],
  kinds: ['scale-to-zero', 'rightsize'],
  maxChanges: 10,
  maxRisk: 1,
};

const read = (more: object = {}) => readPolicy(JSON.stringify({ ...POLICY, ...more }), 'policy.yaml', 'UTC');

/** Names of what a policy lets through, and its reasons for the rest. */
function outcome(more: object = {}, nowMs = NOW): { readonly allowed: readonly string[]; readonly reasons: readonly string[] } {
  const { recommendations, declined } = without(plan(), policyObjection(read(more), nowMs), PRICES);
  return {
    allowed: recommendations.map(({ target }) => target.name).toSorted(),
    reasons: [...new Set(declined.map(({ reason }) => reason))].toSorted(),
  };
}

test('lets through what it names, and never what is carried out elsewhere', () => {
  assert.equal(outcome(), {
    allowed: ['idle-a', 'idle-b', 'wide'],
    reasons: ['rightsize: it is carried out elsewhere'],
  });
});

test('each bound keeps out what is beyond it, with the reason', () => {
  const kept = (more: object): string => outcome(more).reasons.join('; ');
  assert.match(kept({ namespaces: ['staging', 'dev-*'] }), 'the policy does not name namespace shop');
  assert.equal(outcome({ namespaces: ['staging'] }).allowed, []);
  assert.equal(outcome({ namespaces: ['sh*'] }).allowed.length, 3);
  assert.match(kept({ namespaces: ['*'], excludedNamespaces: ['shop'] }), 'the policy excludes namespace shop');
  assert.equal(outcome({ kinds: ['rightsize'] }).allowed, ['wide']);
  assert.match(kept({ kinds: ['rightsize'] }), 'scale-to-zero: the policy does not allow scale-to-zero');
  assert.equal(outcome({ maxRisk: 0 }).allowed, []);
  assert.match(kept({ maxRisk: 0 }), /its risk 0\.\d\d is above 0/);
  assert.match(kept({ minConfidence: 0.99 }), 'its confidence 0.96 is below 0.99');
});

test('the changes of a run are counted from the first on', () => {
  const [first] = plan().recommendations.filter(({ patch }) => patch.length > 0);
  assert.equal(outcome({ maxChanges: 1 }).allowed, [first!.target.name]);
  assert.match(outcome({ maxChanges: 1 }).reasons.join('; '), 'the policy allows 1 changes in a run');
});

test('its hours hold in their zone', () => {
  // NOW is Friday, 12:00 UTC: 13:00 in Berlin.
  assert.is(outcome({ hours: 'Fri 13:00-14:00 Europe/Berlin' }).allowed.length, 3);
  assert.equal(outcome({ hours: 'Fri 12:00-13:00 Europe/Berlin' }).allowed, []);
  assert.equal(outcome({ hours: 'Fri 12:00-13:00' }).allowed.length, 3);
  assert.equal(outcome({ hours: 'Fri 12:00-13:00' }, NOW + DAY * 1000).allowed, []);
  assert.match(outcome({ hours: 'Sat 00:00-24:00' }).reasons.join('; '), "the policy's hours (UTC) do not hold now");
});

test('what it lacks or does not know is refused by name', () => {
  const refusal = (text: string): string => {
    try {
      readPolicy(text, 'policy.yaml', 'UTC');
      return 'taken';
    } catch (error) {
      return `${(error as UpidError).id} ${(error as UpidError).message}; ${(error as UpidError).remedy}`;
    }
  };
  for (const field of Object.keys(POLICY)) {
    const { [field]: _left, ...rest } = POLICY as Record<string, unknown>;
    assert.is(refusal(JSON.stringify(rest)), `input-invalid policy.yaml: ${field} is missing; it should be there`);
  }
  const broken = (more: object): string => refusal(JSON.stringify({ ...POLICY, ...more }));
  assert.match(broken({ surprise: 1 }), 'surprise is no field that this version knows');
  assert.match(broken({ kinds: ['storage'] }), 'kinds[0] is "storage"; it should be one of scale-to-zero, rightsize');
  assert.match(broken({ hours: 'always' }), 'hours is "always"; it should be hours that can be read');
  assert.match(broken({ maxChanges: 0 }), 'maxChanges is 0; it should be a whole number, 1 or more');
  assert.match(broken({ namespaces: ['a*b'] }), 'namespaces[0] is "a*b"');
  assert.match(refusal('a: [\n'), 'policy.yaml is neither JSON nor YAML');
});

test('limits of the command line keep out by confidence and risk; the sum follows', () => {
  const whole = plan();
  const sure = without(whole, objectionOf({ minConfidence: 0.99 }), PRICES);
  // A right-sizing has no confidence of its own.
  assert.ok(sure.recommendations.every(({ kind }) => kind === 'rightsize') && sure.recommendations.length === 2);
  const sum = sure.recommendations.reduce((total, { savings }) => total + savings.cpuCores, 0);
  assert.ok(Math.abs(sure.savings.cpuCores - sum) < 1e-9);
  assert.is(without(whole, objectionOf({}), PRICES), whole);
  assert.equal(without(whole, objectionOf({ maxRisk: 0 }), PRICES).recommendations, []);
});

test('only what is asked about is proposed: idle workloads are right-sized where scaling is not', () => {
  const workloads = [workloadOf(objectOf())];
  const findings = [idleOf(workloads[0]!)];
  const kinds = (asked: 'rightsize' | 'scale-to-zero', verdict: 'idle' | 'active' = 'idle') =>
    makePlan(
      inputOf(workloads, [[usageOf('web')]], { findings: [{ ...findings[0]!, verdict }], kinds: [asked] }),
    ).recommendations.map(({ kind }) => kind);
  assert.equal(kinds('rightsize'), ['rightsize']);
  assert.equal(kinds('scale-to-zero'), ['scale-to-zero']);
  assert.equal(kinds('scale-to-zero', 'active'), []);
});

test.run();
