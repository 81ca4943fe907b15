/** The objects of described clusters hold together as those of a real cluster do, and are collected by the same code. */

import { collectMetrics } from '../../../lib/collect/metrics-api.ts';
import { type CollectedObjects, collectObjects } from '../../../lib/collect/objects/collect.ts';
import type { KubeClient } from '../../../lib/kube/client.ts';
import { demoCluster } from '../../../lib/kube/simulated/demo-cluster.ts';
import type { ClusterDescription } from '../../../lib/kube/simulated/description.ts';
import type { Json } from '../../../lib/kube/simulated/json-patch.ts';
import { canonicalQuantity } from '../../../lib/kube/simulated/objects/defaults.ts';
import { topOwner } from '../../../lib/kube/simulated/objects/owners.ts';
import { groupVersionOf } from '../../../lib/kube/simulated/resources.ts';
import { labelledCluster } from '../../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { type SnapshotObject, snapshotOf } from '../../../lib/kube/simulated/snapshot.ts';
import { SIMULATED_NOW_MS, simulatedClient } from '../../../lib/kube/simulated/transport.ts';
import { validateChange } from '../../../lib/kube/simulated/validation.ts';
import { parseQuantity } from '../../../lib/types/quantity.ts';
import type { Workload } from '../../../lib/types/workload.ts';
import { assert, suite } from '../../harness.ts';

const test = suite('objects of the simulated cluster');

const CLUSTERS: readonly (readonly [string, ClusterDescription])[] = [
  ['the demo', demoCluster()],
  ...[1, 2, 3].map((seed) => [`the labelled cluster of seed ${seed}`, labelledCluster(seed)] as const),
];

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp: string;
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

const metadataOf = (object: SnapshotObject): Metadata => object.metadata as unknown as Metadata;

function allObjects(description: ClusterDescription): readonly SnapshotObject[] {
  const snapshot = snapshotOf(description, SIMULATED_NOW_MS);
  return snapshot.resources
    .filter(({ verbs, group }) => verbs.includes('list') && group !== 'metrics.k8s.io')
    .flatMap((resource) => snapshot.objects(resource));
}

function inspected(client: KubeClient, namespace = ''): Promise<CollectedObjects> {
  const scope = { namespace, names: [], chunkSize: 25 };
  return collectObjects(client, scope, {
    nowMs: SIMULATED_NOW_MS,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}

for (const [what, description] of CLUSTERS) {
  test(`${what}: names, labels and uids are what an API server accepts`, () => {
    const objects = allObjects(description);
    const uids = objects.map((object) => metadataOf(object).uid);
    assert.is(new Set(uids).size, uids.length);
    for (const object of objects) {
      const { name, namespace, labels = {}, creationTimestamp } = metadataOf(object);
      assert.match(name, /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
      assert.ok(name.length <= 253 && (object.kind !== 'Pod' || name.length <= 63), name);
      assert.ok(namespace === undefined || /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace), namespace);
      for (const value of Object.values(labels)) assert.match(value, /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
      assert.ok(Date.parse(creationTimestamp) <= SIMULATED_NOW_MS);
    }
  });

  test(`${what}: every object passes the validation that a patch meets`, () => {
    const snapshot = snapshotOf(description, SIMULATED_NOW_MS);
    for (const resource of snapshot.resources) {
      if (!resource.verbs.includes('patch')) continue;
      for (const object of snapshot.objects(resource)) {
        assert.equal([object.apiVersion, object.kind], [groupVersionOf(resource), resource.kind]);
        const plain = JSON.parse(JSON.stringify(object)) as Readonly<Record<string, Json>>;
        validateChange(resource, plain, plain);
      }
    }
  });

  test(`${what}: owners, namespaces, nodes, service accounts and volume claims are there`, () => {
    const objects = allObjects(description);
    const byKey = new Map(
      objects.map((object) => [keyOf(object.kind, metadataOf(object).namespace, metadataOf(object).name), object]),
    );
    for (const object of objects) {
      const { namespace, ownerReferences = [] } = metadataOf(object);
      if (namespace !== undefined) assert.ok(byKey.has(keyOf('Namespace', undefined, namespace)), namespace);
      for (const owner of ownerReferences) {
        const found = byKey.get(keyOf(owner.kind, owner.kind === 'Node' ? undefined : namespace, owner.name));
        assert.ok(found, `${owner.kind} ${owner.name}`);
        assert.is(metadataOf(found!).uid, owner.uid);
      }
      if (object.kind !== 'Pod') continue;
      const spec = object.spec as {
        readonly nodeName: string;
        readonly serviceAccountName: string;
        readonly volumes?: readonly { persistentVolumeClaim: { claimName: string } }[];
      };
      assert.ok(byKey.has(keyOf('Node', undefined, spec.nodeName)));
      assert.ok(byKey.has(keyOf('ServiceAccount', namespace, spec.serviceAccountName)), spec.serviceAccountName);
      for (const { persistentVolumeClaim } of spec.volumes ?? [])
        assert.ok(byKey.has(keyOf('PersistentVolumeClaim', namespace, persistentVolumeClaim.claimName)));
    }
  });

  test(`${what}: no node holds more than it has`, async () => {
    const { objects } = await inspected(simulatedClient({ cluster: description }));
    for (const node of objects.nodes) {
      const pods = objects.workloads
        .flatMap(({ pods: all }) => all)
        .filter((pod) => pod.node === node.name && pod.phase === 'Running');
      const containers = pods.flatMap((pod) => pod.containers);
      const cpu = containers.reduce((sum, { requests }) => sum + (requests.cpuCores ?? 0), 0);
      const memory = containers.reduce((sum, { requests }) => sum + (requests.memoryBytes ?? 0), 0);
      assert.ok(node.ready && cpu <= node.allocatable.cpuCores! && memory <= node.allocatable.memoryBytes!, node.name);
    }
  });

  test(`${what}: the collector finds each described workload with its pods, and every source answers`, async () => {
    const client = simulatedClient({ cluster: description });
    const { objects, reports, cluster } = await inspected(client);
    assert.equal(
      reports.filter(({ state }) => state !== 'used'),
      [],
    );
    assert.is(cluster.simulated, true);
    assert.match(cluster.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.is(objects.workloads.length, description.workloads.length);
    for (const described of description.workloads) {
      const workload = found(objects.workloads, described.namespace, topOwner(described));
      const running = workload.pods.filter(({ phase }) => phase === 'Running');
      const expected = described.kind === 'DaemonSet' ? description.nodes.length : described.replicas;
      assert.is(running.length, expected, described.name);
      assert.ok(running.every(({ ready }) => ready));
      // Of a pair of workloads the name ties the one that waits to the lease of the other.
      assert.is(workload.leases.length, described.lease || described.scenario === 'standby-workload' ? 1 : 0);
      const account = described.ownServiceAccount ? described.name : 'default';
      assert.ok(workload.pods.every(({ serviceAccountName }) => serviceAccountName === account));
      assert.is(workload.autoscalers.length, described.autoscaler ? 1 : 0);
      assert.is(workload.disruptionBudgets.length, described.disruptionBudget ? 1 : 0);
      if (described.service) assert.ok(workload.services.length > 0, `${described.name} has a service`);
    }
  });

  test(`${what}: metrics.k8s.io has what runs and is measured`, async () => {
    const client = simulatedClient({ cluster: description });
    const { objects } = await inspected(client);
    const signal = new AbortController().signal;
    const { samples, report } = await collectMetrics(client, objects.workloads, {
      namespace: '',
      chunkSize: 500,
      sidecars: [],
      nowMs: SIMULATED_NOW_MS,
      signal,
    });
    assert.is(report.state, 'used');
    const running = objects.workloads.flatMap(({ pods }) => pods).filter(({ phase }) => phase === 'Running');
    assert.is(samples.length, running.flatMap(({ containers }) => containers).length);
    assert.ok(samples.every(({ cpuCores, memoryBytes, atMs }) => cpuCores >= 0 && memoryBytes > 0 && atMs === SIMULATED_NOW_MS));
  });
}

test('the demo shows what rightsizing meets: an OOM kill, an autoscaler, limit ranges, Helm, Argo CD, a heap, a custom owner', async () => {
  const { objects } = await inspected(simulatedClient());
  const named = (name: string): Workload => objects.workloads.find(({ ref }) => ref.name === name)!;
  const killed = named('image-resizer')
    .pods.flatMap(({ states }) => states)
    .filter(({ lastTermination }) => lastTermination);
  assert.equal(
    killed.map(({ lastTermination }) => [lastTermination?.reason, lastTermination?.exitCode]),
    [['OOMKilled', 137]],
  );
  assert.equal([named('catalog').management?.tool, named('catalog').management?.name], ['helm', 'catalog']);
  assert.equal([named('orders-etl').management?.tool, named('orders-etl').management?.name], ['argocd', 'data-platform']);
  assert.is(named('payment-gateway').autoscalers[0]?.minReplicas, 3);
  assert.equal(
    objects.limitRanges.map(({ namespace, min }) => [namespace, min.memoryBytes]),
    [['payments', parseQuantity('128Mi')]],
  );
  assert.is(named('storefront').ref.kind, 'Rollout');
  assert.is(named('analytics-db').mountsPersistentVolume, true);
});

test('quantities and defaults are as the API server stores them', () => {
  const cases = {
    '1024Mi': '1Gi',
    '1536Mi': '1536Mi',
    '2000m': '2',
    '250m': '250m',
    '1000': '1k',
    '0': '0',
    '2Gi': '2Gi',
    '1.5': '1.5',
  };
  for (const [given, stored] of Object.entries(cases)) assert.is(canonicalQuantity(given), stored);
  const cart = allObjects(demoCluster()).find((object) => object.kind === 'Deployment' && metadataOf(object).name === 'cart');
  const spec = cart?.spec as {
    readonly strategy: unknown;
    readonly template: { readonly spec: { readonly restartPolicy: string } };
  };
  assert.equal(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } });
  assert.is(spec.template.spec.restartPolicy, 'Always');
});

test('limit ranges fill what a pod leaves open, as admission does', () => {
  const open = {
    scenario: 'open',
    label: 'idle',
    namespace: 'bounded',
    kind: 'Pod',
    name: 'open',
    replicas: 1,
    ageHours: 50,
    containers: [{ name: 'app', image: 'app:1', limits: { cpu: '1' }, usage: { cpuCores: 0, memoryBytes: 1 } }],
    activity: [],
  } as const;
  const container = { default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '500m', memory: '256Mi' } };
  const description: ClusterDescription = {
    name: 'bounds',
    seed: 1,
    nodes: [{ name: 'one', cpu: '4', memory: '8Gi' }],
    workloads: [open],
    limitRanges: [{ namespace: 'bounded', name: 'bounds', container }],
  };
  const pod = allObjects(description).find(({ kind }) => kind === 'Pod');
  assert.ok(pod);
  const [first] = (pod!.spec as { readonly containers: readonly { readonly resources: unknown }[] }).containers;
  // The API's own default, requests as limits, comes before the limit range.
  assert.equal(first?.resources, { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '256Mi' } });
});

function found(
  workloads: readonly Workload[],
  namespace: string,
  top: { readonly kind: string; readonly name: string },
): Workload {
  const workload = workloads.find(({ ref }) => ref.namespace === namespace && ref.kind === top.kind && ref.name === top.name);
  assert.ok(workload, `${namespace}/${top.kind}/${top.name}`);
  return workload!;
}

function keyOf(kind: unknown, namespace: string | undefined, name: string): string {
  return `${String(kind)} ${namespace ?? ''} ${name}`;
}

test.run();
