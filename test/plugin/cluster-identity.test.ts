/** Whom the API server takes the program for, as its audit log tells; and over how many connections it is asked. */

import { readFileSync } from 'node:fs';
import { whoAmI } from '../../lib/kube/access.ts';
import { connect } from '../../lib/kube/connect.ts';
import { type Account, Accounts, writeUser } from '../cluster/accounts.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { countingForwarder } from '../cluster/forward.ts';
import { API_ADDRESS, API_PORT } from '../cluster/network.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { PROGRAM, run } from './run.ts';

const test = clusterSuite('who asks, and how');

let cluster: TestCluster;
let accounts: Accounts;
/** May do nothing but act as others. */
let impersonator: Account;

test.before(async () => {
  ({ cluster } = await sharedCluster());
  accounts = new Accounts(cluster);
  impersonator = await accounts.make('impersonator', [
    { apiGroups: [''], resources: ['users', 'groups'], verbs: ['impersonate'] },
    {
      apiGroups: ['authentication.k8s.io'],
      resources: ['uids', 'userextras/reason', 'userextras/scopes'],
      verbs: ['impersonate'],
    },
  ]);
});

test.after(() => accounts?.clear());

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: {
    readonly username: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly userAgent: string;
}

/** What an account has asked, once it was answered. */
function asked({ username }: Account): readonly Event[] {
  return readFileSync(cluster.auditLog, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
    .filter(({ stage, user }) => stage === 'ResponseComplete' && user.username === username);
}

const JANE = {
  username: 'jane',
  uid: 'u-7',
  // The server adds the group of all who have logged in.
  groups: ['developers', 'system:masters', 'system:authenticated'],
  extra: { reason: ['on call'], scopes: ['view', 'edit'] },
};

const AS_JANE = [
  ...['--as', 'jane', '--as-uid', 'u-7', '--as-group', 'developers', '--as-group', 'system:masters'],
  ...['--as-user-extra', 'reason=on call', '--as-user-extra', 'scopes=view', '--as-user-extra', 'scopes=edit'],
];

test('with --as and its sisters every request of a run is made as just that user: lists, proxied queries and patches', async () => {
  const before = asked(impersonator).length;
  const { exitCode, stderr } = await run(['optimize', '-A', '--kubeconfig', impersonator.kubeconfig, ...AS_JANE, '-oname']);
  assert.is(exitCode, 0, stderr);
  const events = asked(impersonator).slice(before);
  const uris = events.map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  for (const one of [/^list \/api\/v1\/pods/, /^get .*\/proxy\/api\/v1\/query/, /^patch .*dryRun=All/, /^get \/version/]) {
    assert.ok(
      uris.some((uri) => one.test(uri)),
      `${one} is not among the requests`,
    );
  }
  for (const { impersonatedUser, requestURI, userAgent } of events) {
    assert.equal(impersonatedUser, JANE, requestURI);
    assert.is(userAgent, 'kubectl-upid');
  }
});

test('the fields of a kubeconfig do the same, and a flag takes the place of its own field alone', async () => {
  const user = {
    token: impersonator.token,
    as: 'somebody',
    'as-uid': 'u-7',
    'as-groups': ['developers', 'system:masters'],
    'as-user-extra': { reason: ['on call'], scopes: ['view', 'edit'] },
  };
  const before = asked(impersonator).length;
  const args = ['idle', '-n', 'shop', '--prometheus=false', '--no-history', '--as', 'jane', '-oname'];
  const { exitCode, stderr } = await run([...args, '--kubeconfig', writeUser(cluster, 'acting', user)]);
  assert.is(exitCode, 0, stderr);
  const events = asked(impersonator).slice(before);
  assert.ok(events.length > 10);
  for (const { impersonatedUser, requestURI } of events) assert.equal(impersonatedUser, JANE, requestURI);
});

test('without it nobody is impersonated', async () => {
  const before = asked(impersonator).length;
  const args = ['idle', '-n', 'shop', '--no-history', '--kubeconfig', impersonator.kubeconfig];
  assert.is((await run(args)).exitCode, 1, 'it may list nothing by itself');
  const events = asked(impersonator).slice(before);
  assert.ok(events.length > 0);
  for (const event of events) assert.not.ok('impersonatedUser' in event, event.requestURI);
});

test('who may not impersonate is told so', async () => {
  const { exitCode, stdout, stderr } = await run([
    'idle',
    '--no-history',
    ...['--kubeconfig', (await accounts.make('plain', [])).kubeconfig, '--as', 'jane'],
  ]);
  assert.equal({ exitCode, stdout }, { exitCode: 1, stdout: '' });
  // Which resource is named differs between versions of Kubernetes.
  assert.match(
    stderr,
    /^Error from server \(Forbidden\): .*cannot impersonate.*; grant verb impersonate on .*, or leave them out$/m,
  );
  assert.is(stderr.trimEnd().split('\n').length, 1);
});

test('the server says whom it takes us for', async () => {
  const options = { kubeconfig: impersonator.kubeconfig };
  const itself = await connect(options, testRuntime());
  const { username, groups } = await whoAmI(itself);
  assert.is(username, impersonator.username);
  assert.ok(groups.includes('system:serviceaccounts:default'));
  await itself.close();
  const asUserExtra = ['reason=on call', 'scopes=view', 'scopes=edit'];
  const acting = await connect(
    { ...options, as: 'jane', asUid: 'u-7', asGroups: JANE.groups.slice(0, 2), asUserExtra },
    testRuntime(),
  );
  assert.equal(await whoAmI(acting), JANE);
  await acting.close();
});

test('a whole look at all namespaces, with Prometheus through the proxy, opens no more connections than eight', async () => {
  const forwarder = await countingForwarder(cluster);
  const args = ['idle', '-A', '-ojson', '--chunk-size=10', '--no-history', '--kubeconfig', cluster.kubeconfig];
  const { exitCode, stdout, stderr } = await run([...args, '--server', forwarder.url]);
  await forwarder.stop();
  assert.is(exitCode, 0, stderr);
  const { sources, traffic } = JSON.parse(stdout).metadata;
  assert.is(sources.find(({ source }: { source: string }) => source === 'prometheus').state, 'used');
  const requests = traffic.reduce((sum: number, each: { requests: number }) => sum + each.requests, 0);
  assert.ok(requests > 30, `${requests} requests`);
  assert.ok(forwarder.opened() > 1 && forwarder.opened() <= 8, `${forwarder.opened()} connections`);
  assert.is(forwarder.mostOpen(), forwarder.opened(), 'none was given up');
});

test("inside a pod, with nothing but what the kubelet puts there, it looks at the pod's own namespace as its service account", async () => {
  const account = await accounts.make('in-pod', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }], 'shop');
  // A mount namespace of its own, in which /var/run is empty but for the service account.
  const script = `mount -t tmpfs tmpfs /var/run && mkdir -p "$D" && printf %s "$TOKEN" >"$D/token" && printf shop >"$D/namespace" &&
    cp "$CA" "$D/ca.crt" && exec "$0" idle -ojson --include-unknown --no-history`;
  const { code, stdout, stderr } = await cluster.exec(['unshare', '--mount', 'sh', '-c', script, PROGRAM], {
    env: {
      KUBECONFIG: undefined,
      HOME: temporaryFolder(),
      KUBERNETES_SERVICE_HOST: API_ADDRESS,
      KUBERNETES_SERVICE_PORT: String(API_PORT),
      D: '/var/run/secrets/kubernetes.io/serviceaccount',
      TOKEN: account.token,
      CA: `${cluster.folder}/certificates/ca.crt`,
    },
  });
  assert.is(code, 0, stderr);
  const { metadata, items } = JSON.parse(stdout);
  assert.equal(
    { context: metadata.cluster.context, server: metadata.cluster.server, namespace: metadata.namespace },
    { context: 'in-cluster', server: `https://${API_ADDRESS}:${API_PORT}`, namespace: 'shop' },
  );
  assert.ok(items.length > 5);
  assert.ok(asked(account).some(({ requestURI }) => requestURI.startsWith('/api/v1/namespaces/shop/pods')));
});

test.run();
