/** The verdict on nodes against the real scheduler: a node that is said to come free is drained, and one that is said to stay is too. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { editOf, replicasEdit } from '../../lib/optimize/patch.ts';
import { writePlan } from '../../lib/optimize/plan-file/write.ts';
import type { Plan } from '../../lib/types/plan.ts';
import type { KubeObject } from '../cluster/api.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { nodeManifest, until } from '../cluster/fill/objects.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { run } from './run.ts';

const test = clusterSuite('nodes that come free, by the real scheduler');

const NAMESPACE = 'packed';
const ZONES = ['a', 'b'] as const;

let cluster: TestCluster;
const folder = mkdtempSync(join(tmpdir(), 'upid-packed-'));

interface Parts {
  readonly name: string;
  readonly replicas: number;
  readonly cpu: string;
  readonly podSpec?: Readonly<Record<string, unknown>>;
  readonly kind?: 'Deployment' | 'DaemonSet';
}

const selects = (name: string): object => ({ labelSelector: { matchLabels: { app: name } } });

/** A bit of everything that a scheduler must respect. */
const WORKLOADS: readonly Parts[] = [
  { name: 'agent', replicas: 0, cpu: '200m', kind: 'DaemonSet' },
  { name: 'big', replicas: 4, cpu: '1800m' },
  {
    name: 'apart',
    replicas: 3,
    cpu: '300m',
    podSpec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', ...selects('apart') }],
        },
      },
    },
  },
  {
    name: 'even',
    replicas: 4,
    cpu: '200m',
    podSpec: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', ...selects('even') },
      ],
    },
  },
  { name: 'picky', replicas: 2, cpu: '300m', podSpec: { nodeSelector: { 'topology.kubernetes.io/zone': 'eu-1a' } } },
  {
    name: 'special',
    replicas: 1,
    cpu: '300m',
    podSpec: {
      nodeSelector: { dedicated: 'yes' },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }],
    },
  },
  { name: 'guarded', replicas: 2, cpu: '200m' },
];

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  const { api } = cluster;
  for (const [index, name] of ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'].entries()) {
    const manifest = nodeManifest({ name, cpu: '4', memory: '16Gi', zone: `eu-1${ZONES[index % 2]}` }, index);
    const dedicated = index === 5;
    const metadata = {
      ...manifest.metadata,
      labels: { ...(manifest.metadata.labels as object), ...(dedicated && { dedicated: 'yes' }) },
    };
    const spec = dedicated ? { taints: [{ key: 'dedicated', value: 'yes', effect: 'NoSchedule' }] } : {};
    await api.send('POST', '/api/v1/nodes', { ...manifest, metadata, spec });
  }
  await api.send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await api.send('POST', `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`, {
    metadata: { name: 'guarded' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
  });
  for (const parts of WORKLOADS) await createWorkload(parts);
  await until('all pods run', async () => {
    const pods = await live();
    return pods.length === 21 && pods.every(isRunning);
  });
});

test.after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster?.stop();
});

async function createWorkload({ name, replicas, cpu, podSpec, kind = 'Deployment' }: Parts): Promise<void> {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'registry.example.com/app:1', resources: { requests: { cpu, memory: '64Mi' } } }];
  await cluster.api.send('POST', `/apis/apps/v1/namespaces/${NAMESPACE}/${kind.toLowerCase()}s`, {
    metadata: { name },
    spec: {
      ...(kind === 'Deployment' && { replicas }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...podSpec } },
    },
  });
}

async function live(): Promise<readonly KubeObject[]> {
  const pods = await cluster.api.list(`/api/v1/namespaces/${NAMESPACE}/pods`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function isRunning({ status }: KubeObject): boolean {
  return status?.phase === 'Running';
}

interface Nodes {
  readonly nodes: readonly { readonly name: string; readonly outcome: string; readonly reason?: string }[];
  readonly metadata: { readonly tightPods: number };
}

/** Scales `big` to nothing. */
async function plan(): Promise<Plan> {
  const deployment = await cluster.api.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/big`);
  const system = await cluster.api.get('/api/v1/namespaces/kube-system');
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: NAMESPACE, name: 'big', uid: deployment.metadata.uid };
  const savings = { cpuCores: 7.2, memoryBytes: 0, monthly: { amount: 166.15, currency: 'USD' }, priceSource: 'test' };
  return {
    apiVersion: 'upid.dev/v1alpha1',
    kind: 'OptimizationPlan',
    cluster: { id: system.metadata.uid, context: 'test', server: cluster.apiUrl, simulated: false },
    madeAtMs: Date.now(),
    evidence: { fromMs: Date.now() - 1000, toMs: Date.now(), sources: [] },
    recommendations: [
      {
        kind: 'scale-to-zero',
        target: ref,
        replicas: 4,
        reason: 'idle',
        risk: { value: 0.05, factors: [] },
        changes: [{ field: 'replicas', from: '4', to: '0', rule: 'idle', evidence: 'for the test' }],
        ...editOf(ref, [replicasEdit(4, 0)]),
        requestedBefore: {},
        savings,
        warnings: [],
        dryRun: { state: 'not-asked', reason: 'for the test' },
      },
    ],
    declined: [],
    savings,
  };
}

async function drain(node: string): Promise<number | null> {
  const args = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s'];
  return (await cluster.runKubectl(args)).code;
}

test('nodes said to come free are drained, and the scheduler finds a place for each of their pods', async () => {
  const file = join(folder, 'plan.yaml');
  const made = await plan();
  writeFileSync(file, stringify(writePlan(made), { aliasDuplicateObjects: false }));
  const args = ['--kubeconfig', cluster.kubeconfig, '--no-history', '--prometheus=false', '-o', 'json'];
  const { exitCode, stdout, stderr } = await run(['simulate', '-f', file, ...args]);
  assert.is(exitCode, 0, stderr);
  const { nodes, metadata } = JSON.parse(stdout) as Nodes;
  assert.match(
    nodes.find(({ name }) => name === 'n5')?.reason ?? '',
    /special.* fits nowhere else: .*not selected by its node selector/,
  );
  const free = nodes.filter(({ outcome }) => outcome !== 'kept').map(({ name }) => name);
  assert.ok(nodes.filter(({ outcome }) => outcome === 'freed').length > 0, JSON.stringify(nodes));
  assert.is(metadata.tightPods, 0);

  const [change] = made.recommendations;
  await cluster.api.send(
    'PATCH',
    `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/big`,
    change!.patch,
    'application/json-patch+json',
  );
  await until('big is gone', async () => (await live()).every(({ metadata: { name } }) => !name.startsWith('big-')));

  for (const node of free) await cluster.runKubectl(['cordon', node]);
  for (const node of free) assert.is(await drain(node), 0, `drain of ${node}`);
  await until('all pods run elsewhere', async () => {
    const pods = (await live()).filter(({ metadata: { name } }) => !name.startsWith('agent-'));
    return pods.length === 12 && pods.every((pod) => isRunning(pod) && !free.includes(String(pod.spec?.nodeName)));
  });
});

test('drained in spite of it, a node said to stay leaves a pod that the scheduler finds no place for', async () => {
  await drain('n5');
  await until('a pod waits', async () =>
    (await live()).some(({ metadata: { name }, status }) => name.startsWith('special-') && status?.phase === 'Pending'),
  );
});

test.run();
