/** Plans on a real control plane: carried out, taken back letter by letter, refused by name, and brought back by themselves where pods do not bear them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { applyPlan } from '../../lib/operations/change/apply.ts';
import type { ChangeResult } from '../../lib/operations/change/result.ts';
import { type RollbackTarget, rollBack } from '../../lib/operations/change/rollback.ts';
import type { Recommendation } from '../../lib/types/plan.ts';
import type { KubeObject } from '../cluster/api.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { nodeManifest, until } from '../cluster/fill/objects.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { changeRequest } from './change-request.ts';
import { identityOf, podTemplate, toRequest, toZero } from './recommended.ts';

const test = clusterSuite('plans on a real cluster');

let cluster: TestCluster;

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  for (const [index, name] of ['node-a', 'node-b'].entries())
    await cluster.api.create('/api/v1/nodes', nodeManifest({ name, cpu: '64', memory: '256Gi' }, index));
});

test.after(() => cluster?.stop());

type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';

const ROOTS: Readonly<Record<Kind, readonly [apiVersion: string, plural: string]>> = {
  Deployment: ['apps/v1', 'deployments'],
  StatefulSet: ['apps/v1', 'statefulsets'],
  DaemonSet: ['apps/v1', 'daemonsets'],
  CronJob: ['batch/v1', 'cronjobs'],
};

function pathOf(kind: Kind, namespace: string, name = ''): string {
  const [apiVersion, plural] = ROOTS[kind];
  return `/apis/${apiVersion}/namespaces/${namespace}/${plural}${name && `/${name}`}`;
}

async function inNamespace(namespace: string, objects: Readonly<Record<string, Kind>>): Promise<void> {
  await cluster.api.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  for (const [name, kind] of Object.entries(objects)) {
    const labels = { app: name };
    const template = podTemplate(labels);
    const finite = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
    const spec =
      kind === 'CronJob'
        ? { schedule: '0 3 * * *', jobTemplate: { spec: { template: finite } } }
        : {
            selector: { matchLabels: labels },
            template,
            ...(kind !== 'DaemonSet' && { replicas: 3 }),
            ...(kind === 'StatefulSet' && { serviceName: name, podManagementPolicy: 'Parallel' }),
          };
    await cluster.api.send('POST', pathOf(kind, namespace), {
      apiVersion: ROOTS[kind][0],
      kind,
      metadata: { name, namespace },
      spec,
    });
  }
  await until('pods are ready', async () => {
    const all = await Promise.all(Object.entries(objects).map(([name, kind]) => cluster.api.get(pathOf(kind, namespace, name))));
    return all.every(({ spec, status }) => {
      const ready = Number(status?.readyReplicas ?? status?.numberReady ?? 0);
      return spec?.schedule !== undefined || ready === Number(spec?.replicas ?? 2);
    });
  });
}

async function recommendationFor(
  kind: Kind,
  namespace: string,
  name: string,
  what: { readonly cpu: string } | 'zero',
): Promise<Recommendation> {
  const { metadata, spec } = await cluster.api.get(pathOf(kind, namespace, name));
  const target = { apiVersion: ROOTS[kind][0], kind, namespace, name, uid: metadata.uid };
  if (what === 'zero') return toZero(target, Number(spec?.replicas));
  const template = kind === 'CronJob' ? '/spec/jobTemplate/spec/template' : '/spec/template';
  return toRequest(target, template, { request: what.cpu, limit: what.cpu });
}

interface Options {
  readonly home: string;
  readonly atomic?: boolean;
  readonly force?: boolean;
  readonly as?: string;
  readonly timeoutSeconds?: number;
}

function requestOf({ home, as, atomic = false, force = false, timeoutSeconds = 30 }: Options) {
  return {
    ...changeRequest(cluster.kubeconfig, home),
    connection: { kubeconfig: cluster.kubeconfig, ...(as !== undefined && { as }) },
    atomic,
    force,
    timeoutSeconds,
    settleSeconds: 0.5,
  };
}

async function apply(recommendations: readonly Recommendation[], options: Options): Promise<ChangeResult> {
  return applyPlan({ cluster: await identityOf(cluster), recommendations }, requestOf(options));
}

function takeBack(what: RollbackTarget, namespace: string | undefined, options: Options): Promise<ChangeResult> {
  return rollBack({ ...requestOf(options), what, namespace });
}

function statesOf({ objects }: ChangeResult): Readonly<Record<string, string>> {
  return Object.fromEntries(objects.map(({ target, state }) => [target.name, state]));
}

function reasonOf({ objects }: ChangeResult, name: string): string {
  return objects.find(({ target }) => target.name === name)?.reason ?? '';
}

const WORKLOADS = { web: 'Deployment', idle: 'Deployment', store: 'StatefulSet', agent: 'DaemonSet', report: 'CronJob' } as const;

async function specsIn(namespace: string, objects: Readonly<Record<string, Kind>>): Promise<Readonly<Record<string, unknown>>> {
  const all = await Promise.all(
    Object.entries(objects).map(async ([name, kind]) => [name, await cluster.api.get(pathOf(kind, namespace, name))] as const),
  );
  return Object.fromEntries(all.map(([name, object]) => [name, { spec: object.spec, annotations: annotationsOf(object) }]));
}

/** A rollout counts its revisions; everything else is somebody's. */
function annotationsOf({ metadata }: KubeObject): unknown {
  const {
    'deployment.kubernetes.io/revision': _,
    'deprecated.daemonset.template.generation': __,
    ...rest
  } = metadata.annotations ?? {};
  return rest;
}

function planFor(namespace: string): Promise<readonly Recommendation[]> {
  return Promise.all(
    Object.entries(WORKLOADS).map(([name, kind]) =>
      recommendationFor(kind, namespace, name, name === 'idle' ? 'zero' : { cpu: '125m' }),
    ),
  );
}

test('what is applied is verified, and its rollback brings every kind back letter by letter', async () => {
  await inNamespace('letters', WORKLOADS);
  const before = await specsIn('letters', WORKLOADS);
  const machine = { home: temporaryFolder() };
  const applied = await apply(await planFor('letters'), machine);
  assert.equal(
    statesOf(applied),
    Object.fromEntries(Object.keys(WORKLOADS).map((name) => [name, 'verified'])),
    JSON.stringify(applied.objects),
  );
  const after = await specsIn('letters', WORKLOADS);
  for (const name of Object.keys(WORKLOADS)) assert.not.equal(after[name], before[name], name);
  const back = await takeBack({ last: true }, undefined, machine);
  assert.ok(
    back.objects.every(({ state }) => state === 'verified'),
    JSON.stringify(back.objects),
  );
  assert.equal(await specsIn('letters', WORKLOADS), before);
});

test('another machine, with an empty home, takes everything back by the annotations', async () => {
  await inNamespace('elsewhere', WORKLOADS);
  const before = await specsIn('elsewhere', WORKLOADS);
  await apply(await planFor('elsewhere'), { home: temporaryFolder() });
  const back = await takeBack({ all: true }, 'elsewhere', { home: temporaryFolder() });
  assert.ok(
    back.objects.every(({ state }) => state === 'verified'),
    JSON.stringify(back.objects),
  );
  assert.equal(await specsIn('elsewhere', WORKLOADS), before);
});

const SOMEBODY = [{ op: 'replace', path: '/spec/replicas', value: 2 }];

async function somebodyScales(namespace: string, name: string): Promise<void> {
  await cluster.api.send('PATCH', pathOf('Deployment', namespace, name), SOMEBODY, 'application/json-patch+json');
}

test('what somebody changed between plan and apply is refused by name: the rest goes on, or with --atomic nothing', async () => {
  const objects = { idle: 'Deployment', other: 'Deployment' } as const;
  await inNamespace('between', objects);
  const plan = await Promise.all(Object.entries(objects).map(([name, kind]) => recommendationFor(kind, 'between', name, 'zero')));
  await somebodyScales('between', 'idle');
  const before = await specsIn('between', objects);
  const machine = { home: temporaryFolder() };
  let message = '';
  await apply(plan, { ...machine, atomic: true }).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /between\/deployment\.apps\/idle is refused: \/spec\/replicas is 2/);
  assert.equal(await specsIn('between', objects), before);
  const applied = await apply(plan, machine);
  assert.equal(statesOf(applied), { idle: 'refused', other: 'verified' });
  assert.match(reasonOf(applied, 'idle'), /\/spec\/replicas is 2 and no longer 3/);
});

test('what somebody changed between apply and rollback is refused by name, and brought back by force', async () => {
  const objects = { idle: 'Deployment', other: 'Deployment' } as const;
  await inNamespace('later', objects);
  const before = await specsIn('later', objects);
  const machine = { home: temporaryFolder() };
  await apply(
    await Promise.all(Object.entries(objects).map(([name, kind]) => recommendationFor(kind, 'later', name, 'zero'))),
    machine,
  );
  await somebodyScales('later', 'idle');
  const back = await takeBack({ last: true }, undefined, machine);
  assert.equal(statesOf(back), { idle: 'refused', other: 'verified' });
  assert.match(reasonOf(back, 'idle'), /somebody has changed it since/);
  const forced = await takeBack({ last: true }, undefined, { ...machine, force: true });
  assert.equal(statesOf(forced), { idle: 'verified' });
  assert.equal(await specsIn('later', objects), before);
});

/** What a kubelet would write of each new pod that asks for so much. */
async function failing(namespace: string, cpu: string, status: unknown, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const pods = await cluster.api.list(`/api/v1/namespaces/${namespace}/pods`);
    for (const pod of pods) {
      const [container] = (pod.spec?.containers ?? []) as readonly { readonly resources: { requests?: { cpu?: string } } }[];
      if (container?.resources.requests?.cpu !== cpu || pod.status?.phase !== 'Running') continue;
      const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`;
      const [present] = (pod.status.containerStatuses ?? []) as readonly object[];
      const body = { status: { containerStatuses: [{ ...present, ...(status as object) }] } };
      await cluster.api.send('PATCH', path, body, 'application/merge-patch+json').catch(() => undefined);
    }
    await sleep(100);
  }
}

const KILLED = { ready: false, restartCount: 1, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } };
const LOOPING = { ready: false, restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } } };

for (const [what, cpu, status, expected] of [
  ['are killed for memory', '110m', KILLED, /OOMKilled/],
  ['crash again and again', '111m', LOOPING, /CrashLoopBackOff/],
  ['fit on no node', '100', undefined, /Unschedulable/],
] as const) {
  test(`a change whose pods ${what} is taken back by itself, within its deadline`, async () => {
    const namespace = `fails-${cpu}`;
    await inNamespace(namespace, { web: 'Deployment' });
    const before = await specsIn(namespace, { web: 'Deployment' });
    const stop = new AbortController();
    const kubelet = status === undefined ? undefined : failing(namespace, cpu, status, stop.signal);
    const started = performance.now();
    const applied = await apply([await recommendationFor('Deployment', namespace, 'web', { cpu })], {
      home: temporaryFolder(),
      timeoutSeconds: 10,
    });
    stop.abort();
    await kubelet;
    assert.equal(statesOf(applied), { web: 'undone' });
    assert.match(reasonOf(applied, 'web'), expected);
    assert.ok(performance.now() - started < 15_000);
    assert.equal(await specsIn(namespace, { web: 'Deployment' }), before);
  });
}

test('without the right to patch it is said before the first write, and nothing is written', async () => {
  await inNamespace('forbidden', { web: 'Deployment' });
  // Who may look at everything, and write nothing.
  await cluster.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'nobody-views' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nobody' }],
  });
  const before = await cluster.api.get(pathOf('Deployment', 'forbidden', 'web'));
  const recommended = await recommendationFor('Deployment', 'forbidden', 'web', { cpu: '100m' });
  const applied = await apply([recommended], { home: temporaryFolder(), as: 'nobody' });
  assert.equal(statesOf(applied), { web: 'refused' });
  assert.match(reasonOf(applied, 'web'), /no right to patch deployments\.apps in namespace "forbidden"/);
  assert.is(
    (await cluster.api.get(pathOf('Deployment', 'forbidden', 'web'))).metadata.resourceVersion,
    before.metadata.resourceVersion,
  );
});

test('what is kept elsewhere is told with its text, and nothing is written', async () => {
  await inNamespace('gitops', { web: 'Deployment' });
  const before = await specsIn('gitops', { web: 'Deployment' });
  const emitted = {
    form: 'kustomize',
    text: 'kind: Deployment',
    destination: 'the repository of Argo CD application shop',
  } as const;
  const recommended = { ...(await recommendationFor('Deployment', 'gitops', 'web', { cpu: '100m' })), emitted };
  const applied = await apply([recommended], { home: temporaryFolder() });
  assert.equal(statesOf(applied), { web: 'skipped' });
  assert.is(applied.objects[0]?.text, 'kind: Deployment');
  assert.equal(await specsIn('gitops', { web: 'Deployment' }), before);
});

test.run();
