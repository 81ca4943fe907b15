/** From pods to the workloads they belong to. */

import type { Workload } from '../../../lib/types/workload.ts';
import { assert, suite } from '../../harness.ts';
import { collect, collected, startApi } from './api.ts';
import { controllerObject, DEPLOYMENT, metadata, pod, REPLICA_SET, STATEFUL_SET, WEB } from './build.ts';

const test = suite('owners of pods');

const names = (workloads: readonly Workload[]): readonly string[] =>
  workloads.map(({ ref }) => `${ref.namespace}/${ref.kind}/${ref.name}`);

test('a Deployment through its ReplicaSets, the old ones too, with the template as it stands', async () => {
  const { objects, cluster } = await collected({ objects: WEB });
  const [web, ...rest] = objects.workloads;
  assert.equal(rest, []);
  assert.equal(web?.ref, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'uid-web' });
  assert.equal(
    web?.pods.map(({ name }) => name),
    ['web-6d4cf56db6-x7k2p', 'web-6d4cf56db6-b2b2b'],
  );
  assert.equal(web?.replicaSetNames.toSorted(), ['web-6d4cf56db6', 'web-77b9fdc8d5']);
  assert.is(web?.desiredReplicas, 2);
  assert.is(web?.containersPath, '/spec/template/spec/containers');
  assert.equal(web?.containers[0]?.requests, { cpuCores: 0.25, memoryBytes: 1.5 * 2 ** 30 });
  assert.equal(web?.labels, { team: 'shop' });
  assert.equal(web?.podLabels, { app: 'web' });
  assert.is(web?.createdAt, Date.parse('2026-11-01T00:00:00Z'));
  assert.is(web?.pods[0]?.states[0]?.startedAt, Date.parse('2026-11-01T00:00:09Z'));
  assert.equal(cluster, {
    id: 'uid-of-the-cluster',
    context: 'test',
    server: cluster.server,
    simulated: false,
    version: 'v1.37.2',
  });
});

test('StatefulSet, DaemonSet, CronJob through its Job, a Job of its own, a pod of its own', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({ name: 'db-0', owner: STATEFUL_SET('db') }),
        pod({ name: 'agent-x7k2p', owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' } }),
        pod({ name: 'nightly-29000000-b2b2b', owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-29000000' } }),
        pod({ name: 'once-b2b2b', owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'once' } }),
        pod({ name: 'alone', labels: { app: 'alone' } }),
        // The kubelet mirrors its own pods.
        pod({ name: 'etcd-node-1', owner: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } }),
      ],
      '/apis/apps/v1/statefulsets': [
        controllerObject({
          name: 'db',
          replicas: 1,
          spec: { volumeClaimTemplates: [{}], persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
        }),
      ],
      '/apis/apps/v1/daemonsets': [controllerObject({ name: 'agent' })],
      '/apis/batch/v1/jobs': [
        controllerObject({ name: 'nightly-29000000', owner: { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' } }),
        controllerObject({ name: 'once' }),
      ],
      '/apis/batch/v1/cronjobs': [
        {
          metadata: metadata({ name: 'nightly' }),
          spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'job', image: 'job:1' }] } } } } },
        },
      ],
    },
  });
  assert.equal(names(objects.workloads), [
    'shop/DaemonSet/agent',
    'shop/Pod/alone',
    'shop/StatefulSet/db',
    'shop/Pod/etcd-node-1',
    'shop/CronJob/nightly',
    'shop/Job/once',
  ]);
  const [, alone, db, , nightly] = objects.workloads;
  assert.is(alone?.containersPath, undefined);
  assert.equal(alone?.podLabels, { app: 'alone' });
  assert.is(db?.mountsPersistentVolume, true);
  assert.is(db?.deletesVolumesWhenScaled, true);
  assert.is(nightly?.containersPath, '/spec/jobTemplate/spec/template/spec/containers');
  assert.equal(
    nightly?.containers.map(({ name }) => name),
    ['job'],
  );
});

test('a custom owner with a template of its own, as a Rollout is, stands in place of a Deployment', async () => {
  const { objects, reports } = await collected({
    objects: {
      '/api/v1/pods': [pod({ name: 'web-6d4cf56db6-x7k2p', owner: REPLICA_SET('web-6d4cf56db6') })],
      '/apis/apps/v1/replicasets': [
        controllerObject({ name: 'web-6d4cf56db6', owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' } }),
      ],
      '/apis/argoproj.io/v1alpha1/rollouts': [controllerObject({ name: 'web', replicas: 3 })],
    },
    groups: { 'argoproj.io/v1alpha1': [{ kind: 'Rollout', name: 'rollouts', namespaced: true }] },
  });
  assert.equal(names(objects.workloads), ['shop/Rollout/web']);
  assert.is(objects.workloads[0]?.ref.apiVersion, 'argoproj.io/v1alpha1');
  assert.is(objects.workloads[0]?.desiredReplicas, 3);
  assert.is(objects.workloads[0]?.containersPath, '/spec/template/spec/containers');
  assert.is(objects.workloads[0]?.management, undefined);
  assert.is(
    reports.find(({ source }) => source === 'owners'),
    undefined,
  );
});

test('a custom object above several sets is one workload, which its operator keeps', async () => {
  const kafka = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', name: 'main' };
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({
          name: 'main-broker-0',
          owner: STATEFUL_SET('main-broker'),
          labels: { app: 'broker' },
          created: '2026-11-02T00:00:00Z',
        }),
        pod({ name: 'main-console-55f4b-b2b2b', owner: REPLICA_SET('main-console-55f4b'), labels: { app: 'console' } }),
      ],
      '/apis/apps/v1/statefulsets': [controllerObject({ name: 'main-broker', owner: kafka })],
      '/apis/apps/v1/replicasets': [controllerObject({ name: 'main-console-55f4b', owner: DEPLOYMENT('main-console') })],
      '/apis/apps/v1/deployments': [controllerObject({ name: 'main-console', owner: kafka })],
      '/apis/kafka.strimzi.io/v1/kafkas': [{ metadata: metadata({ name: 'main' }), spec: { kafka: { replicas: 3 } } }],
      '/api/v1/services': [
        { metadata: metadata({ name: 'bootstrap' }), spec: { type: 'ClusterIP', selector: { app: 'broker' } } },
        { metadata: metadata({ name: 'console' }), spec: { type: 'ClusterIP', selector: { app: 'console' } } },
      ],
      '/apis/policy/v1/poddisruptionbudgets': [
        {
          metadata: metadata({ name: 'console' }),
          spec: { minAvailable: 1, selector: { matchLabels: { app: 'console' } } },
          status: { desiredHealthy: 1 },
        },
      ],
      '/apis/autoscaling/v2/horizontalpodautoscalers': [
        {
          metadata: metadata({ name: 'console' }),
          spec: { scaleTargetRef: { kind: 'Deployment', name: 'main-console' }, maxReplicas: 4 },
        },
      ],
    },
    groups: { 'kafka.strimzi.io/v1': [{ kind: 'Kafka', name: 'kafkas', namespaced: true }] },
  });
  const [kafkaWorkload, ...rest] = objects.workloads;
  assert.equal(rest, []);
  assert.equal(kafkaWorkload?.ref, { ...kafka, namespace: 'shop', uid: 'uid-main' });
  assert.is(kafkaWorkload?.pods.length, 2);
  assert.is(kafkaWorkload?.containersPath, undefined);
  assert.equal(kafkaWorkload?.management, { tool: 'operator', name: 'kafka/main', evidence: 'owner reference' });
  // Whatever points to one of its parts belongs to it.
  assert.equal(
    kafkaWorkload?.services.map(({ name }) => name),
    ['bootstrap', 'console'],
  );
  assert.equal(
    kafkaWorkload?.disruptionBudgets.map(({ name }) => name),
    ['console'],
  );
  assert.equal(
    kafkaWorkload?.autoscalers.map(({ name }) => name),
    ['console'],
  );
});

test('owners that may not be read are known by the references to them; one is asked for, not all', async () => {
  const owner = (name: string) => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name });
  const api = await startApi({
    objects: {
      '/api/v1/pods': ['a', 'b', 'c'].map((name) => pod({ name: `${name}-55f4b-b2b2b`, owner: REPLICA_SET(`${name}-55f4b`) })),
      '/apis/apps/v1/replicasets': ['a', 'b', 'c'].map((name) => controllerObject({ name: `${name}-55f4b`, owner: owner(name) })),
    },
    groups: { 'argoproj.io/v1alpha1': [{ kind: 'Rollout', name: 'rollouts', namespaced: true }] },
    forbidden: ['/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts'],
  });
  const { objects, reports } = await collect(api.client);
  assert.equal(names(objects.workloads), ['shop/Rollout/a', 'shop/Rollout/b', 'shop/Rollout/c']);
  assert.equal(objects.workloads[0]?.ref, { ...owner('a'), namespace: 'shop', uid: 'uid-a' });
  assert.is(objects.workloads[0]?.management?.tool, 'operator');
  assert.equal(
    reports.filter(({ source }) => source === 'owners'),
    [
      {
        source: 'owners',
        state: 'forbidden',
        reason:
          'no right to get rollouts.argoproj.io in namespace "shop"; Rollout "a" in namespace "shop" and 2 more are known by the references to them alone',
        remedy: 'grant the right to get rollouts.argoproj.io in namespace "shop"',
        right: { verb: 'get', resource: 'rollouts.argoproj.io', namespace: 'shop' },
      },
    ],
  );
  assert.is(api.paths().filter((path) => path.includes('/rollouts/')).length, 1);
  await api.stop();
});

test('an owner of a kind that nobody serves, or that is gone, is known by the reference to it', async () => {
  const { objects, reports } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({ name: 'a-0', owner: { apiVersion: 'gone.example/v1', kind: 'Thing', name: 'a' } }),
        pod({ name: 'b-0', owner: { apiVersion: 'here.example/v1', kind: 'Thing', name: 'b' } }),
      ],
    },
    groups: { 'here.example/v1': [{ kind: 'Thing', name: 'things', namespaced: true }] },
    absent: ['/apis/gone.example'],
  });
  assert.equal(names(objects.workloads), ['shop/Thing/a', 'shop/Thing/b']);
  const reasons = reports.filter(({ source }) => source === 'owners').map(({ reason }) => reason);
  assert.is(reasons.length, 2);
  assert.match(reasons.join('\n'), /gone\.example\/v1 Thing is not served/);
  assert.match(reasons.join('\n'), /things "b" not found/);
});

test('an owner at cluster scope is shown where its pods are', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [pod({ name: 'a-0', owner: { apiVersion: 'x.example/v1', kind: 'Fleet', name: 'all' } })],
      '/apis/x.example/v1/fleets': [{ metadata: { name: 'all', uid: 'uid-all' }, spec: {} }],
    },
    groups: { 'x.example/v1': [{ kind: 'Fleet', name: 'fleets', namespaced: false }] },
  });
  assert.equal(names(objects.workloads), ['shop/Fleet/all']);
});

test('ReplicationControllers are read one by one, up to what made them', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [pod({ name: 'web-1-b2b2b', owner: { apiVersion: 'v1', kind: 'ReplicationController', name: 'web-1' } })],
      '/api/v1/replicationcontrollers': [
        controllerObject({ name: 'web-1', owner: { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'web' } }),
      ],
      '/apis/apps.openshift.io/v1/deploymentconfigs': [controllerObject({ name: 'web', replicas: 1 })],
    },
    groups: {
      v1: [{ kind: 'ReplicationController', name: 'replicationcontrollers', namespaced: true }],
      'apps.openshift.io/v1': [{ kind: 'DeploymentConfig', name: 'deploymentconfigs', namespaced: true }],
    },
  });
  assert.equal(names(objects.workloads), ['shop/DeploymentConfig/web']);
});

test('pods that a pod made belong to it', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({ name: 'exec-1', owner: { apiVersion: 'v1', kind: 'Pod', name: 'driver' } }),
        pod({ name: 'driver' }),
      ],
    },
  });
  assert.equal(names(objects.workloads), ['shop/Pod/driver']);
  assert.is(objects.workloads[0]?.pods.length, 2);
});

test('the controlling reference counts, wherever it stands; references in a circle end', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({ name: 'db-0', owners: [{ ...DEPLOYMENT('other'), controller: false }, STATEFUL_SET('db')] }),
        pod({ name: 'loop-0', owner: STATEFUL_SET('one') }),
      ],
      '/apis/apps/v1/statefulsets': [
        controllerObject({ name: 'db' }),
        controllerObject({ name: 'one', owner: STATEFUL_SET('two') }),
        controllerObject({ name: 'two', owner: STATEFUL_SET('one') }),
      ],
    },
  });
  assert.is(objects.workloads.length, 2);
  assert.is(objects.workloads[0]?.ref.name, 'db');
});

test('a pod whose ReplicaSet is gone still names its Deployment', async () => {
  const { objects } = await collected({ objects: { ...WEB, '/apis/apps/v1/replicasets': [] } });
  assert.equal(names(objects.workloads), ['shop/Deployment/web']);
  assert.is(objects.workloads[0]?.desiredReplicas, 2);
});

test('a pod that is being deleted is not counted, nor a workload without pods', async () => {
  const leaving = pod({ name: 'web-6d4cf56db6-zzzzz', owner: REPLICA_SET('web-6d4cf56db6') });
  const { objects } = await collected({
    objects: {
      ...WEB,
      '/api/v1/pods': [
        WEB['/api/v1/pods'][0],
        { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-11-24T11:59:00Z' } },
      ],
      '/apis/apps/v1/deployments': [...WEB['/apis/apps/v1/deployments'], controllerObject({ name: 'stopped', replicas: 0 })],
    },
  });
  assert.equal(names(objects.workloads), ['shop/Deployment/web']);
  assert.is(objects.workloads[0]?.pods.length, 1);
});

test('500 pods under 100 custom owners: each owner is read once', async () => {
  const indices = Array.from({ length: 100 }, (_, index) => index);
  const api = await startApi({
    objects: {
      '/api/v1/pods': indices.flatMap((index) =>
        [0, 1, 2, 3, 4].map((ordinal) => pod({ name: `db-${index}-${ordinal}`, owner: STATEFUL_SET(`db-${index}`) })),
      ),
      '/apis/apps/v1/statefulsets': indices.map((index) =>
        controllerObject({ name: `db-${index}`, owner: { apiVersion: 'db.example/v1', kind: 'Cluster', name: `c-${index}` } }),
      ),
      '/apis/db.example/v1/clusters': indices.map((index) => ({ metadata: metadata({ name: `c-${index}` }), spec: {} })),
    },
    groups: { 'db.example/v1': [{ kind: 'Cluster', name: 'clusters', namespaced: true }] },
  });
  const { objects } = await collect(api.client);
  assert.is(objects.workloads.length, 100);
  assert.is(api.paths().filter((path) => path.includes('/clusters/')).length, 100);
  assert.is(api.paths().filter((path) => path === '/apis/db.example/v1').length, 1);
  await api.stop();
});

test.run();
