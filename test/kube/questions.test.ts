/** What a cluster can be asked about itself: rights, identity, version, API groups. */

import { mayI, whoAmI } from '../../lib/kube/access.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import { groupVersions, resourcesOf, serverVersion } from '../../lib/kube/discovery.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
import { type Handler, sendJson, sendStatus, startServer } from './server.ts';

const test = suite('questions');

/** Runs with a client of a server that answers so; returns `METHOD path body` of each request. */
async function asking(handler: Handler, run: (client: KubeClient) => Promise<void>): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = await startServer((request, response, body) => {
    asked.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`);
    return handler(request, response, body);
  });
  const client = await clientOf(server);
  try {
    await run(client);
  } finally {
    await client.close();
    await server.stop();
  }
  return asked;
}

test('a right is asked for by a review, and the server says why', async () => {
  const right = { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop' };
  const asked = await asking(
    (_, response) => sendJson(response, { status: { allowed: true, reason: 'RBAC: allowed by "edit"' } }, 201),
    async (client) => assert.equal(await mayI(client, right), { allowed: true, reason: 'RBAC: allowed by "edit"' }),
  );
  const spec = JSON.stringify({ resourceAttributes: right });
  assert.equal(asked, [
    `POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":${spec}}`,
  ]);
  await asking(
    (_, response) => sendJson(response, { status: { allowed: false, denied: true } }, 201),
    async (client) => assert.equal(await mayI(client, right), { allowed: false, reason: '' }),
  );
});

test('a review is asked again when the connection breaks: it changes nothing', async () => {
  let calls = 0;
  const asked = await asking(
    (_, response) => {
      calls += 1;
      return calls === 1 ? response.destroy() : sendJson(response, { status: { allowed: true } }, 201);
    },
    async (client) => assert.is((await mayI(client, { verb: 'list', resource: 'pods' })).allowed, true),
  );
  assert.is(asked.length, 2);
});

test('the server says whom it takes us for; an old one does not know the question', async () => {
  const userInfo = { username: 'jane', uid: '42', groups: ['devs'], extra: { scopes: ['view'] } };
  await asking(
    (_, response) => sendJson(response, { status: { userInfo } }, 201),
    async (client) => assert.equal(await whoAmI(client), userInfo),
  );
  await asking(
    (_, response) => sendStatus(response, 404, 'NotFound', 'the server could not find the requested resource'),
    async (client) => assert.is((await errorOf(whoAmI(client))).id, 'api-missing'),
  );
});

test('versions as distributions write them', async () => {
  await asking(
    (_, response) => sendJson(response, { major: '1', minor: '37+', gitVersion: 'v1.37.2-gke.100' }),
    async (client) => assert.equal(await serverVersion(client), { gitVersion: 'v1.37.2-gke.100', major: 1, minor: 37 }),
  );
});

test('versions of an API group, the preferred one first; none where the group is not served', async () => {
  const group = { versions: [{ version: 'v1beta1' }, { version: 'v1' }], preferredVersion: { version: 'v1' } };
  await asking(
    (request, response) =>
      request.url === '/apis/metrics.k8s.io' ? sendJson(response, group) : response.writeHead(404).end('404 page not found'),
    async (client) => {
      assert.equal(await groupVersions(client, 'metrics.k8s.io'), ['v1', 'v1beta1']);
      assert.equal(await groupVersions(client, 'keda.sh'), []);
    },
  );
});

test('resources of a version, of the core group and of others; an error is not taken for their absence', async () => {
  const asked = await asking(
    (request, response) => {
      if (request.url === '/api/v1') return sendJson(response, { resources: [{ name: 'pods' }, { name: 'pods/resize' }] });
      if (request.url === '/apis/apps/v1') return sendStatus(response, 503, 'ServiceUnavailable', 'away');
      return response.writeHead(404).end('404 page not found');
    },
    async (client) => {
      assert.equal(await resourcesOf(client, '', 'v1'), ['pods', 'pods/resize']);
      assert.equal(await resourcesOf(client, 'keda.sh', 'v1alpha1'), []);
      assert.is((await errorOf(resourcesOf(client, 'apps', 'v1'))).id, 'server-error');
    },
  );
  assert.equal(asked, ['GET /api/v1', 'GET /apis/keda.sh/v1alpha1', 'GET /apis/apps/v1']);
});

test.run();
