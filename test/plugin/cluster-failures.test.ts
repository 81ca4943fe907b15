/** API servers that fail while they are asked, each really: stopped in its tracks, killed, with its history compacted away, closed to a user. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../lib/kube/connect.ts';
import { writeUser } from '../cluster/accounts.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { authenticatingForwarder, type OnRequest } from '../cluster/forward.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { testRuntime } from '../kube/runtime.ts';
import { type Outcome, run } from './run.ts';

const test = clusterSuite('API servers that fail');

const PODS = 23;
const CHUNK = 5;

let cluster: TestCluster;

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  await cluster.api.send('POST', '/api/v1/namespaces', { metadata: { name: 'many' } });
  await cluster.api
    .send('POST', '/api/v1/namespaces/many/serviceaccounts', { metadata: { name: 'default' } })
    .catch(() => undefined);
  for (let index = 0; index < PODS; index++) await addPod(`pod-${String(index).padStart(2, '0')}`);
});

test.after(() => cluster?.stop());

async function addPod(name: string): Promise<void> {
  const spec = { containers: [{ name: 'app', image: 'registry.example.com/app:1' }] };
  await cluster.api.send('POST', '/api/v1/namespaces/many/pods', { metadata: { name }, spec });
}

const isLaterPage = (path: string): boolean => path.startsWith('/api/v1/pods?') && path.includes('continue=');

/** Looks through a forwarder, with small pages. */
async function lookThrough(onRequest: OnRequest, ...args: readonly string[]): Promise<Outcome> {
  const forwarder = await authenticatingForwarder(cluster, onRequest);
  try {
    return await run([
      'idle',
      '-A',
      `--chunk-size=${CHUNK}`,
      '--no-history',
      '--prometheus=false',
      '--server',
      forwarder.url,
      ...args,
    ]);
  } finally {
    await forwarder.stop();
  }
}

/** As a user who is not known under this kubeconfig. */
function lookAs(kubeconfig: string, ...args: readonly string[]): Promise<Outcome> {
  return run(['idle', '-A', '--no-history', '--kubeconfig', kubeconfig, ...args]);
}

/** Nothing but one sentence: no data, no stack. */
function refusedWith({ exitCode, stdout, stderr }: Outcome, sentence: RegExp): void {
  assert.equal({ exitCode, stdout }, { exitCode: 1, stdout: '' });
  assert.match(stderr, sentence);
  assert.is(stderr.trimEnd().split('\n').length, 1, stderr);
}

test('a server that stops in its tracks in the middle of a list is waited for as long as --request-timeout says', async () => {
  let stopped = false;
  const started = performance.now();
  const outcome = await lookThrough(async (path) => {
    if (isLaterPage(path) && !stopped) {
      stopped = true;
      await cluster.signal('kube-apiserver', 'SIGSTOP');
    }
    return undefined;
  }, '--request-timeout=3s');
  await cluster.signal('kube-apiserver', 'SIGCONT');
  assert.ok(stopped);
  refusedWith(
    outcome,
    /^error: http:\S+ took the connection and did not answer GET \/\S+ within 3 s; try again, or raise --request-timeout$/m,
  );
  assert.ok(performance.now() - started < 8000, 'it does not try again and again');
});

test('a token that the server does not know is told, with what to do', async () => {
  refusedWith(
    await lookAs(writeUser(cluster, 'stranger', { token: 'unknown' })),
    /^error: you must be logged in to the server https:\S+ \(Unauthorized\); log in again; the token or certificate may have expired$/m,
  );
});

test('a client certificate that has expired is told the same way', async () => {
  const certificates = join(cluster.folder, 'certificates');
  const folder = mkdtempSync(join(tmpdir(), 'upid-expired-'));
  try {
    const by = ['-CA', join(certificates, 'ca.crt'), '-CAkey', join(certificates, 'ca.key')];
    const key = join(certificates, 'admin.key');
    const request = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', '/O=system:masters/CN=late']);
    const expired = execFileSync('openssl', ['x509', '-req', ...by, '-days', '-1'], { input: request, stdio: 'pipe' });
    const kubeconfig = writeUser(cluster, 'late', {
      'client-certificate-data': expired.toString('base64'),
      'client-key-data': readFileSync(key).toString('base64'),
    });
    refusedWith(await lookAs(kubeconfig), /^error: you must be logged in to the server .+ \(Unauthorized\); log in again; /m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('410 Gone in the middle of a list: it is asked for once more, and comes whole, each pod once', async () => {
  const seen: string[] = [];
  let compacted = false;
  const forwarder = await authenticatingForwarder(cluster, async (path) => {
    if (/^\/api\/v1\/pods(\?|$)/.test(path)) seen.push(path);
    if (isLaterPage(path) && !compacted) {
      compacted = true;
      await forgetHistory();
    }
    return undefined;
  });
  const client = await connect({ server: forwarder.url }, testRuntime());
  const keep = (item: unknown): string => (item as { metadata: { name: string } }).metadata.name;
  const { items } = await client.list('/api/v1/pods', { source: 'pods', chunkSize: CHUNK, keep });
  await client.close();
  await forwarder.stop();
  assert.equal(
    seen.map((path) => new URL(path, 'http://x').searchParams.has('limit')),
    [true, true, false],
  );
  const { items: now } = (await cluster.api.send('GET', '/api/v1/pods')) as { items: unknown[] };
  assert.equal(items.toSorted(), now.map(keep).toSorted());
  assert.is(items.length, PODS + 1);
});

/** Moves the store on by one pod, and takes away everything before: from etcd, and from the cache that the server answers pages from. */
async function forgetHistory(): Promise<void> {
  await addPod('late');
  const etcd = async (path: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
    const answer = await fetch(`${cluster.etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as { readonly header: { readonly revision: string } };
  };
  const { header } = await etcd('/v3/kv/range', { key: btoa('/') });
  await etcd('/v3/kv/compaction', { revision: header.revision, physical: true });
  await cluster.kill('kube-apiserver');
  await cluster.start('kube-apiserver');
}

test('a server that is killed in the middle of a list: nothing is printed, and the server is named', async () => {
  let killed = false;
  const outcome = await lookThrough(async (path) => {
    if (!isLaterPage(path) || killed) return undefined;
    killed = true;
    return () => cluster.kill('kube-apiserver');
  });
  assert.ok(killed);
  refusedWith(
    outcome,
    /^error: http:\S+ closed the connection (without an|in the middle of its) answer to GET \/\S+; check that the cluster runs /m,
  );
  await cluster.start('kube-apiserver');
});

test.run();
