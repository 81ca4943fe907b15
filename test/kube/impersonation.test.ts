/** Acting as somebody else: what a server sees of --as and its sisters, and of their kubeconfig fields. */

import type { IncomingMessage } from 'node:http';
import type { ConnectionOptions } from '../../lib/kube/connection.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
import { sendJson, startServer } from './server.ts';

const test = suite('impersonation');

/** Impersonation headers as they came over the wire, name by name, in order. */
function impersonationOf(request: IncomingMessage | undefined): readonly (readonly [string, string])[] {
  const { rawHeaders = [] } = request ?? {};
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase().startsWith('impersonate-')
      ? [[name, Buffer.from(rawHeaders[index + 1] ?? '', 'latin1').toString('utf8')] as const]
      : [],
  );
}

async function seenWith(user: object, options: ConnectionOptions): Promise<readonly (readonly [string, string])[]> {
  const server = await startServer((_, response) => sendJson(response, { kind: 'List', metadata: {}, items: [] }));
  const client = await clientOf(server, { user: { token: 't', ...user } }, options);
  await client.getJson('/version', { source: 'x' });
  await client.list('/api/v1/pods', { source: 'pods', keep: (item) => item });
  await client.getText('/api/v1/namespaces/a/services/b/proxy/', { source: 'x' });
  await client.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {}, { source: 'x' });
  const [first, ...others] = server.requests.map(impersonationOf);
  for (const other of others) assert.equal(other, first, 'every kind of request is made as the same user');
  assert.is(server.requests.length, 4);
  assert.is(server.requests[0]?.headers.authorization, 'Bearer t', 'our own credential is shown besides');
  await client.close();
  await server.stop();
  return first ?? [];
}

test('--as, --as-group again and again, --as-uid and --as-user-extra all reach the server', async () => {
  const options = {
    as: 'jane',
    asUid: '42',
    asGroups: ['devs', 'system:masters', 'a,b'],
    asUserExtra: ['reason=on call', 'scopes=view', 'scopes=edit', 'example.org/équipe=ü=1'],
  };
  assert.equal(await seenWith({}, options), [
    ['Impersonate-User', 'jane'],
    ['Impersonate-Uid', '42'],
    ['Impersonate-Group', 'devs'],
    ['Impersonate-Group', 'system:masters'],
    ['Impersonate-Group', 'a,b'],
    ['Impersonate-Extra-reason', 'on call'],
    ['Impersonate-Extra-scopes', 'view'],
    ['Impersonate-Extra-scopes', 'edit'],
    ['Impersonate-Extra-example.org%2F%C3%A9quipe', 'ü=1'],
  ]);
});

test('as, as-uid, as-groups and as-user-extra of the kubeconfig do the same', async () => {
  const user = {
    as: 'jane',
    'as-uid': '42',
    'as-groups': ['devs', 'ops'],
    'as-user-extra': { scopes: ['view', 'edit'], none: [] },
  };
  assert.equal(await seenWith(user, {}), [
    ['Impersonate-User', 'jane'],
    ['Impersonate-Uid', '42'],
    ['Impersonate-Group', 'devs'],
    ['Impersonate-Group', 'ops'],
    ['Impersonate-Extra-scopes', 'view'],
    ['Impersonate-Extra-scopes', 'edit'],
  ]);
});

test('flags take the place of their own field only, and of their own key of the extra values', async () => {
  const user = { as: 'jane', 'as-uid': '42', 'as-groups': ['devs'], 'as-user-extra': { a: ['1'], b: ['2'] } };
  assert.equal(await seenWith(user, { as: 'joe', asGroups: ['ops'], asUserExtra: ['b=3'] }), [
    ['Impersonate-User', 'joe'],
    ['Impersonate-Uid', '42'],
    ['Impersonate-Group', 'ops'],
    ['Impersonate-Extra-a', '1'],
    ['Impersonate-Extra-b', '3'],
  ]);
});

test('without --as no such header is sent', async () => {
  assert.equal(await seenWith({}, {}), []);
});

test('a group, uid or extra value without a user is refused before anything is sent', async () => {
  const options: readonly ConnectionOptions[] = [{ asGroups: ['devs'] }, { asUid: '1' }, { asUserExtra: ['a=b'] }];
  for (const option of options) {
    const error = await errorOf(clientOf('https://127.0.0.1:1', {}, option));
    assert.is(error.id, 'usage');
    assert.is(error.message, 'requesting uid, groups or user-extra for tester without impersonating a user');
    assert.is(error.remedy, 'add --as');
  }
});

test('an extra value that is no pair, and a name of two lines, are refused', async () => {
  const pair = await errorOf(clientOf('https://127.0.0.1:1', {}, { as: 'jane', asUserExtra: ['scopes'] }));
  assert.is(pair.id, 'usage');
  assert.is(pair.message, '--as-user-extra "scopes" should be key=value');
  const lines = await errorOf(clientOf('https://127.0.0.1:1', {}, { as: 'jane\r\nImpersonate-Group: system:masters' }));
  assert.is(lines.id, 'usage');
  assert.is(lines.message, '--as must be one line');
});

test.run();
