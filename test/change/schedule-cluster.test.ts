/** The manifests of office hours on a real API server: each object is taken in a dry-run, and nothing is stored. */

import { parseAllDocuments } from 'yaml';
import { cronJobs } from '../../lib/optimize/schedule/manifests.ts';
import { clusterAvailable } from '../cluster/available.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { assert, skip, suite } from '../harness.ts';

const test = suite('manifests of office hours on a real API server');

const availability = clusterAvailable();

let cluster: TestCluster;

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  await cluster.api.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
});

test.after(() => cluster?.stop());

const PATHS: Readonly<Record<string, string>> = {
  ServiceAccount: '/api/v1/namespaces/shop/serviceaccounts',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings',
  CronJob: '/apis/batch/v1/namespaces/shop/cronjobs',
};

test('every object is accepted, strictly read, also with a long name and midnight as the end', async () => {
  for (const name of ['web', 'w'.repeat(63)]) {
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name, uid: 'u' };
    const hours = {
      weekdays: [1, 2, 3, 4, 5, 7],
      fromHour: 0,
      toHour: 24,
      timeZone: 'Europe/Berlin',
      weeks: 4,
      quietest: 0,
      busiest: 1,
    };
    const documents = parseAllDocuments(cronJobs(target, hours, 3, 'v1.37.2')).map((document) => document.toJS());
    assert.is(documents.length, 5);
    for (const object of documents) {
      const path = `${PATHS[object.kind]}?dryRun=All&fieldValidation=Strict`;
      const stored = (await cluster.api.send('POST', path, object)) as { readonly kind?: string };
      assert.is(stored.kind, object.kind);
    }
  }
  const left = (await cluster.api.send('GET', PATHS.CronJob!)) as { readonly items: readonly unknown[] };
  assert.equal(left.items, []);
});

if (availability.available) test.run();
else skip('manifests of office hours on a real API server', availability.reason);
