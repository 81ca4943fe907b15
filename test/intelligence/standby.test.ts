import { standbyReason } from '../../lib/intelligence/idle/standby.ts';
import type { Lease, Service, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { container, contextOf, NOW, pod, signalsOf, workload } from './build.ts';

const test = suite('standbys');

function reason(of: Workload, neighbours: readonly Workload[] = []): string | undefined {
  return standbyReason(signalsOf({}, of), contextOf({}, NOW, [of, ...neighbours]));
}

function lease(renewedSecondsAgo: number): Lease {
  return { name: 'web-leader', holder: 'web-0_1f3a', renewedAt: NOW - renewedSecondsAgo * 1000, durationSeconds: 15 };
}

test('are those of a leader election that goes on', () => {
  const pair = workload({ pods: [pod('web-0'), pod('web-1')], leases: [lease(5)] });
  assert.is(reason(pair), 'standby of a leader election: web-0 holds lease web-leader');
});

test('are not called so where the only pod is the leader', () => {
  assert.is(reason(workload({ leases: [lease(5)] })), 'leader of an election: it holds lease web-leader');
});

test('are not those of an election that nobody renewed for long', () => {
  assert.is(reason(workload({ leases: [lease(3600)] })), undefined);
});

test('are members of a quorum that a budget keeps', () => {
  const budget = { name: 'store', desiredHealthy: 2 };
  const pods = [pod('store-0'), pod('store-1'), pod('store-2')];
  const members = workload({ kind: 'StatefulSet', name: 'store', pods, disruptionBudgets: [budget] });
  assert.match(reason(members)!, 'budget store keeps 2 of 3 up');
  assert.is(reason({ ...members, disruptionBudgets: [{ ...budget, desiredHealthy: 1 }] }), undefined);
  assert.is(reason(workload({ pods, disruptionBudgets: [budget] })), undefined, 'web servers are no quorum');
});

test('are replicas of a database, told by name or role', () => {
  const postgres = [container({ image: 'docker.io/library/postgres:18.1' })];
  const database = (name: string, podLabels: Readonly<Record<string, string>> = {}): Workload =>
    workload({ kind: 'StatefulSet', name, podLabels, containers: postgres, pods: [pod(`${name}-0`, { containers: postgres })] });
  assert.match(reason(database('orders-db-replica'))!, 'replica of a database');
  assert.match(reason(database('orders-db', { role: 'replica' }))!, 'replica of a database');
  const labelled = database('orders-db');
  const byOperator = {
    ...labelled,
    pods: [pod('orders-db-1', { containers: postgres, labels: { 'cnpg.io/instanceRole': 'replica' } })],
  };
  assert.match(reason(byOperator)!, 'replica of a database');
  assert.is(reason(database('orders-db')), undefined, 'a database that nobody asks is idle');
  assert.is(reason(workload({ name: 'replica-dashboard' })), undefined, 'a name alone makes no database');
});

function colour(slot: string, served: boolean): Workload {
  const service: Service = { namespace: 'shop', name: 'pay', type: 'ClusterIP', selector: { app: 'pay', slot } };
  return workload({
    name: `pay-${slot}`,
    podLabels: { app: 'pay', slot, 'app.kubernetes.io/name': `pay-${slot}` },
    services: served ? [service] : [],
  });
}

test('are the colour that the service does not send users to', () => {
  const blue = colour('blue', true);
  const green = colour('green', false);
  assert.is(reason(green, [blue]), 'spare of pay-blue, which its service sends the users to');
  assert.is(reason(blue, [green]), undefined);
  assert.is(reason(green), undefined, 'without the other colour it is no spare');
});

test('are not two apps of one team, nor a colour of another namespace', () => {
  const web = workload({ name: 'web', podLabels: { team: 'shop', app: 'web' } });
  const api = workload({ name: 'api', podLabels: { team: 'shop', app: 'api' } });
  const service: Service = { namespace: 'shop', name: 'api', type: 'ClusterIP', selector: { app: 'api' } };
  assert.is(reason(web, [{ ...api, services: [service] }]), undefined);
  const blue = colour('blue', true);
  assert.is(reason(colour('green', false), [{ ...blue, ref: { ...blue.ref, namespace: 'other' } }]), undefined);
});

test.run();
