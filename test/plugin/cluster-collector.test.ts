/** deploy/collector.yaml: what a real API server says of it. */

import { fileURLToPath } from 'node:url';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';

const test = clusterSuite('the collector inside a cluster');

let cluster: TestCluster;

test.before(async () => {
  ({ cluster } = await sharedCluster());
});

test('the API server takes the manifest as it is, every field of it known', async () => {
  const manifest = fileURLToPath(new URL('../../deploy/collector.yaml', import.meta.url));
  const { code, stdout, stderr } = await cluster.runKubectl([
    'apply',
    '--dry-run=server',
    '--validate=strict',
    '-o',
    'name',
    '-f',
    manifest,
  ]);
  assert.equal({ code, stderr }, { code: 0, stderr: '' });
  assert.equal(stdout.trim().split('\n'), ['persistentvolumeclaim/kubectl-upid-history', 'deployment.apps/kubectl-upid-collect']);
});

test.run();
