/** What surrounds a workload and changes what is said about it: autoscalers, budgets, leases, services, tools that keep it. */

import type { Workload } from '../../../lib/types/workload.ts';
import { assert, suite } from '../../harness.ts';
import { collected, type KubeObject } from './api.ts';
import { controllerObject, metadata, pod, STATEFUL_SET, WEB } from './build.ts';

const test = suite('surroundings of workloads');

async function web(objects: Readonly<Record<string, readonly KubeObject[]>>, groups = {}): Promise<Workload> {
  const { objects: found } = await collected({ objects: { ...WEB, ...objects }, groups });
  return found.workloads.find(({ ref }) => ref.name === 'web')!;
}

test('an HPA with what it scales on; one that points elsewhere, or is in another namespace, is not its', async () => {
  const target = { kind: 'Deployment', name: 'web' };
  const scaler = (name: string, spec: object, namespace = 'shop'): KubeObject => ({
    metadata: metadata({ name, namespace }),
    spec,
    status: { currentReplicas: 2 },
  });
  const { autoscalers } = await web({
    '/apis/autoscaling/v2/horizontalpodautoscalers': [
      scaler('web', {
        scaleTargetRef: target,
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
          { type: 'Pods', pods: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '5' } } },
        ],
      }),
      scaler('defaults', { scaleTargetRef: target, maxReplicas: 3 }),
      scaler('other', { scaleTargetRef: { kind: 'Deployment', name: 'other' }, maxReplicas: 3 }),
      scaler('elsewhere', { scaleTargetRef: target, maxReplicas: 3 }, 'other'),
    ],
  });
  assert.equal(autoscalers, [
    {
      kind: 'HorizontalPodAutoscaler',
      namespace: 'shop',
      name: 'web',
      targetKind: 'Deployment',
      targetName: 'web',
      minReplicas: 2,
      maxReplicas: 10,
      currentReplicas: 2,
      metrics: [
        { name: 'cpu', target: 'Utilization', percent: 80 },
        { name: 'queue', target: 'AverageValue' },
      ],
    },
    {
      kind: 'HorizontalPodAutoscaler',
      namespace: 'shop',
      name: 'defaults',
      targetKind: 'Deployment',
      targetName: 'web',
      minReplicas: 1,
      maxReplicas: 3,
      currentReplicas: 2,
      metrics: [],
    },
  ]);
});

const SCALERS = {
  '/apis/keda.sh/v1alpha1/scaledobjects': [
    // KEDA's default kind is Deployment.
    { metadata: metadata({ name: 'queue' }), spec: { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'rabbitmq' }] } },
  ],
  '/apis/autoscaling.k8s.io/v1/verticalpodautoscalers': [
    {
      metadata: metadata({ name: 'auto' }),
      spec: { targetRef: { kind: 'Deployment', name: 'web' }, updatePolicy: { updateMode: 'Recreate' } },
    },
    {
      metadata: metadata({ name: 'off' }),
      spec: { targetRef: { kind: 'Deployment', name: 'web' }, updatePolicy: { updateMode: 'Off' } },
    },
  ],
};

test('KEDA and VPA are asked where their APIs are served, and nowhere else', async () => {
  const { autoscalers } = await web(SCALERS, { 'keda.sh/v1alpha1': [], 'autoscaling.k8s.io/v1': [] });
  assert.equal(
    autoscalers.map(({ kind, name, minReplicas, maxReplicas, metrics }) => ({ kind, name, minReplicas, maxReplicas, metrics })),
    [
      {
        kind: 'ScaledObject',
        name: 'queue',
        minReplicas: 0,
        maxReplicas: 100,
        metrics: [{ name: 'rabbitmq', target: 'Unknown' }],
      },
      { kind: 'VerticalPodAutoscaler', name: 'auto', minReplicas: 0, maxReplicas: 0, metrics: [] },
    ],
  );
  const { objects, reports } = await collected({ objects: { ...WEB, ...SCALERS } });
  assert.equal(objects.workloads[0]?.autoscalers, []);
  assert.not.match(reports.map(({ source }) => source).join(), /scaledobjects|verticalpodautoscalers/);
});

test('a disruption budget by its selector: of labels, of expressions, of everything, of nothing', async () => {
  const budget = (name: string, selector: unknown, more: object = {}): KubeObject => ({
    metadata: metadata({ name }),
    spec: { ...(selector !== undefined && { selector }), ...more },
    status: { desiredHealthy: 1 },
  });
  const { disruptionBudgets } = await web({
    '/apis/policy/v1/poddisruptionbudgets': [
      budget('labels', { matchLabels: { app: 'web' } }, { minAvailable: '50%' }),
      budget(
        'expressions',
        {
          matchExpressions: [
            { key: 'app', operator: 'In', values: ['web', 'api'] },
            { key: 'gone', operator: 'DoesNotExist' },
          ],
        },
        { maxUnavailable: 1 },
      ),
      budget('everything', {}),
      budget('nothing', undefined),
      budget('not in', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }),
      budget('exists', { matchExpressions: [{ key: 'missing', operator: 'Exists' }] }),
    ],
  });
  assert.equal(
    disruptionBudgets.map(({ name, minAvailable, maxUnavailable, desiredHealthy }) => [
      name,
      minAvailable,
      maxUnavailable,
      desiredHealthy,
    ]),
    [
      ['labels', '50%', undefined, 1],
      ['expressions', undefined, '1', 1],
      ['everything', undefined, undefined, 1],
    ],
  );
});

test('services select by every label they name; one without a selector selects nothing', async () => {
  const service = (name: string, selector?: object): KubeObject => ({
    metadata: metadata({ name }),
    spec: { type: 'ClusterIP', ...(selector && { selector }) },
  });
  const { services } = await web({
    '/api/v1/services': [
      service('web', { app: 'web' }),
      service('both', { app: 'web', tier: 'front' }),
      service('external'),
      service('empty', {}),
    ],
  });
  assert.equal(
    services.map(({ name }) => name),
    ['web'],
  );
});

test('a lease is its whose pod holds it, or whose name it has; node heartbeats are none', async () => {
  const lease = (name: string, holderIdentity: string, namespace = 'shop'): KubeObject => ({
    metadata: metadata({ name, namespace }),
    spec: { holderIdentity, renewTime: '2026-11-24T11:59:58.123456Z', leaseDurationSeconds: 15 },
  });
  const { leases } = await web({
    '/apis/coordination.k8s.io/v1/leases': [
      lease('election', 'web-6d4cf56db6-x7k2p_5c2f0c1e'),
      lease('exact', 'web-6d4cf56db6-x7k2p'),
      lease('web', 'somebody'),
      lease('longer', 'web-6d4cf56db6-x7k2pq'),
      lease('web-6d4cf56db6-x7k2p', 'node-1', 'kube-node-lease'),
      lease('election', 'web-6d4cf56db6-x7k2p', 'other'),
    ],
  });
  assert.equal(
    leases.map(({ name, holder }) => `${name} ${holder}`),
    ['election web-6d4cf56db6-x7k2p_5c2f0c1e', 'exact web-6d4cf56db6-x7k2p', 'web somebody'],
  );
  assert.is(leases[0]?.renewedAt, Date.parse('2026-11-24T11:59:58.123Z'));
  assert.is(leases[0]?.durationSeconds, 15);
});

/** Who keeps a Deployment with these marks. */
async function keeper(parts: {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managers?: readonly string[];
}) {
  const { management } = await web({ '/apis/apps/v1/deployments': [controllerObject({ name: 'web', ...parts })] });
  return management && `${management.tool} ${management.name} by ${management.evidence}`;
}

test('Argo CD, by its annotation, its label, or as the one who writes the fields', async () => {
  assert.is(
    await keeper({ annotations: { 'argocd.argoproj.io/tracking-id': 'storefront:apps/Deployment:shop/web' } }),
    'argocd storefront by annotation argocd.argoproj.io/tracking-id',
  );
  assert.is(
    await keeper({ labels: { 'argocd.argoproj.io/instance': 'storefront' } }),
    'argocd storefront by label argocd.argoproj.io/instance',
  );
  // Its tracking by label, the default before version 3, leaves a label that others use as well.
  assert.is(
    await keeper({
      labels: { 'app.kubernetes.io/instance': 'storefront' },
      managers: ['argocd-controller', 'kube-controller-manager'],
    }),
    'argocd storefront by field manager argocd',
  );
  assert.is(
    await keeper({ labels: { 'app.kubernetes.io/instance': 'storefront' }, managers: ['kubectl-client-side-apply'] }),
    undefined,
  );
});

test('Flux, Helm and operators by their labels and annotations; kubectl is nobody', async () => {
  assert.is(
    await keeper({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }),
    'flux apps by label kustomize.toolkit.fluxcd.io/name',
  );
  // Flux installs Helm releases: what it would undo counts.
  assert.is(
    await keeper({ labels: { 'helm.toolkit.fluxcd.io/name': 'shop' }, annotations: { 'meta.helm.sh/release-name': 'shop' } }),
    'flux shop by label helm.toolkit.fluxcd.io/name',
  );
  assert.is(
    await keeper({ annotations: { 'meta.helm.sh/release-name': 'shop' } }),
    'helm shop by annotation meta.helm.sh/release-name',
  );
  assert.is(
    await keeper({ labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'shop' } }),
    'helm shop by label app.kubernetes.io/managed-by',
  );
  assert.is(await keeper({ labels: { 'olm.owner': 'ledger.v1.2.3' } }), 'operator ledger.v1.2.3 by label olm.owner');
  assert.is(
    await keeper({ labels: { 'app.kubernetes.io/managed-by': 'ledger-operator' } }),
    'operator ledger-operator by label app.kubernetes.io/managed-by',
  );
  assert.is(await keeper({ labels: { 'app.kubernetes.io/managed-by': 'kustomize' } }), undefined);
  assert.is(await keeper({ managers: ['kubectl-client-side-apply', 'kubectl-upid'] }), undefined);
});

test("kubectl's copy of the object is not kept", async () => {
  const { annotations } = await web({
    '/apis/apps/v1/deployments': [
      controllerObject({ name: 'web', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' } }),
    ],
  });
  assert.equal(annotations, { note: 'kept' });
});

test('a pod with its service account, and whether it is given a token of it', async () => {
  const projected = { name: 'token', projected: { sources: [{ configMap: {} }, { serviceAccountToken: { path: 'token' } }] } };
  const account = async (spec: object): Promise<readonly unknown[]> => {
    const { objects } = await collected({ objects: { '/api/v1/pods': [pod({ name: 'alone', spec })] } });
    const [found] = objects.workloads[0]?.pods ?? [];
    return [found?.serviceAccountName, found?.mountsServiceAccountToken];
  };
  assert.equal(await account({ serviceAccountName: 'default' }), ['default', true]);
  assert.equal(await account({ serviceAccountName: 'web', automountServiceAccountToken: true }), ['web', true]);
  const off = { serviceAccountName: 'web', automountServiceAccountToken: false };
  assert.equal(await account(off), ['web', false]);
  assert.equal(await account({ ...off, volumes: [{ name: 'data', emptyDir: {} }] }), ['web', false]);
  assert.equal(await account({ ...off, volumes: [projected] }), ['web', true]);
  // Of a static pod.
  assert.equal(await account({}), ['', true]);
});

test('a pod as it is: probes, sidecars, restarts, volumes, host network', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({
          name: 'db-0',
          owner: STATEFUL_SET('db'),
          spec: {
            hostNetwork: true,
            priorityClassName: 'critical',
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }],
            containers: [
              {
                name: 'db',
                image: 'db:1',
                ports: [{ name: 'sql', containerPort: 5432 }, { containerPort: 8080 }],
                resources: { requests: { cpu: '1', memory: 'garbage' }, limits: { memory: '2G' } },
                livenessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 5 },
                readinessProbe: { tcpSocket: { port: 'sql' } },
                startupProbe: { exec: { command: ['true'] }, periodSeconds: 0 },
              },
            ],
            initContainers: [
              { name: 'migrate', image: 'm:1' },
              { name: 'proxy', image: 'p:1', restartPolicy: 'Always', livenessProbe: { grpc: { port: 9000 } } },
            ],
          },
          status: {
            phase: 'Strange',
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [
              {
                name: 'db',
                ready: false,
                restartCount: 3,
                state: { waiting: { reason: 'CrashLoopBackOff' } },
                lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-11-24T10:00:00Z' } },
              },
            ],
          },
        }),
      ],
    },
  });
  const [db] = objects.workloads[0]?.pods ?? [];
  assert.is(db?.phase, 'Unknown');
  assert.is(db?.ready, false);
  assert.is(db?.hostNetwork, true);
  assert.equal(
    db?.containers.map(({ name, role, probes, portNames, requests, limits }) => ({
      name,
      role,
      probes,
      portNames,
      requests,
      limits,
    })),
    [
      {
        name: 'db',
        role: 'app',
        probes: [
          { type: 'startup', handler: 'exec', periodSeconds: 10 },
          { type: 'readiness', handler: 'tcp', periodSeconds: 10, port: 'sql' },
          { type: 'liveness', handler: 'http', periodSeconds: 5, path: '/healthz', port: '8080' },
        ],
        portNames: ['sql'],
        requests: { cpuCores: 1 },
        limits: { memoryBytes: 2e9 },
      },
      { name: 'migrate', role: 'init', probes: [], portNames: [], requests: {}, limits: {} },
      {
        name: 'proxy',
        role: 'sidecar',
        probes: [{ type: 'liveness', handler: 'grpc', periodSeconds: 10, port: '9000' }],
        portNames: [],
        requests: {},
        limits: {},
      },
    ],
  );
  assert.equal(db?.states, [
    {
      name: 'db',
      ready: false,
      restarts: 3,
      lastTermination: { reason: 'OOMKilled', at: Date.parse('2026-11-24T10:00:00Z'), exitCode: 137 },
    },
  ]);
  assert.is(objects.workloads[0]?.mountsPersistentVolume, true);
  assert.is(objects.workloads[0]?.priorityClassName, 'critical');
});

test('nodes and limit ranges', async () => {
  const { objects } = await collected({
    objects: {
      ...WEB,
      '/api/v1/nodes': [
        {
          metadata: { name: 'node-1', labels: { zone: 'a' } },
          spec: { providerID: 'aws:///eu-west-1a/i-1' },
          status: { allocatable: { cpu: '3920m', memory: '15Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
        },
      ],
      '/api/v1/limitranges': [
        {
          metadata: metadata({ name: 'bounds' }),
          spec: {
            limits: [
              { type: 'Pod', max: { cpu: '8' } },
              { type: 'Container', max: { cpu: '2' }, min: { memory: '64Mi' }, defaultRequest: { cpu: '100m' } },
            ],
          },
        },
      ],
    },
  });
  assert.equal(objects.nodes, [
    {
      name: 'node-1',
      labels: { zone: 'a' },
      allocatable: { cpuCores: 3.92, memoryBytes: 15 * 2 ** 30 },
      ready: true,
      providerId: 'aws:///eu-west-1a/i-1',
    },
  ]);
  assert.equal(objects.limitRanges, [
    {
      namespace: 'shop',
      name: 'bounds',
      min: { memoryBytes: 64 * 2 ** 20 },
      max: { cpuCores: 2 },
      default: {},
      defaultRequest: { cpuCores: 0.1 },
      maxLimitRequestRatio: {},
    },
  ]);
});

test('quotas of all pods of a namespace, in their short and long names; those of some pods only are left out', async () => {
  const quota = (name: string, spec: object, used = {}) => ({ metadata: metadata({ name }), spec, status: { used } });
  const { objects } = await collected({
    objects: {
      ...WEB,
      '/api/v1/resourcequotas': [
        quota('short', { hard: { cpu: '4', memory: '8Gi', pods: '10' } }, { cpu: '3500m', memory: '2Gi', pods: '3' }),
        quota(
          'long',
          { hard: { 'requests.cpu': '4', 'limits.memory': '16Gi' }, scopes: ['NotTerminating', 'NotBestEffort'] },
          { 'requests.cpu': '1', 'limits.memory': '4Gi' },
        ),
        quota('new', { hard: { 'limits.cpu': '2' } }),
        quota('jobs', { hard: { cpu: '1' }, scopes: ['Terminating'] }),
        quota('urgent', { hard: { cpu: '1' }, scopeSelector: { matchExpressions: [] } }),
      ],
    },
  });
  const GIB = 2 ** 30;
  const none = { hard: {}, used: {} };
  assert.equal(objects.resourceQuotas, [
    {
      namespace: 'shop',
      name: 'short',
      requests: { hard: { cpuCores: 4, memoryBytes: 8 * GIB }, used: { cpuCores: 3.5, memoryBytes: 2 * GIB } },
      limits: none,
    },
    {
      namespace: 'shop',
      name: 'long',
      requests: { hard: { cpuCores: 4 }, used: { cpuCores: 1 } },
      limits: { hard: { memoryBytes: 16 * GIB }, used: { memoryBytes: 4 * GIB } },
    },
    { namespace: 'shop', name: 'new', requests: none, limits: { hard: { cpuCores: 2 }, used: {} } },
  ]);
});

test.run();
