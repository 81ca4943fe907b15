/** Manifests of rights, as text: what is in them, and what never is. */

import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { OBJECT_LISTS } from '../../lib/collect/objects/collect.ts';
import { listRight } from '../../lib/collect/objects/lists.ts';
import { makeManifest } from '../../lib/operations/auth/manifest.ts';
import { PROFILES } from '../../lib/operations/auth/profiles.ts';
import { rightsOf } from '../../lib/operations/auth/rights.ts';
import { formatNeeded } from '../../lib/types/rights.ts';
import { rbacFiles } from '../../plugin/rbac.ts';
import { assert, suite } from '../harness.ts';
import { run } from './run.ts';

const test = suite('manifests of rights');

const PROMETHEUS = { namespace: 'monitoring', service: 'prometheus', port: 9090, scheme: 'http' } as const;
const ACCOUNT = { namespace: 'default', name: 'upid' };

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: unknown; readonly namespace?: unknown };
  readonly rules?: readonly Rule[];
}

function documentsOf(yaml: string): readonly Document[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Document);
}

test('deploy/rbac holds what auth manifest prints; node plugin/rbac.ts writes it', () => {
  const folder = new URL('../../deploy/rbac/', import.meta.url);
  assert.equal(readdirSync(folder).toSorted(), [...rbacFiles().keys()].toSorted());
  for (const [name, text] of rbacFiles()) assert.fixture(readFileSync(new URL(name, folder), 'utf8'), text);
});

test('no rule of any profile has a wildcard, and each grants one verb on one resource, with its reason', () => {
  for (const profile of PROFILES) {
    const { yaml } = makeManifest({
      profile,
      namespace: undefined,
      serviceAccount: ACCOUNT,
      kubelet: true,
      prometheus: [PROMETHEUS],
    });
    const rules = documentsOf(yaml).flatMap((document) => document.rules ?? []);
    assert.ok(rules.length > 0, profile);
    for (const { apiGroups, resources, verbs, resourceNames } of rules) {
      assert.equal([apiGroups.length, resources.length, verbs.length], [1, 1, 1]);
      assert.not.ok([...apiGroups, ...resources, ...verbs, ...(resourceNames ?? [])].some((word) => word.includes('*')));
    }
    assert.is(yaml.match(/^ {2}# Without it .+\.$/gm)?.length, rules.length);
  }
});

test('only the profiles that patch can write, and nodes/proxy is there only with --kubelet', () => {
  for (const profile of PROFILES) {
    const rights = (kubelet: boolean) =>
      makeManifest({ profile, namespace: undefined, serviceAccount: ACCOUNT, kubelet, prometheus: [] }).rights;
    const writing = rights(true).filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
    assert.is(writing.length > 0, profile === 'optimize' || profile === 'all', profile);
    assert.not.ok(rights(false).some(({ resource }) => resource === 'nodes/proxy'));
    assert.is(
      rights(true).some(({ resource }) => resource === 'nodes/proxy'),
      profile === 'collect' || profile === 'all',
      profile,
    );
  }
});

test('the right to ask through the service proxy holds for one port of one service', () => {
  const { yaml } = makeManifest({
    profile: 'view',
    namespace: 'shop',
    serviceAccount: ACCOUNT,
    kubelet: false,
    prometheus: [PROMETHEUS],
  });
  const role = documentsOf(yaml).find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'monitoring');
  assert.equal(role?.rules, [
    { apiGroups: [''], resources: ['services/proxy'], resourceNames: ['http:prometheus:9090'], verbs: ['get'] },
  ]);
});

test('every list that a look makes is a right in the table', () => {
  const rights = rightsOf(['idle'], { prometheus: [], kubelet: false }).map(formatNeeded);
  for (const spec of OBJECT_LISTS) {
    const { verb, resource } = listRight(spec, '');
    assert.ok(rights.includes(`${verb} ${resource}`), resource);
  }
});

test('names that YAML would read as something else stay names', () => {
  const serviceAccount = { namespace: '123', name: 'null' };
  const { yaml } = makeManifest({ profile: 'view', namespace: '1e3', serviceAccount, kubelet: false, prometheus: [] });
  const [account, ...others] = documentsOf(yaml);
  assert.equal([account?.metadata.name, account?.metadata.namespace], ['null', '123']);
  assert.ok(others.some(({ metadata }) => metadata.namespace === '1e3'));
});

test('bad values are refused in one sentence', async () => {
  for (const [args, said] of [
    [['--for', 'everything'], /^error: invalid value for --for: "everything"; it should be one of view, /],
    [
      ['--prometheus', 'prometheus'],
      /^error: invalid value for --prometheus: "prometheus"; it should be a namespace, a service and its port/,
    ],
    [['-n', 'Shop'], /^error: "Shop" is no name of a namespace; /],
    [['--service-account', 'a/b/c'], /^error: invalid value for --service-account: "a\/b\/c"; it should be a name/],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(['auth', 'manifest', ...args]);
    assert.equal({ exitCode, stdout }, { exitCode: 2, stdout: '' });
    assert.match(stderr, said);
  }
});

test('can-i takes a command that asks a cluster, or none', async () => {
  const { exitCode, stderr } = await run(['auth', 'can-i', 'idel', '--demo']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error: auth can-i takes one of idle, .+, got "idel"; did you mean idle\?/);
});

test.run();
