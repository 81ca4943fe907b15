/** What is forbidden or not served costs what it would have told, and is named; and which objects are asked for. */

import type { SourceReport } from '../../../lib/types/source.ts';
import { assert, suite } from '../../harness.ts';
import { errorOf } from '../../kube/config.ts';
import { collect, collected, startApi } from './api.ts';
import { controllerObject, metadata, pod, STATEFUL_SET, WEB } from './build.ts';

const test = suite('lists of objects');

function of(reports: readonly SourceReport[], source: string): SourceReport | undefined {
  return reports.find((report) => report.source === source);
}

/** Each list but that of pods: where it is served, the right it needs, and what is still known of the Deployment `web` without it. */
const LISTS: readonly { readonly path: string; readonly right: string }[] = [
  { path: '/apis/apps/v1/replicasets', right: 'list replicasets.apps in all namespaces' },
  { path: '/apis/apps/v1/deployments', right: 'list deployments.apps in all namespaces' },
  { path: '/apis/apps/v1/statefulsets', right: 'list statefulsets.apps in all namespaces' },
  { path: '/apis/apps/v1/daemonsets', right: 'list daemonsets.apps in all namespaces' },
  { path: '/apis/batch/v1/jobs', right: 'list jobs.batch in all namespaces' },
  { path: '/apis/batch/v1/cronjobs', right: 'list cronjobs.batch in all namespaces' },
  { path: '/apis/autoscaling/v2/horizontalpodautoscalers', right: 'list horizontalpodautoscalers.autoscaling in all namespaces' },
  { path: '/apis/policy/v1/poddisruptionbudgets', right: 'list poddisruptionbudgets.policy in all namespaces' },
  { path: '/apis/coordination.k8s.io/v1/leases', right: 'list leases.coordination.k8s.io in all namespaces' },
  { path: '/api/v1/services', right: 'list services in all namespaces' },
  { path: '/api/v1/nodes', right: 'list nodes at cluster scope' },
  { path: '/api/v1/limitranges', right: 'list limitranges in all namespaces' },
  { path: '/api/v1/resourcequotas', right: 'list resourcequotas in all namespaces' },
];

for (const { path, right } of LISTS) {
  const source = path.split('/').at(-1) ?? '';
  test(`without the right to ${right}`, async () => {
    const { objects, reports } = await collected({ objects: WEB, forbidden: [path] });
    assert.equal(
      objects.workloads.map(({ ref }) => `${ref.kind}/${ref.name}`),
      ['Deployment/web'],
    );
    assert.is(objects.workloads[0]?.pods.length, 2);
    const report = of(reports, source);
    assert.is(report?.state, 'forbidden');
    assert.ok(report?.reason?.startsWith(`no right to ${right}; without it `), report?.reason);
    assert.is(report?.remedy, `grant the right to ${right}`);
    assert.is(reports.filter(({ state }) => state === 'forbidden').length, 1);
  });

  test(`${source} that the cluster does not serve, or that are ill`, async () => {
    const absent = await collected({ objects: WEB, absent: [path] });
    assert.equal(of(absent.reports, source), { source, state: 'absent', reason: `the cluster does not serve ${source}` });
    assert.is(absent.objects.workloads[0]?.ref.name, 'web');
  });
}

test('a list that answers 503 is reported as failed, in the words of the server', async () => {
  const { reports, objects } = await collected({ objects: WEB, ill: ['/apis/policy/v1/poddisruptionbudgets'] });
  assert.is(of(reports, 'poddisruptionbudgets')?.state, 'failed');
  assert.match(of(reports, 'poddisruptionbudgets')?.reason ?? '', /unable to handle the request/);
  assert.is(objects.workloads.length, 1);
});

test('with the right to list pods alone: workloads by their names, and every right that is missing', async () => {
  const { objects, reports, cluster } = await collected({
    objects: {
      ...WEB,
      '/api/v1/pods': [...WEB['/api/v1/pods'], pod({ name: 'db-0', owner: STATEFUL_SET('db'), labels: { app: 'db' } })],
    },
    forbidden: [
      '/apis',
      '/api/v1/namespaces',
      '/api/v1/services',
      '/api/v1/nodes',
      '/api/v1/limitranges',
      '/api/v1/resourcequotas',
      '/version',
    ],
  });
  assert.equal(
    objects.workloads.map(({ ref }) => `${ref.kind}/${ref.name}/${ref.uid}`),
    ['StatefulSet/db/uid-db', 'Deployment/web/'],
  );
  const [db, web] = objects.workloads;
  assert.is(web?.containersPath, undefined);
  assert.equal(
    web?.containers.map(({ name }) => name),
    ['main'],
  );
  assert.equal(db?.podLabels, { app: 'db' });
  assert.is(web?.management, undefined);
  assert.match(cluster.id, /^server-[0-9a-f]{16}$/);
  assert.equal(
    reports
      .filter(({ state }) => state === 'forbidden')
      .map(({ source }) => source)
      .toSorted(),
    [...LISTS.map(({ path }) => path.split('/').at(-1) ?? ''), 'identity'].toSorted(),
  );
});

test('without the right to list pods nothing can be said: the right, and one namespace as the way out', async () => {
  const everywhere = await errorOf(collected({ objects: WEB, forbidden: ['/api/v1/pods'] }));
  assert.is(everywhere.id, 'forbidden');
  assert.match(everywhere.message, /no right to list pods in all namespaces; without it nothing can be said about use/);
  assert.is(everywhere.remedy, 'ask for the right to list pods in all namespaces, or name one namespace with -n');
  const inOne = await errorOf(collected({ objects: WEB, forbidden: ['/api/v1/namespaces/shop/pods'] }, { namespace: 'shop' }));
  assert.is(inOne.remedy, 'ask for the right to list pods in namespace "shop"');
});

test('every list of a namespace is asked there; nodes are asked at cluster scope', async () => {
  const api = await startApi({ objects: WEB });
  await collect(api.client, { namespace: 'shop' });
  const lists = api.paths().filter((path) => !/^\/(version|apis|api\/v1\/namespaces\/kube-system)$/.test(path));
  assert.is(lists.length, 14);
  for (const path of lists) assert.ok(path === '/api/v1/nodes' || path.includes('/namespaces/shop/'), path);
  await api.stop();
});

test('selectors go to the list of pods, as they do with kubectl get pods', async () => {
  const api = await startApi({ objects: WEB });
  await collect(api.client, { labelSelector: 'app in (web)', fieldSelector: 'status.phase=Running' });
  for (const request of api.server.requests) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const isPods = pathname === '/api/v1/pods';
    assert.is(searchParams.get('labelSelector'), isPods ? 'app in (web)' : null, pathname);
    assert.is(searchParams.get('fieldSelector'), isPods ? 'status.phase=Running' : null, pathname);
  }
  await api.stop();
});

test('lists come in chunks, and how far the one of pods is gets told', async () => {
  const api = await startApi({
    objects: { '/api/v1/pods': Array.from({ length: 25 }, (_, index) => pod({ name: `pod-${index}` })) },
  });
  const { objects } = await collect(api.client, { chunkSize: 10 });
  assert.is(objects.workloads.length, 25);
  assert.is(api.paths().filter((path) => path === '/api/v1/pods').length, 3);
  await api.stop();
});

test('names: by kind and name, by a pod of it, by a ReplicaSet of it; the others stay in sight', async () => {
  const contents = {
    objects: {
      ...WEB,
      '/api/v1/pods': [
        ...WEB['/api/v1/pods'],
        pod({ name: 'web', namespace: 'other' }),
        pod({ name: 'db-0', owner: STATEFUL_SET('db') }),
      ],
      '/apis/apps/v1/statefulsets': [controllerObject({ name: 'db' })],
    },
  };
  const named = async (kind: string, name: string): Promise<string> => {
    const found = await collected(contents, { names: [{ kind, name }] });
    assert.is(found.objects.workloads.length, 3);
    return found.named.map(({ ref }) => `${ref.namespace}/${ref.kind}/${ref.name}`).join();
  };
  assert.is(await named('Deployment', 'web'), 'shop/Deployment/web');
  assert.is(await named('deployment', 'web'), 'shop/Deployment/web');
  assert.is(await named('Pod', 'web'), 'other/Pod/web');
  assert.is(await named('Pod', 'web-6d4cf56db6-b2b2b'), 'shop/Deployment/web');
  assert.is(await named('ReplicaSet', 'web-77b9fdc8d5'), 'shop/Deployment/web');
  assert.is(await named('Deployment', 'none'), '');
});

test('workloads come in the order of listings', async () => {
  const { objects } = await collected({
    objects: {
      '/api/v1/pods': [
        pod({ name: 'b', namespace: 'z' }),
        pod({ name: 'c', namespace: 'a' }),
        pod({ name: 'a', namespace: 'z' }),
      ],
    },
  });
  assert.equal(
    objects.workloads.map(({ ref }) => `${ref.namespace}/${ref.name}`),
    ['a/c', 'z/a', 'z/b'],
  );
});

test('an empty cluster has no workloads', async () => {
  const { objects, reports } = await collected({ objects: {} });
  assert.equal(objects.workloads, []);
  assert.is(of(reports, 'pods')?.gave, '0 pods');
});

test('objects of forms that nobody expects are taken for what they are', async () => {
  const odd = {
    metadata: { ...metadata({ name: 'odd' }), labels: ['no'], ownerReferences: 'none' },
    spec: { containers: [null, { name: 7 }] },
    status: [],
  };
  const { objects } = await collected({ objects: { '/api/v1/pods': [odd] } });
  assert.is(objects.workloads[0]?.ref.name, 'odd');
  assert.is(objects.workloads[0]?.pods[0]?.phase, 'Unknown');
});

test('stopping ends the look', async () => {
  const api = await startApi({ objects: WEB });
  const stop = new AbortController();
  stop.abort();
  const { collectObjects } = await import('../../../lib/collect/objects/collect.ts');
  const error = await errorOf(
    collectObjects(
      api.client,
      { namespace: '', names: [], chunkSize: 500 },
      { nowMs: 0, signal: stop.signal, progress: () => undefined },
    ),
  );
  assert.is(error.id, 'cancelled');
  await api.stop();
});

test.run();
