/** The cluster that all reading tests share: the same for a file that is run by itself and for one that the runner runs. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert } from '../harness.ts';
import { sharedCluster } from './shared.ts';
import { clusterSuite } from './suite.ts';

const test = clusterSuite('shared test cluster');

const MODULE = fileURLToPath(new URL('shared.ts', import.meta.url));

function inAnotherProcess(folder: string): { readonly stdout: string; readonly stderr: string } {
  const script = `
    const { sharedCluster } = await import(${JSON.stringify(MODULE)});
    const { cluster, filled } = await sharedCluster();
    console.log(JSON.stringify([cluster.apiUrl, filled.pods.length, await cluster.api.isReady()]));`;
  const env = { ...process.env, UPID_TEST_CLUSTER: folder };
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env });
}

test('it has pods of every described workload, each with metrics', async () => {
  const { cluster, filled } = await sharedCluster();
  for (const { namespace, name } of filled.description.workloads) {
    assert.ok(
      filled.pods.some((pod) => pod.namespace === namespace && pod.workload === name),
      `${namespace}/${name}`,
    );
  }
  const metrics = await cluster.api.list('/apis/metrics.k8s.io/v1beta1/pods');
  const measured = new Set(metrics.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const unmeasured = filled.pods.filter(({ namespace, name }) => !measured.has(`${namespace}/${name}`));
  assert.equal(unmeasured, []);
});

test('another process that is given its folder reaches the same one', async () => {
  const { cluster, filled } = await sharedCluster();
  assert.equal(JSON.parse(inAnotherProcess(cluster.folder).stdout), [cluster.apiUrl, filled.pods.length, true]);
});

test('a folder whose cluster has ended is said to be so', () => {
  assert.match(inAnotherProcess('/nowhere').stderr, /the cluster that UPID_TEST_CLUSTER names has ended/);
});

test.run();
