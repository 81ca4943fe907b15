/** What doctor says where something is missing, on a real control plane and on servers that are ill. */

import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { Accounts, writeUser } from '../cluster/accounts.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { PROGRAM, run } from './run.ts';

const test = clusterSuite('doctor');

let cluster: TestCluster;
let accounts: Accounts;

test.before(async () => {
  ({ cluster } = await sharedCluster());
  accounts = new Accounts(cluster);
});

test.after(() => accounts?.clear());

interface Item {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly figures?: Readonly<Record<string, number | string | boolean>>;
}

interface Diagnosis {
  readonly exitCode: number | null;
  readonly of: (check: string) => Item;
  readonly checks: readonly Item[];
}

function read(exitCode: number | null, stdout: string): Diagnosis {
  const { items } = JSON.parse(stdout) as { readonly items: readonly Item[] };
  const of = (check: string): Item => {
    const found = items.find((item) => item.check === check);
    assert.ok(found, `${check} among ${items.map((item) => item.check).join(', ')}`);
    return found!;
  };
  return { exitCode, of, checks: items };
}

async function doctor(...args: readonly string[]): Promise<Diagnosis> {
  const { exitCode, stdout, stderr } = await run(['doctor', '-ojson', ...args]);
  assert.is(stderr, '');
  return read(exitCode, stdout);
}

test('on a whole cluster nothing fails, and it says what each source holds', async () => {
  const { exitCode, of, checks } = await doctor('-A', '--kubeconfig', cluster.kubeconfig);
  assert.equal([exitCode, checks.filter(({ state }) => state === 'failed')], [0, []]);
  for (const check of [
    'connection',
    'credential',
    'server',
    'clock',
    'rights: idle',
    'metrics',
    'prometheus',
    'prometheus: requests',
    'engine',
  ])
    assert.is(of(check).state, 'ok', `${check}: ${of(check).detail}`);
  assert.match(of('server').detail, /answers: Kubernetes v1\.37/);
  assert.match(
    of('prometheus').detail,
    'monitoring/prometheus:9090 through the service proxy answers (labels namespace, pod, container)',
  );
  assert.ok(Number(of('prometheus: cpu').figures?.series) > 100);
  assert.equal([of('prometheus: reach').figures?.reachesDays, of('prometheus: reach').figures?.scrapeSeconds], [7, 30]);
  assert.ok(Number(of('metrics').figures?.oldestSeconds) < 120);
});

test('without any right the commands that need one fail, with the manifest that grants it; what is forbidden ends no other check', async () => {
  const { kubeconfig } = await accounts.make('doctor-none', []);
  const { exitCode, of } = await doctor('-n', 'shop', '--kubeconfig', kubeconfig);
  assert.is(exitCode, 1);
  const idle = of('rights: idle');
  assert.is(idle.state, 'failed');
  assert.match(idle.detail, 'list pods is missing (without it nothing can be said about use)');
  assert.match(idle.remedy!, 'kubectl upid auth manifest --for idle -n shop | kubectl apply -f -');
  assert.is(of('rights: completion').state, 'warning');
  assert.is(of('metrics').state, 'warning');
  assert.match(of('metrics').detail, 'forbidden');
  assert.is(of('prometheus').state, 'warning');
  assert.match(of('prometheus').detail, 'no right to list services in all namespaces');
  assert.is(of('engine').state, 'ok');
});

test('a server that nobody listens at fails in a sentence, and what would ask it is skipped', async () => {
  const { exitCode, of } = await doctor('-s', 'https://127.0.0.1:1');
  assert.is(exitCode, 1);
  assert.match(of('server').detail, 'was refused');
  for (const check of ['clock', 'rights', 'metrics', 'prometheus']) assert.is(of(check).state, 'skipped');
  for (const check of ['history', 'disk', 'engine']) assert.is(of(check).state, 'ok');
});

test('a server that never answers does not keep it from ending', async () => {
  const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as AddressInfo;
  const begun = performance.now();
  const { exitCode, of } = await doctor('-s', `http://127.0.0.1:${port}`, '--request-timeout', '1s');
  assert.is(exitCode, 1);
  assert.is(of('server').state, 'failed');
  assert.is(of('rights').state, 'skipped');
  assert.ok(performance.now() - begun < 20_000);
  silent.close();
});

/** A server that answers like a cluster with nothing in it, at another time of day. */
async function atServer<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function bareCluster(behindSeconds: number): RequestListener {
  return (request, response) => {
    response.setHeader('date', new Date(Date.now() - behindSeconds * 1000).toUTCString());
    response.setHeader('content-type', 'application/json');
    const known: Readonly<Record<string, unknown>> = {
      '/version': { gitVersion: 'v1.37.2', major: '1', minor: '37' },
      '/apis': { kind: 'APIGroupList', groups: [] },
      '/api/v1/services': { kind: 'ServiceList', metadata: {}, items: [] },
    };
    const answer = known[(request.url ?? '').replace(/\?.*/, '')];
    response.statusCode = answer ? 200 : 404;
    response.end(JSON.stringify(answer ?? { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found', details: {} }));
  };
}

test('a clock that is off is told with how much, and fails where tokens would be refused', async () => {
  await atServer(bareCluster(60), async (url) => {
    const { of } = await doctor('-s', url);
    assert.is(of('clock').state, 'warning');
    assert.match(of('clock').detail, /^this machine is (59|6\d)s ahead of the server$/);
  });
  await atServer(bareCluster(-900), async (url) => {
    const { exitCode, of } = await doctor('-s', url);
    assert.equal([exitCode, of('clock').state], [1, 'failed']);
    assert.match(of('clock').detail, /behind the server$/);
    assert.ok(Math.abs(Number(of('clock').figures?.skewSeconds) + 900) <= 2);
  });
});

test('without metrics-server and Prometheus it says how to get them', async () => {
  await atServer(bareCluster(0), async (url) => {
    const { of } = await doctor('-s', url);
    assert.equal([of('metrics').state, of('prometheus').state], ['warning', 'warning']);
    assert.match(of('metrics').detail, 'the cluster does not serve metrics.k8s.io');
    assert.match(of('metrics').remedy!, 'install metrics-server: kubectl apply -f https://');
    assert.match(of('prometheus').detail, 'no Service looks like a Prometheus');
    assert.match(of('prometheus').remedy!, '--prometheus-url');
  });
});

test('a Prometheus that is named and does not answer is told', async () => {
  const { of } = await doctor('--kubeconfig', cluster.kubeconfig, '--prometheus-url', 'http://127.0.0.1:1');
  assert.is(of('prometheus').state, 'warning');
  assert.match(of('prometheus').detail, 'refused');
});

test('a token that has expired is told from itself, and from the server', async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'RS256' })}.${part({ exp: Math.floor(Date.now() / 1000) - 7200 })}.c2ln`;
  const { exitCode, of } = await doctor('--kubeconfig', writeUser(cluster, 'expired', { token }));
  assert.is(exitCode, 1);
  assert.is(of('credential').state, 'failed');
  assert.match(of('credential').detail, 'the token expired 120m ago');
  assert.match(of('server').detail, 'you must be logged in');
});

test('a credential plugin that is not installed is named', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never' };
  const { exitCode, of } = await doctor('--kubeconfig', writeUser(cluster, 'exec', { exec }));
  assert.is(exitCode, 1);
  assert.is(of('credential').detail, 'the credential plugin no-such-plugin is not found');
  assert.is(of('server').state, 'failed');
});

test('a history with a file that cannot be read, and days that are missing, is told, and how old it is', async () => {
  const folder = temporaryFolder();
  const recorded = await run(['idle', '-A', '--kubeconfig', cluster.kubeconfig, '--history', folder]);
  assert.is(recorded.exitCode, 0, recorded.stderr);
  const whole = await doctor('--kubeconfig', cluster.kubeconfig, '--history', folder);
  assert.is(whole.of('history: samples').state, 'ok');
  assert.ok(Number(whole.of('history: samples').figures?.lastWrittenSeconds) < 60);
  assert.is(whole.of('history: gaps').state, 'ok');

  const samples = join(folder, readdirSync(folder)[0]!, 'samples');
  const [day] = readdirSync(samples);
  const past = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  const [file] = readdirSync(join(samples, day!));
  assert.ok(statSync(join(samples, day!, file!)).size > 0);
  mkdirSync(join(samples, `day=${past}`));
  writeFileSync(join(samples, `day=${past}`, file!), 'no Parquet');
  const broken = await doctor('--kubeconfig', cluster.kubeconfig, '--history', folder);
  assert.is(broken.of('history: files').state, 'warning');
  assert.match(broken.of('history: files').detail, file!);
  assert.is(broken.of('history: gaps').detail.split(' ').slice(0, 3).join(' '), '2 of 4');
});

test('a history folder that is read-only, or on a disk that is full, fails with what to do', async () => {
  for (const [mount, check, detail] of [
    ['-o ro', 'history', 'lies on a file system that is mounted read-only'],
    ['-o size=64k', 'disk', '0 MiB are free'],
  ] as const) {
    const folder = temporaryFolder();
    const script = `mount -t tmpfs ${mount} tmpfs "$D" && exec "$0" doctor -ojson -s https://127.0.0.1:1 --history "$D"`;
    const { code, stdout, stderr } = await cluster.exec(['unshare', '--mount', 'sh', '-c', script, PROGRAM], {
      env: { KUBECONFIG: undefined, HOME: temporaryFolder(), D: folder },
    });
    const { of } = read(code, stdout || stderr);
    assert.is(of(check).state, 'failed');
    assert.match(of(check).detail, detail);
    assert.ok(of(check).remedy?.includes('--history'));
  }
});

test.run();
