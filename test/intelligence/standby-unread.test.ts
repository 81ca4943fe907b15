import { judgeIdle } from '../../lib/intelligence/idle/judge.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import type { Pod, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { contextOf, evidence, NOW, pod, usage, workload } from './build.ts';

const test = suite('what could not be read of standbys');

/** A week without use. */
const QUIET = evidence([usage({ hours: 7 * 24, cpu: 0.001, memory: 50 * 2 ** 20, movement: 0, network: 200 })]);

function judged(of: Workload, unread: readonly string[], neighbours: readonly Workload[] = []): IdleFinding {
  return judgeIdle(of, QUIET, { ...contextOf({}, NOW, [of, ...neighbours]), unread });
}

const whatIsMissing = (finding: IdleFinding): readonly string[] => finding.missing.map(({ remedy }) => remedy);

const underAccount = (serviceAccountName: string, parts: Partial<Pod> = {}): Workload =>
  workload({ pods: [pod('web-0', { serviceAccountName, ...parts })] });

test('without the leases what has a service account of its own is not called idle, and the right that is missing is named', () => {
  assert.is(judged(underAccount('web'), []).verdict, 'idle');
  const finding = judged(underAccount('web'), ['leases']);
  assert.is(finding.verdict, 'unknown');
  assert.is(
    finding.reason,
    'life: it may be the standby of a leader election, which only the leases tell, and they could not be read',
  );
  assert.equal(whatIsMissing(finding), ['grant the right to list leases.coordination.k8s.io']);
});

test('without the leases what cannot write one is judged: under the account that all share, or without its token', () => {
  assert.is(judged(underAccount('default'), ['leases']).verdict, 'idle');
  assert.is(judged(underAccount('web', { mountsServiceAccountToken: false }), ['leases']).verdict, 'idle');
});

test("without the leases the kubelet's own pods, which have no account but credentials in files, are not called idle", () => {
  assert.is(judged(underAccount('', { mountsServiceAccountToken: false }), ['leases']).verdict, 'unknown');
});

test('one pod with an account of its own is enough, as while a changed template is rolled out', () => {
  const pods = [pod('web-0'), pod('web-1', { serviceAccountName: 'web' })];
  assert.is(judged(workload({ pods }), ['leases']).verdict, 'unknown');
});

test('without the budgets only what may be a quorum is unknown: a StatefulSet of three', () => {
  const of = (kind: string, members: number): Workload =>
    workload({ kind, pods: Array.from({ length: members }, (_, index) => pod(`web-${index}`)) });
  assert.equal(whatIsMissing(judged(of('StatefulSet', 3), ['poddisruptionbudgets'])), [
    'grant the right to list poddisruptionbudgets.policy',
  ]);
  assert.is(judged(of('StatefulSet', 2), ['poddisruptionbudgets']).verdict, 'idle');
  assert.is(judged(of('Deployment', 3), ['poddisruptionbudgets']).verdict, 'idle');
});

test('without the services only what stands in a slot of a release is unknown', () => {
  const slot = (name: string): Workload => workload({ name: `pay-${name}`, podLabels: { app: 'pay', slot: name } });
  const finding = judged(slot('green'), ['services'], [slot('blue')]);
  assert.is(finding.verdict, 'unknown');
  assert.equal(whatIsMissing(finding), ['grant the right to list services']);
  assert.is(judged(slot('green'), ['services'], [workload()]).verdict, 'idle');
});

test('other lists tell nothing of standbys', () => {
  assert.is(judged(workload(), ['nodes', 'limitranges', 'horizontalpodautoscalers']).verdict, 'idle');
});

test('what is known to be used stays active', () => {
  const busy = evidence([usage({ hours: 7 * 24, cpu: 0.5, memory: 50 * 2 ** 20, movement: 0, network: 200_000 })]);
  assert.is(judgeIdle(underAccount('web'), busy, { ...contextOf(), unread: ['leases'] }).verdict, 'active');
});

test.run();
