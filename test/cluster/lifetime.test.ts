/** A run ends with whoever started it, and runs do not see each other. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assert } from '../harness.ts';
import { attachCluster, startCluster } from './cluster.ts';
import { processesIn, processNamespace } from './namespaces.ts';
import { clusterSuite } from './suite.ts';

const BARE = { metricsServer: false, history: [] } as const;

const test = clusterSuite('life of a test cluster');

async function allGone(namespace: string): Promise<void> {
  const end = Date.now() + 5000;
  while (processesIn(namespace).size > 0) {
    assert.ok(Date.now() < end, `still there: ${[...processesIn(namespace).values()].join(', ')}`);
    await sleep(20);
  }
}

test('two clusters at the same time have nothing of each other', async () => {
  const [one, other] = await Promise.all([startCluster(BARE), startCluster(BARE)]);
  try {
    await one.api.send('POST', '/api/v1/namespaces', { metadata: { name: 'only-here' } });
    const names = (await other.api.list('/api/v1/namespaces')).map(({ metadata }) => metadata.name);
    assert.not.ok(names.includes('only-here'));
    assert.is.not(one.apiUrl, other.apiUrl);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
});

test('stopping leaves no process and no file', async () => {
  const cluster = await startCluster(BARE);
  const namespace = processNamespace(cluster.initPid) ?? '';
  assert.ok(processesIn(namespace).size >= 6);
  await cluster.stop();
  await allGone(namespace);
  assert.not.ok(existsSync(cluster.folder));
});

test('a starter that is killed takes everything with it', async () => {
  const module = fileURLToPath(new URL('cluster.ts', import.meta.url));
  const script = `
    const { startCluster } = await import(${JSON.stringify(module)});
    const cluster = await startCluster({ metricsServer: false, history: [] });
    process.stdout.write(cluster.folder);
    setInterval(() => undefined, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const folder = await new Promise<string>((resolve) =>
    starter.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  const cluster = attachCluster(folder);
  assert.ok(cluster, 'another process finds it by its folder');
  const namespace = processNamespace(cluster.initPid) ?? '';
  assert.ok(processesIn(namespace).size >= 6);
  starter.kill('SIGKILL');
  await allGone(namespace);
  assert.not.ok(existsSync(folder));
  assert.is(attachCluster(folder), undefined);
});

test('commands inside end with the cluster', async () => {
  const cluster = await startCluster(BARE);
  const namespace = processNamespace(cluster.initPid) ?? '';
  const asleep = cluster.exec(['sleep', '1000']);
  while (processesIn(namespace).size < 7) await sleep(20);
  await cluster.stop();
  assert.is.not((await asleep).code, 0);
  await allGone(namespace);
});

test.run();
