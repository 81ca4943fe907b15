/** The client of the simulated cluster: what it answers, and what it refuses, is what a real API server's client does. */

import { mayI, whoAmI } from '../../../lib/kube/access.ts';
import type { KubeClient } from '../../../lib/kube/client.ts';
import { groupVersions, resourcesOf, serverVersion } from '../../../lib/kube/discovery.ts';
import { labelledCluster } from '../../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { SIMULATED_NOW_MS, simulatedClient } from '../../../lib/kube/simulated/transport.ts';
import { StatusError } from '../../../lib/kube/status-error.ts';
import { assert, suite } from '../../harness.ts';
import { errorOf } from '../config.ts';
import { testRuntime } from '../runtime.ts';

const test = suite('simulated client');

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

const client = simulatedClient();
const keep = (item: unknown): Named => item as Named;
const names = async (
  path: string,
  selectors: { labelSelector?: string; fieldSelector?: string } = {},
): Promise<readonly string[]> =>
  (await client.list(path, { source: 'test', keep, ...selectors })).items.map(({ metadata }) => metadata.name);

test('says that it is simulated, and is the same at every start', async () => {
  assert.equal([client.simulated, client.context, client.server, client.namespace], [true, 'demo', 'simulated', 'default']);
  const all = (from: KubeClient) => from.list('/api/v1/pods', { source: 'test', keep });
  assert.equal(await all(simulatedClient({ namespace: 'shop' })), await all(client));
});

test('chunks: pages follow each other without gap or repetition, and tell what remains', async () => {
  const whole = await names('/api/v1/pods');
  const told: (number | undefined)[] = [];
  const onPage = (_items: number, remaining: number | undefined): void => void told.push(remaining);
  const { items } = await client.list('/api/v1/pods', { source: 'test', keep, chunkSize: 7, onPage });
  assert.equal(
    items.map(({ metadata }) => metadata.name),
    whole,
  );
  assert.is(told.length, Math.ceil(whole.length / 7));
  assert.is(told[0], whole.length - 7);
  assert.is(told.at(-1), undefined);
});

test('a continue token that is none is a bad request, one of another moment has expired', async () => {
  const ask = (token: string) => client.getJson('/api/v1/pods', { source: 'test', query: { limit: 5, continue: token } });
  assert.is(((await errorOf(ask('nonsense'))) as StatusError).status, 400);
  const old = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: '1', start: '/' })).toString('base64url');
  const expired = (await errorOf(ask(old))) as StatusError;
  assert.equal([expired.status, expired.reason], [410, 'Expired']);
});

test('lists are sorted by namespace and name, as in etcd', async () => {
  const { items } = await client.list('/apis/apps/v1/deployments', { source: 'test', keep });
  const keys = items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.equal(keys, [...keys].sort());
});

test('a namespace bounds a list; of one that is not there the list is empty', async () => {
  const inShop = await client.list('/api/v1/namespaces/shop/pods', { source: 'test', keep });
  assert.ok(inShop.items.length > 5);
  assert.ok(inShop.items.every(({ metadata }) => metadata.namespace === 'shop'));
  assert.equal(await names('/api/v1/namespaces/nowhere/pods'), []);
});

test('label and field selectors select together', async () => {
  const team = await client.list('/api/v1/pods', { source: 'test', keep, labelSelector: 'team in (payments)' });
  assert.ok(team.items.length > 0 && team.items.every(({ metadata }) => metadata.labels.team === 'payments'));
  const [node] = await names('/api/v1/nodes');
  const here = await names('/api/v1/pods', { labelSelector: 'team=payments', fieldSelector: `spec.nodeName=${node}` });
  assert.ok(here.length > 0 && here.length < team.items.length);
  assert.equal(await names('/apis/apps/v1/deployments', { fieldSelector: 'metadata.name=cart' }), ['cart']);
});

test('a selector that cannot be read is a bad request', async () => {
  const error = (await errorOf(names('/api/v1/pods', { labelSelector: 'app in' }))) as StatusError;
  assert.equal([error.id, error.status], ['server-error', 400]);
  const field = await errorOf(names('/api/v1/pods', { fieldSelector: 'spec.color=red' }));
  assert.is(field.message, 'Error from server (BadRequest): field label not supported: spec.color');
});

test('what is missing is missing as on a real server: objects by name, and APIs', async () => {
  const object = await errorOf(client.getJson('/apis/apps/v1/namespaces/shop/deployments/none', { source: 'test' }));
  assert.equal([object.id, object.message], ['not-found', 'Error from server (NotFound): deployments.apps "none" not found']);
  for (const path of [
    '/apis/keda.sh/v1alpha1/scaledobjects',
    '/apis/metrics.k8s.io/v1/pods',
    '/nothing',
    '/api/v1/secrets',
    '/api/v1/pods/x',
  ]) {
    assert.is((await errorOf(client.getJson(path, { source: 'test' }))).id, 'api-missing', path);
  }
});

test('discovery tells what lists answer', async () => {
  assert.equal(await serverVersion(client), { gitVersion: 'v1.37.2', major: 1, minor: 37 });
  assert.equal(await groupVersions(client, 'apps'), ['v1']);
  assert.equal(await groupVersions(client, 'keda.sh'), []);
  const core = await resourcesOf(client, '', 'v1');
  assert.ok(['pods', 'nodes', 'namespaces', 'persistentvolumeclaims', 'limitranges'].every((name) => core.includes(name)));
  assert.equal(await resourcesOf(client, 'argoproj.io', 'v1alpha1'), ['rollouts']);
  assert.equal(await names('/apis/argoproj.io/v1alpha1/namespaces/staging/rollouts'), ['storefront']);
});

test('reviews: everyone may look and dry-run, nobody may change', async () => {
  assert.is((await mayI(client, { verb: 'list', resource: 'pods' })).allowed, true);
  assert.is((await mayI(client, { verb: 'patch', group: 'apps', resource: 'deployments' })).allowed, true);
  assert.is((await mayI(client, { verb: 'delete', resource: 'pods' })).allowed, false);
  assert.is((await whoAmI(client)).username, 'demo');
});

test('there is no server behind the service proxy', async () => {
  const proxied = client.getText('/api/v1/namespaces/shop/services/web/proxy/api/v1/query', { source: 'prometheus' });
  const error = (await errorOf(proxied)) as StatusError;
  assert.equal([error.status, error.reason], [503, 'ServiceUnavailable']);
});

const CART = '/apis/apps/v1/namespaces/shop/deployments/cart';
const RESOURCES = '/spec/template/spec/containers/0/resources';

function dryRun(path: string, patch: unknown, contentType = 'application/json-patch+json'): Promise<unknown> {
  return client.send('PATCH', path, patch, { source: 'dry-run', contentType, query: { dryRun: 'All' } });
}

test('a dry-run answers with the changed object and stores nothing', async () => {
  const before = await client.getJson(CART, { source: 'test' });
  const changed = (await dryRun(CART, [
    { op: 'test', path: '/spec/replicas', value: 3 },
    { op: 'replace', path: '/spec/replicas', value: 0 },
    { op: 'replace', path: `${RESOURCES}/requests/cpu`, value: '120m' },
    { op: 'replace', path: `${RESOURCES}/requests/memory`, value: '1024Mi' },
  ])) as Named & { readonly metadata: { readonly generation: number } };
  const { containers } = (changed.spec.template as { spec: { containers: readonly { resources: { requests: unknown } }[] } })
    .spec;
  assert.equal(containers[0]?.resources.requests, { cpu: '120m', memory: '1Gi' });
  assert.is(changed.spec.replicas, 0);
  assert.is(changed.metadata.generation, 2);
  assert.equal(await client.getJson(CART, { source: 'test' }), before);
});

const REFUSED: readonly (readonly [string, string, unknown, number, RegExp])[] = [
  ['a test that fails', CART, [{ op: 'test', path: '/spec/replicas', value: 9 }], 422, /testing value \/spec\/replicas failed/],
  ['a path that is not there', CART, [{ op: 'replace', path: '/spec/nothing', value: 9 }], 422, /nothing at \/spec\/nothing/],
  [
    'a negative number of replicas',
    CART,
    [{ op: 'replace', path: '/spec/replicas', value: -1 }],
    422,
    /spec.replicas: Invalid value: -1/,
  ],
  ['replicas that are text', CART, [{ op: 'replace', path: '/spec/replicas', value: '1' }], 400, /whole number/],
  [
    'a request above its limit',
    CART,
    [{ op: 'replace', path: `${RESOURCES}/requests/memory`, value: '2Gi' }],
    422,
    /Deployment.apps "cart" is invalid: spec.template.spec.containers\[0\].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi/,
  ],
  [
    'a quantity that is none',
    CART,
    [{ op: 'replace', path: `${RESOURCES}/requests/cpu`, value: '12 cores' }],
    400,
    /quantities must match/,
  ],
  [
    'a negative quantity',
    CART,
    [{ op: 'replace', path: `${RESOURCES}/requests/cpu`, value: '-1' }],
    422,
    /greater than or equal to 0/,
  ],
  [
    'another selector',
    CART,
    [{ op: 'add', path: '/spec/selector/matchLabels/x', value: 'y' }],
    422,
    /spec.selector: .*field is immutable/,
  ],
  ['another name', CART, [{ op: 'replace', path: '/metadata/name', value: 'other' }], 400, /does not match the name on the URL/],
  ['another uid', CART, [{ op: 'replace', path: '/metadata/uid', value: 'x' }], 422, /metadata.uid/],
  [
    'an older resourceVersion',
    CART,
    [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }],
    409,
    /has been modified/,
  ],
  ['no array of operations', CART, { spec: { replicas: 0 } }, 400, /error decoding patch/],
  ['an object that is not there', CART.replace('cart', 'gone'), [], 404, /deployments.apps "gone" not found/],
  [
    "a StatefulSet's claims",
    '/apis/apps/v1/namespaces/data/statefulsets/analytics-db',
    [{ op: 'replace', path: '/spec/volumeClaimTemplates/0/spec/resources/requests/storage', value: '10Gi' }],
    422,
    /spec: Forbidden: updates to statefulset spec/,
  ],
  [
    "a pod's requests",
    '/api/v1/namespaces/staging/pods/debug-shell',
    [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '10m' }],
    422,
    /spec: Forbidden: pod updates may not change fields/,
  ],
];

for (const [what, path, patch, status, message] of REFUSED) {
  test(`a dry-run refuses ${what} with ${status}`, async () => {
    const error = await errorOf(dryRun(path, patch));
    assert.instance(error, StatusError);
    assert.is((error as StatusError).status, status);
    assert.match(error.message, message);
  });
}

test('a dry-run of another kind of patch is of an unsupported media type', async () => {
  const error = (await errorOf(dryRun(CART, { spec: { replicas: 0 } }, 'application/merge-patch+json'))) as StatusError;
  assert.equal([error.status, error.reason], [415, 'UnsupportedMediaType']);
});

test('without dry-run nothing is changed, and it says so', async () => {
  const options = { source: 'change', contentType: 'application/json-patch+json' };
  for (const [method, path] of [
    ['PATCH', CART],
    ['DELETE', CART],
    ['POST', '/api/v1/namespaces/shop/pods'],
  ] as const) {
    const error = await errorOf(client.send(method, path, [], options));
    assert.is(error.message, 'the simulated cluster is not changed: it only answers what a dry-run would do');
    assert.is(error.exitCode, 1);
  }
});

test('counts its traffic by source, and tells each request at verbosity 6', async () => {
  const runtime = testRuntime({ verbosity: 6 });
  const counted = simulatedClient({ runtime });
  await counted.list('/api/v1/pods', { source: 'pods', keep, chunkSize: 50 });
  await counted.getJson('/version', { source: 'identity' });
  const [pods, identity] = counted.traffic();
  assert.equal([pods?.source, pods?.requests, identity?.requests], ['pods', 2, 1]);
  assert.ok((pods?.bytes ?? 0) > 50_000);
  assert.match(runtime.warnings[0] ?? '', /^GET simulated\/api\/v1\/pods 200 in \d+ milliseconds$/);
});

test('a cancelled request ends as cancelled', async () => {
  const error = await errorOf(client.getJson('/version', { source: 'test', signal: AbortSignal.abort() }));
  assert.equal([error.id, error.exitCode], ['cancelled', 130]);
});

test('serves any described cluster at any moment', async () => {
  const other = simulatedClient({ cluster: labelledCluster(3), nowMs: SIMULATED_NOW_MS - 86_400_000 * 100 });
  const { items } = await other.list('/api/v1/pods', { source: 'test', keep });
  assert.ok(items.length > 60);
  assert.is(other.context, 'simulated');
});

test.run();
