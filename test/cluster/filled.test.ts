/** A filled cluster tells the described story, through the real API server, metrics-server, Prometheus and VictoriaMetrics. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../harness.ts';
import type { KubeObject } from './api.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import type { FilledCluster } from './fill/fill.ts';
import { historyPort, historyServers } from './history/servers.ts';
import { SMALL_CLUSTER, WEB_CPU, WEB_MEMORY } from './small-cluster.ts';
import { clusterSuite } from './suite.ts';

const HOUR_MS = 3_600_000;
const MEBIBYTE = 2 ** 20;

/** A minute of rounding, starting and waiting. */
const TOLERANCE_HOURS = 1 / 60;

const test = clusterSuite('filled test cluster');

let cluster: TestCluster;
let filled: FilledCluster;

test.before(async () => {
  cluster = await startCluster({ history: historyServers() });
  filled = await cluster.fill(SMALL_CLUSTER, { stepSeconds: 15, awaitMetrics: true });
});

test.after(() => cluster.stop());

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.runKubectl(args);
  assert.is(code, 0, stderr);
  return stdout;
}

async function list(path: string): Promise<readonly KubeObject[]> {
  return cluster.api.list(path);
}

function ageHours(object: KubeObject | undefined): number {
  return (filled.nowMs - Date.parse(object?.metadata.creationTimestamp ?? '')) / HOUR_MS;
}

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not within ${tolerance} of ${expected}`);
}

interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(url: string, expression: string): Promise<readonly Row[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  return ((await response.json()) as { readonly data: { readonly result: readonly Row[] } }).data.result;
}

async function figure(url: string, expression: string): Promise<number> {
  return Number((await query(url, expression))[0]?.value[1]);
}

function historyUrls(): readonly string[] {
  return [cluster.prometheusUrl, cluster.victoriaMetricsUrl].filter((url) => url !== undefined);
}

test('kubectl sees the described pods running, from outside and from inside', async () => {
  const names = (await kubectl('get', 'pods', '-n', 'shop', '-o', 'name')).trim().split('\n');
  const inside = await cluster.exec(['kubectl', 'get', 'pods', '-n', 'shop', '-o', 'name']);
  assert.is(names.length, 10);
  assert.equal(inside.stdout.trim().split('\n'), names);
  assert.is((await kubectl('version')).match(/v1\.37\.2/g)?.length, 2);
});

test('pods, ReplicaSets and workloads are as old as described', async () => {
  const [web] = (await list('/apis/apps/v1/deployments')).filter(({ metadata }) => metadata.name === 'web');
  near(ageHours(web), 1000, TOLERANCE_HOURS, 'deployment');
  const pods = (await list('/api/v1/namespaces/shop/pods')).filter(({ metadata }) => metadata.name.startsWith('web-'));
  assert.is(pods.length, 2);
  for (const pod of pods) near(ageHours(pod), 400, TOLERANCE_HOURS, 'pod');
  const [set] = (await list('/apis/apps/v1/replicasets')).filter(({ metadata }) => metadata.name.startsWith('web-'));
  near(ageHours(set), 400, TOLERANCE_HOURS, 'ReplicaSet');
  for (const node of await list('/api/v1/nodes')) near(ageHours(node), 2000, TOLERANCE_HOURS, 'node');
});

test('a list from the cache and one from the store tell the same ages', async () => {
  const ages = (pods: readonly KubeObject[]): readonly string[] => pods.map(({ metadata }) => metadata.creationTimestamp);
  assert.equal(ages(await list('/api/v1/pods?resourceVersion=0')), ages(await list('/api/v1/pods')));
});

test('a container that ran out of memory shows its last end and one restart', async () => {
  const pod = (await list('/api/v1/namespaces/shop/pods')).find(({ metadata }) => metadata.name.startsWith('leaky-'));
  const [status] = (pod?.status?.containerStatuses ?? []) as readonly {
    readonly restartCount: number;
    readonly lastState: { readonly terminated: { readonly reason: string; readonly finishedAt: string } };
  }[];
  assert.is(status?.restartCount, 1);
  assert.is(status?.lastState.terminated.reason, 'OOMKilled');
  near((filled.nowMs - Date.parse(status?.lastState.terminated.finishedAt ?? '')) / HOUR_MS, 10, TOLERANCE_HOURS, 'end');
});

test('owners lead up to the described custom object', async () => {
  const leaky = await cluster.api.get('/apis/apps/v1/namespaces/shop/deployments/leaky');
  const [owner] = leaky.metadata.ownerReferences ?? [];
  const rollout = await cluster.api.get('/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/leaky');
  assert.is(owner?.kind, 'Rollout');
  assert.is(owner?.uid, rollout.metadata.uid);
  near(ageHours(rollout), 300, TOLERANCE_HOURS, 'rollout');
});

test('a described leader holds its lease and renews it', async () => {
  const renewed = async (): Promise<{ readonly holder: string; readonly atMs: number }> => {
    const { spec } = await cluster.api.get('/apis/coordination.k8s.io/v1/namespaces/shop/leases/store-leader');
    return { holder: String(spec?.holderIdentity), atMs: Date.parse(String(spec?.renewTime)) };
  };
  const first = await renewed();
  assert.match(first.holder, /^store-1_/);
  assert.ok(Date.now() - first.atMs < 15_000);
  await sleep(6000);
  assert.ok((await renewed()).atMs > first.atMs);
});

test('runs of Jobs go on, and the CronJob makes up for no missed run', async () => {
  const jobs = await list('/apis/batch/v1/namespaces/shop/jobs');
  assert.is(jobs.length, 2);
  for (const { status } of jobs) assert.is(status?.active, 1);
  const run = jobs.find(({ metadata }) => metadata.name.startsWith('report-'));
  assert.is(run?.metadata.ownerReferences?.[0]?.kind, 'CronJob');
  near(ageHours(run), 3, TOLERANCE_HOURS, 'run');
});

test('a run of a Job that nobody described ends after some seconds', async () => {
  await kubectl('create', 'job', 'once', '--from=cronjob/report', '-n', 'shop');
  await kubectl('wait', 'job/once', '-n', 'shop', '--for=condition=complete', '--timeout=30s');
  await kubectl('delete', 'job', 'once', '-n', 'shop');
});

test('autoscalers and budgets have a status', async () => {
  const scaler = await cluster.api.get('/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web');
  assert.is(scaler.status?.currentReplicas, 2);
  const budget = await cluster.api.get('/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web');
  assert.is(budget.status?.currentHealthy, 2);
});

test('kubectl top tells the described use', async () => {
  const lines = (await kubectl('top', 'pods', '-n', 'shop', '--no-headers')).trim().split('\n');
  assert.is(lines.length, 10);
  const [, cpu = '', memory = ''] = lines.find((line) => line.startsWith('web-'))?.split(/\s+/) ?? [];
  near(Number.parseInt(cpu, 10), WEB_CPU * 1000, 3, 'millicores');
  near(Number.parseInt(memory, 10), WEB_MEMORY / MEBIBYTE, 1, 'mebibytes');
});

test('Prometheus answers through the service proxy with the week that was filled in', async () => {
  const expression = encodeURIComponent(
    'count_over_time(container_memory_working_set_bytes{pod="store-0",container="store"}[7d])',
  );
  const path = '/api/v1/namespaces/monitoring/services/http:prometheus:9090/proxy/api/v1/query';
  const answer = JSON.parse(await kubectl('get', '--raw', `${path}?query=${expression}`)) as {
    readonly data: { readonly result: readonly Row[] };
  };
  near(Number(answer.data.result[0]?.value[1]), (7 * 24 * 3600) / 15, 40, 'samples of a week');
});

test('all servers hold the same use, before and after the users left', async () => {
  for (const url of historyUrls()) {
    const rate = (offset: string): Promise<number> =>
      figure(url, `avg(rate(container_cpu_usage_seconds_total{container="web"}[1h] offset ${offset}))`);
    near(await rate('60h'), WEB_CPU + 0.1, 0.01, `${url} while used`);
    near(await rate('12h'), WEB_CPU, 0.001, `${url} while idle`);
    near(await figure(url, 'max(container_memory_working_set_bytes{container="web"})'), WEB_MEMORY, 1, `${url} memory`);
    near(
      await figure(url, 'sum(increase(nginx_ingress_controller_requests[6h] offset 60h)) / 6 / 3600'),
      4,
      0.2,
      `${url} requests`,
    );
    assert.is(await figure(url, 'sum(increase(nginx_ingress_controller_requests[6h]))'), 0);
  }
});

test('whole pods, sandboxes and hosts are labelled as cAdvisor labels them', async () => {
  for (const url of historyUrls()) {
    const [pod] = await query(url, 'container_cpu_usage_seconds_total{pod="store-0",container=""}');
    assert.match(pod?.metric.id ?? '', /^\/kubepods\.slice\/.*\.slice$/);
    const [sandbox] = await query(url, 'container_network_receive_bytes_total{pod="store-0"}');
    assert.is(sandbox?.metric.interface, 'eth0');
    assert.is(sandbox?.metric.container, undefined);
    const host = await figure(url, 'min(rate(container_network_receive_bytes_total{pod=~"agent-.*"}[10m]))');
    assert.ok(host > 100_000, 'pods in the network of their host show its traffic');
    const lives = await query(url, 'count by (pod) (count_over_time(container_cpu_usage_seconds_total{container="leaky"}[7d]))');
    assert.is(Number(lives[0]?.value[1]), 2);
  }
});

test('scraped apps count users and probes apart, at their own interval', async () => {
  for (const url of historyUrls()) {
    near(await figure(url, 'min(count_over_time(up{pod="store-0"}[1h]))'), 60, 1, 'scrapes in an hour');
    const probes = await figure(url, 'sum(rate(http_requests_total{pod="store-0",handler="/healthz"}[1h]))');
    near(probes, 0.1, 0.01, 'probes a second');
    assert.is(await figure(url, 'sum(rate(http_requests_total{pod="store-0",handler="/api/items"}[1h]))'), 0);
  }
});

test('the history goes on after a crash of the API server, also for pods that come later', async () => {
  await cluster.kill('kube-apiserver');
  await cluster.start('kube-apiserver');
  await kubectl('scale', 'deployment/web', '-n', 'shop', '--replicas=3');
  const expression = 'count(count by (pod) (container_memory_working_set_bytes{pod=~"web-.*",container="web"}))';
  const end = Date.now() + 90_000;
  for (const url of historyUrls()) {
    while ((await figure(url, expression)) !== 3) {
      assert.ok(Date.now() < end, `${url} has no sample of the third pod`);
      await sleep(500);
    }
    const [row] = await query(url, 'max(timestamp(container_memory_working_set_bytes{container="store"}))');
    assert.ok(Number(row?.value[1]) * 1000 > Date.now() - 40_000, 'samples reach until now');
  }
});

test('the audit log shows who was impersonated by whom', async () => {
  await kubectl('get', 'pods', '--as', 'alice', '--as-group', 'system:masters', '--as-uid', 'u-1', '-n', 'shop');
  const events = readFileSync(cluster.auditLog, 'utf8').trimEnd().split('\n');
  const event = events.map((line) => JSON.parse(line)).find((each) => each.impersonatedUser?.username === 'alice');
  assert.is(event.user.username, 'kubernetes-admin');
  assert.is(event.impersonatedUser.uid, 'u-1');
  assert.ok(event.impersonatedUser.groups.includes('system:masters'));
  assert.not.ok(events.some((line) => line.includes('"username":"kwok"')));
});

test('the history can be taken from those who look for it, and given back', async () => {
  const services = async (): Promise<readonly string[]> =>
    (await list('/api/v1/namespaces/monitoring/services')).map(({ metadata }) => metadata.name);
  const answers = async (server: string, port: number): Promise<boolean> => {
    const path = `/api/v1/namespaces/monitoring/services/http:${server}:${port}/proxy/api/v1/query?query=1`;
    return (await cluster.runKubectl(['get', '--raw', path])).code === 0;
  };
  assert.equal(await services(), ['prometheus']);
  assert.ok(await answers('prometheus', 9090));
  await cluster.publishHistory(undefined);
  assert.equal(await services(), []);
  assert.not.ok(await answers('prometheus', 9090));
  for (const server of historyServers().toReversed()) {
    await cluster.publishHistory(server);
    assert.equal(await services(), [server]);
    const end = Date.now() + 10_000;
    while (!(await answers(server, historyPort(server)))) assert.ok(Date.now() < end, `${server} does not answer`);
  }
});

test('an API server that is stopped in its tracks takes connections and answers none', async () => {
  await cluster.signal('kube-apiserver', 'SIGSTOP');
  const { code, stderr } = await cluster.runKubectl(['get', 'nodes', '--request-timeout=1s']);
  await cluster.signal('kube-apiserver', 'SIGCONT');
  assert.is(code, 1);
  assert.match(stderr, /timeout|Timeout|deadline/);
  await kubectl('get', 'nodes');
});

test('parts can be ended and started again', async () => {
  await cluster.kill('prometheus');
  assert.not.ok((await cluster.pids()).has('prometheus'));
  await cluster.start('prometheus');
  assert.ok((await figure(cluster.prometheusUrl!, 'count(container_memory_working_set_bytes)')) > 10);
});

test('a cluster is filled once', async () => {
  assert.is(cluster.filled?.pods.length, 10);
  let message = '';
  await cluster.fill(SMALL_CLUSTER).catch((error: unknown) => {
    message = String(error);
  });
  assert.match(message, /filled already/);
});

test.run();
