/** Sources that are found, that go away and that never were, on a control plane of its own, because all of this changes it. */

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import type { FilledCluster } from '../cluster/fill/fill.ts';
import { type HistoryServer, historyPort, historyServers } from '../cluster/history/servers.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { filesIn, rowsOf } from '../store/samples.ts';
import { type Asker, ask, askIdle, itemOf, sourceOf, wrongVerdicts } from './ask.ts';
import { forward } from './forwarder.ts';

const test = clusterSuite('sources that come and go');

const SEED = 4;

/** Everybody finds Prometheus on the shared cluster; here it is the other server, where it is installed. */
const SERVER: HistoryServer = historyServers().at(-1)!;

let cluster: TestCluster;
let filled: FilledCluster;

test.before(async () => {
  cluster = await startCluster({ history: [SERVER] });
  const scenarios = [
    'forgotten-staging',
    'probed-every-second',
    'sidecar-noise',
    'memory-holding-cache',
    'custom-owner',
    'busy-web',
    'low-traffic-hourly',
    'nightly-batch',
    'leader-election',
    'host-network',
  ] as const;
  filled = await cluster.fill(labelledCluster(SEED, { scenarios, nodes: 3 }), { awaitMetrics: true });
});

test.after(() => cluster.stop());

function asker(history = temporaryFolder()): Asker {
  return { kubeconfig: cluster.kubeconfig, history };
}

function historyUrl(): string {
  return (cluster.victoriaMetricsUrl ?? cluster.prometheusUrl)!;
}

/** Name of the described workload of a scenario. */
function named(scenario: string): string {
  const { name, owner } = filled.description.workloads.find((workload) => workload.scenario === scenario)!;
  return owner?.name ?? name;
}

function idleNames(): readonly string[] {
  return filled.description.workloads.filter(({ label }) => label === 'idle').map(({ name, owner }) => owner?.name ?? name);
}

/** Pods of which samples lie in the history, once for each run that recorded them. */
async function recordedTimes(history: string): Promise<readonly number[]> {
  const parts = filesIn(history).filter((file) => file.endsWith('.parquet'));
  return Promise.all(
    parts.map(async (part) => {
      const [row] = await rowsOf(`SELECT count(DISTINCT pod) AS pods FROM read_parquet('${part}')`);
      return Number(row?.pods);
    }),
  );
}

test(`${SERVER} is found through the service proxy, and leads to the verdicts of the labels`, async () => {
  const answer = await askIdle(asker());
  assert.equal(wrongVerdicts(answer, filled), []);
  const { state, gave } = sourceOf(answer, 'prometheus');
  assert.is(state, 'used');
  assert.match(gave ?? '', `monitoring/${SERVER}:${historyPort(SERVER)} through the service proxy`);
});

test('two runs at once with the same history both answer, and the samples of both are there', async () => {
  const history = temporaryFolder();
  const answers = await Promise.all([askIdle(asker(history)), askIdle(asker(history))]);
  for (const answer of answers) {
    assert.equal(wrongVerdicts(answer, filled), []);
    assert.is(sourceOf(answer, 'history').state, 'used');
  }
  const recorded = await recordedTimes(history);
  assert.is(recorded.length, 2);
  assert.ok(recorded[0]! >= filled.pods.length);
  assert.is(recorded[1], recorded[0]);
});

test('Ctrl-C while the history server is asked ends with 130 at once, quietly, and leaves nothing half-written', async () => {
  const history = temporaryFolder();
  let interrupt = (): void => undefined;
  let interruptedAt = 0;
  const forwarder = await forward(historyUrl(), async () => {
    interruptedAt = performance.now();
    interrupt();
    // An answer that comes after the end of whoever asked.
    await sleep(3000);
  });
  try {
    const outcome = await ask(asker(history), ['idle', '-A', '--prometheus-url', forwarder.url], {
      started: (child) => {
        interrupt = () => child.kill('SIGINT');
      },
    });
    assert.equal(outcome, { exitCode: 130, stdout: '', stderr: '' });
    assert.ok(performance.now() - interruptedAt < 1500);
    // The moment may have been recorded by then: whole.
    for (const file of filesIn(history)) assert.match(file, /\/[\w-]+\.parquet$/);
    for (const pods of await recordedTimes(history)) assert.ok(pods >= filled.pods.length, String(pods));
  } finally {
    await forwarder.close();
  }
});

test('Ctrl-C at any moment leaves whole parts or none', async () => {
  const history = temporaryFolder();
  const exitCodes: (number | null)[] = [];
  for (const milliseconds of [0, 100, 200, 300, 400, 500, 600, 700, 5000]) {
    let interrupt = (): void => undefined;
    const forwarder = await forward(historyUrl(), () => void setTimeout(() => interrupt(), milliseconds));
    try {
      const { exitCode, stderr } = await ask(asker(history), ['idle', '-A', '-oname', '--prometheus-url', forwarder.url], {
        started: (child) => {
          interrupt = () => child.kill('SIGINT');
        },
      });
      assert.is(stderr, '', `after ${milliseconds} ms`);
      exitCodes.push(exitCode);
    } finally {
      await forwarder.close();
    }
  }
  assert.is(exitCodes.at(0), 130);
  assert.is(exitCodes.at(-1), 0);
  // Null: the signal itself ended it, in the moment between its last word and its end, when Node listens no more.
  assert.ok(
    exitCodes.every((exitCode) => exitCode === 0 || exitCode === 130 || exitCode === null),
    exitCodes.join(' '),
  );
  const files = filesIn(history);
  assert.equal(
    files.filter((file) => !file.endsWith('.parquet') || file.includes('/.')),
    [],
  );
  const recorded = await recordedTimes(history);
  assert.ok(recorded.length >= exitCodes.filter((exitCode) => exitCode === 0).length);
  for (const pods of recorded) assert.ok(pods >= filled.pods.length, String(pods));
});

test('a metrics-server that is gone is told, and the rest answers', async () => {
  await cluster.kill('metrics-server');
  const answer = await askIdle(asker());
  assert.equal(wrongVerdicts(answer, filled), []);
  const { state, reason, remedy } = sourceOf(answer, 'metrics.k8s.io');
  assert.is(state, 'failed');
  assert.ok((reason ?? '').length > 0);
  assert.match(remedy ?? '', /kubectl get apiservice v1beta1\.metrics\.k8s\.io/);
  assert.is(answer.stderr.trimEnd().split('\n').length, 1, answer.stderr);
  assert.match(answer.stderr, /^Warning: metrics\.k8s\.io: .*; see whether metrics-server is healthy: kubectl get apiservice/);
});

test('a cluster without metrics-server is as good as one with it, as long as there is a history', async () => {
  await cluster.api.send('DELETE', '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io');
  const history = temporaryFolder();
  const answer = await askIdle(asker(history));
  assert.equal(wrongVerdicts(answer, filled), []);
  assert.equal(sourceOf(answer, 'metrics.k8s.io'), {
    source: 'metrics.k8s.io',
    state: 'absent',
    reason: 'the cluster does not serve metrics.k8s.io; use at this moment is unknown',
    remedy: 'install metrics-server',
  });
  assert.is(answer.stderr, '');
  assert.not.ok(existsSync(`${history}/${answer.list.metadata.cluster.id}`), 'nothing was seen that could be recorded');
});

test('a pod that vanishes between its list and the queries is no error', async () => {
  const name = named('busy-web');
  const pod = filled.pods.find(({ workload }) => workload === name)!;
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
  const forwarder = await forward(historyUrl(), async () => {
    await cluster.api.send('DELETE', `${path}?gracePeriodSeconds=0`);
    while (
      await cluster.api.get(path).then(
        () => true,
        () => false,
      )
    )
      await sleep(20);
  });
  try {
    const answer = await askIdle(asker(), '--prometheus-url', forwarder.url);
    assert.is(answer.stderr, '');
    assert.equal(wrongVerdicts(answer, filled), []);
  } finally {
    await forwarder.close();
  }
});

test('a history server that is gone is told with what was tried and why it failed; then nothing is called idle', async () => {
  await cluster.kill(SERVER);
  const answer = await askIdle(asker());
  const { state, reason, remedy } = sourceOf(answer, 'prometheus');
  assert.is(state, 'failed');
  assert.match(reason ?? '', `no candidate could be used: monitoring/${SERVER}:${historyPort(SERVER)}: `);
  assert.match(remedy ?? '', 'name a server with --prometheus-url');
  assert.equal(answer.stderr.trimEnd().split('\n'), [`Warning: prometheus: ${reason}; ${remedy}`]);
  for (const name of idleNames()) {
    const { verdict, reason: why, missing } = itemOf(answer, name);
    assert.is(verdict, 'unknown', `${name}: ${why}`);
    assert.ok(missing.length > 0);
  }
  assert.is(answer.list.metadata.counts.idle, 0);
});

test('without any such Service the history is absent, and how to name one is told', async () => {
  await cluster.publishHistory(undefined);
  const answer = await askIdle(asker());
  const { state, remedy } = sourceOf(answer, 'prometheus');
  assert.is(state, 'absent');
  assert.match(remedy ?? '', 'name a server with --prometheus-url');
  assert.is(answer.list.metadata.counts.idle, 0);
  for (const name of idleNames()) assert.is(itemOf(answer, name).verdict, 'unknown');
  const table = await ask(asker(), ['idle', '-A']);
  assert.is(table.stdout, '');
  assert.match(table.stderr, /^No idle workloads found\.\n\d+ workloads unknown: .*--prometheus-url.*; see --include-unknown\n$/);
});

test.run();
