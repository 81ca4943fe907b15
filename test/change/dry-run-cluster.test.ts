/** Patches of a plan on a real API server: taken as they are written, taken back as they were, and refused by name where a right is missing. */

import { dryRun } from '../../lib/change/dry-run.ts';
import { collectObjects } from '../../lib/collect/objects/collect.ts';
import { connect } from '../../lib/kube/connect.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import type { Recommendation } from '../../lib/types/plan.ts';
import { workloadKey } from '../../lib/types/usage.ts';
import { clusterAvailable } from '../cluster/available.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { assert, skip, suite } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { type ContainerParts, idleOf, inputOf, NOW, objectOf, usageOf } from '../optimize/look.ts';

const test = suite('dry-run on a real API server');

/** Resources in the forms that people write; the server has its own. */
const CONTAINERS: readonly (readonly ContainerParts[])[] = [
  [{ name: 'web', requests: { cpu: '0.5', memory: '1073741824' }, limits: { memory: '2048Mi' } }],
  [{ name: 'web' }],
  [{ name: 'web', requests: { cpu: '500m' } }],
  [{ name: 'web', limits: { cpu: '1000m', memory: '1024Mi' } }],
  [{ name: 'web', limits: { memory: '1G' }, requests: { 'ephemeral-storage': '1Gi' } }],
  [{ name: 'web', requests: { cpu: '5e-2', memory: '64Mi' }, limits: { cpu: '2', memory: '1e9' } }],
];

const INIT: readonly ContainerParts[] = [
  { name: 'migrate', requests: { cpu: '10m' } },
  { name: 'proxy', requests: { cpu: '1', memory: '512Mi' }, more: { restartPolicy: 'Always' } },
];

const availability = clusterAvailable();

let cluster: TestCluster;

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  await cluster.api.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  for (const [kind, plural] of [
    ['Deployment', 'deployments'],
    ['StatefulSet', 'statefulsets'],
    ['ReplicaSet', 'replicasets'],
  ] as const) {
    for (const [at, containers] of CONTAINERS.entries()) {
      const name = `${kind.toLowerCase()}-${at}`;
      const object = objectOf({
        kind,
        name,
        containers,
        ...(at === 0 && { init: INIT }),
        replicas: 1,
        spec: { selector: { matchLabels: { app: name } }, ...(kind === 'StatefulSet' && { serviceName: name }) },
      });
      await cluster.api.send('POST', `/apis/apps/v1/namespaces/shop/${plural}`, withoutIdentity(object));
    }
  }
  while ((await read<{ items: unknown[] }>('/api/v1/namespaces/shop/pods')).items.length < 3 * CONTAINERS.length) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

test.after(() => cluster?.stop());

function withoutIdentity(object: unknown): unknown {
  const { metadata, ...rest } = object as { metadata: { name: string; namespace: string } };
  return { ...rest, metadata: { name: metadata.name, namespace: metadata.namespace } };
}

async function read<T>(path: string): Promise<T> {
  return (await cluster.api.send('GET', path)) as T;
}

const signal = new AbortController().signal;
const progress = (): void => undefined;

/** What is recommended for the objects as they are, asked of the server as a person; the first two idle if so wanted. */
async function ask(as?: string): Promise<readonly Recommendation[]> {
  const runtime = testRuntime();
  const admin = await connect({ kubeconfig: cluster.kubeconfig }, runtime);
  const scope = { namespace: 'shop', names: [], chunkSize: 500 };
  const { objects, named } = await collectObjects(admin, scope, { nowMs: NOW, signal, progress });
  const usages = named.map(({ containers }) => containers.map(({ name }) => usageOf(name)));
  const findings = named.slice(0, 2).map((workload) => idleOf(workload));
  const plan = makePlan(
    inputOf(named, usages, { findings, limitRanges: objects.limitRanges, resourceQuotas: objects.resourceQuotas }),
  );
  const person = await connect({ kubeconfig: cluster.kubeconfig, ...(as !== undefined && { as }) }, runtime);
  const answered = await dryRun(person, plan.recommendations, { mode: 'server', signal, progress });
  await Promise.all([admin.close(), person.close()]);
  return answered;
}

interface Stored {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec: unknown;
}

async function stored(): Promise<ReadonlyMap<string, Stored>> {
  const lists = await Promise.all(
    ['deployments', 'statefulsets', 'replicasets'].map((plural) =>
      read<{ items: Stored[] }>(`/apis/apps/v1/namespaces/shop/${plural}`),
    ),
  );
  return new Map(lists.flatMap(({ items }) => items).map((item) => [item.metadata.uid, item]));
}

test('every patch is accepted, whatever form the values are written in, and nothing is written', async () => {
  const before = await stored();
  const answered = await ask();
  assert.is(answered.length, 3 * CONTAINERS.length);
  for (const { target, dryRun: state } of answered) assert.equal(state, { state: 'accepted' }, workloadKey(target));
  assert.is(answered.filter(({ kind }) => kind === 'scale-to-zero').length, 2);
  const after = await stored();
  for (const [uid, { metadata, spec }] of after) assert.equal(spec, before.get(uid)?.spec, metadata.resourceVersion);
});

test('each patch and its undo, really carried out, leave the object as it was', async () => {
  for (const { target, patch, undo } of await ask()) {
    const path = `/apis/apps/v1/namespaces/shop/${target.kind.toLowerCase()}s/${target.name}`;
    const before = await read<Stored>(path);
    await cluster.api.send('PATCH', path, patch, 'application/json-patch+json');
    assert.not.equal((await read<Stored>(path)).spec, before.spec);
    await cluster.api.send('PATCH', path, undo, 'application/json-patch+json');
    assert.equal((await read<Stored>(path)).spec, before.spec, target.name);
  }
});

test('who may not patch is told which right is missing', async () => {
  for (const { target, dryRun: state } of await ask('nobody')) {
    assert.equal(state, {
      state: 'forbidden',
      reason: `no right to patch ${target.kind.toLowerCase()}s.apps in namespace "shop"`,
    });
  }
});

if (availability.available) test.run();
else skip('patches of a plan on a real API server', availability.reason);
