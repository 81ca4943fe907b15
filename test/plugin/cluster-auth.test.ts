/** Printed manifests on a real API server: what is applied is enough for the commands, and nothing in it can be left out. */

import { parseAllDocuments } from 'yaml';
import { askRights } from '../../lib/operations/auth/can-i.ts';
import { commandsOf, type Profile } from '../../lib/operations/auth/profiles.ts';
import { ASKING_COMMANDS, formatNeeded, type ReviewedRight } from '../../lib/types/rights.ts';
import { Accounts, type Rule, writeUser } from '../cluster/accounts.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { run } from './run.ts';

const test = clusterSuite('rights that are granted');

const PROMETHEUS = { namespace: 'monitoring', service: 'prometheus', port: 9090, scheme: 'http', prefix: '' } as const;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const READY_MILLISECONDS = 10_000;

let cluster: TestCluster;
const applied: string[] = [];

test.before(async () => {
  ({ cluster } = await sharedCluster());
});

test.after(async () => {
  for (const yaml of applied)
    await cluster?.runKubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], { input: yaml });
});

interface Granted {
  readonly kubeconfig: string;
  readonly yaml: string;
}

/** Prints a manifest, applies it with kubectl, and makes a token of its service account. */
async function grant(profile: Profile, ...flags: readonly string[]): Promise<Granted> {
  const name = `upid-${profile}-${applied.length}-${process.pid}`;
  const args = [
    'auth',
    'manifest',
    '--for',
    profile,
    '--service-account',
    name,
    '--prometheus',
    'monitoring/prometheus:9090',
    ...flags,
  ];
  const { stdout: yaml, stderr, exitCode } = await run(args);
  assert.equal({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  const { code, stderr: refused } = await cluster.runKubectl(['apply', '-f', '-'], { input: yaml });
  assert.is(code, 0, refused);
  applied.push(yaml);
  const token = await cluster.runKubectl(['create', 'token', name, '-n', 'default']);
  assert.is(token.code, 0, token.stderr);
  return { kubeconfig: writeUser(cluster, name, { token: token.stdout.trim() }), yaml };
}

async function missing(kubeconfig: string, profile: Profile, namespace = ''): Promise<readonly ReviewedRight[]> {
  const { rights } = await askRights({
    connection: { kubeconfig },
    demo: false,
    commands: commandsOf(profile),
    namespace,
    kubelet: true,
    prometheus: PROMETHEUS,
    runtime: testRuntime(),
    signal: new AbortController().signal,
  });
  return rights.filter(({ state }) => state !== 'held');
}

/** The authorizer hears of roles and bindings a moment after they are stored. */
async function untilMissing(kubeconfig: string, profile: Profile, expected: readonly string[], namespace = ''): Promise<void> {
  const end = performance.now() + READY_MILLISECONDS;
  for (;;) {
    const names = (await missing(kubeconfig, profile, namespace)).map(formatNeeded);
    if (names.join() === expected.join() || performance.now() > end) return assert.equal(names, expected);
  }
}

interface Source {
  readonly state: string;
  readonly right?: { readonly verb: string; readonly resource: string };
}

/** Rights that the command names as missing in its own output. */
function missed(stdout: string): readonly string[] {
  const { metadata, items } = JSON.parse(stdout) as {
    readonly metadata: { readonly sources: readonly Source[] };
    readonly items: readonly { readonly dryRun?: string; readonly dryRunReason?: string }[];
  };
  const sources = metadata.sources.flatMap(({ state, right }) =>
    state === 'forbidden' || right ? [`${right?.verb} ${right?.resource}`] : [],
  );
  const patches = items.flatMap(({ dryRun, dryRunReason }) =>
    dryRun === 'forbidden' ? [/no right to (\S+ \S+)/.exec(dryRunReason ?? '')?.[1] ?? ''] : [],
  );
  return [...new Set([...sources, ...patches])];
}

async function ask(kubeconfig: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await run([...args, '-ojson', '--no-history', '--kubeconfig', kubeconfig]);
  assert.is(exitCode, 0, stderr);
  return missed(stdout);
}

/** A workload of the namespace shop, as TYPE/NAME. */
async function nameOfOne(kubeconfig: string): Promise<string> {
  const args = [
    'idle',
    '-n',
    'shop',
    '--include-active',
    '--include-unknown',
    '-oname',
    '--no-history',
    '--kubeconfig',
    kubeconfig,
  ];
  return (await run(args)).stdout.split('\n')[0]!;
}

test('what is printed for view is enough for idle, explain and forecast in all namespaces', async () => {
  const { kubeconfig } = await grant('view');
  await untilMissing(kubeconfig, 'view', []);
  for (const command of ['idle', 'forecast']) assert.equal(await ask(kubeconfig, command, '-A'), [], command);
  assert.equal(await ask(kubeconfig, 'explain', await nameOfOne(kubeconfig), '-n', 'shop'), []);
});

test('what is printed for view of one namespace is enough there, and not elsewhere', async () => {
  const { kubeconfig } = await grant('view', '-n', 'shop');
  await untilMissing(kubeconfig, 'view', [], 'shop');
  for (const command of ['idle', 'forecast']) assert.equal(await ask(kubeconfig, command, '-n', 'shop'), [], command);
  assert.equal(await ask(kubeconfig, 'explain', await nameOfOne(kubeconfig), '-n', 'shop'), []);
  assert.is((await run(['idle', '-n', 'finance', '--no-history', '--kubeconfig', kubeconfig])).exitCode, 1);
});

test('what is printed for optimize is enough for every patch to be tried', async () => {
  const { kubeconfig } = await grant('optimize');
  await untilMissing(kubeconfig, 'optimize', []);
  assert.equal(await ask(kubeconfig, 'optimize', '-A'), []);
});

test('what is printed for collect is enough for every source', async () => {
  const { kubeconfig } = await grant('collect');
  // The kubelets are only asked where --kubelet says so, for the manifest and for the command.
  await untilMissing(kubeconfig, 'collect', ['get nodes/proxy']);
  const { exitCode, stdout, stderr } = await run([
    'collect',
    '-A',
    '-ojson',
    '--history',
    temporaryFolder(),
    '--kubeconfig',
    kubeconfig,
  ]);
  assert.is(exitCode, 0, stderr);
  const [round] = JSON.parse(stdout).items as readonly { readonly nodes: number; readonly sources: readonly Source[] }[];
  assert.ok(round!.nodes > 0);
  assert.equal(
    round!.sources.filter(({ state }) => state === 'forbidden'),
    [],
  );
});

test('what is printed for doctor is enough for its checks of metrics and Prometheus', async () => {
  const { kubeconfig } = await grant('doctor');
  await untilMissing(kubeconfig, 'doctor', []);
  const { stdout } = await run(['doctor', '-A', '-ojson', '--kubeconfig', kubeconfig]);
  const { items } = JSON.parse(stdout) as { readonly items: readonly { readonly check: string; readonly state: string }[] };
  const states = new Map(items.map(({ check, state }) => [check, state]));
  for (const check of ['rights: doctor', 'metrics', 'prometheus', 'prometheus: cpu']) assert.is(states.get(check), 'ok', check);
});

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

function rolesIn(yaml: string): readonly Role[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as Role)
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');
}

function putRules({ kind, metadata: { name, namespace } }: Role, rules: readonly Rule[]): Promise<unknown> {
  const path = `${RBAC}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${kind.toLowerCase()}s/${name}`;
  return cluster.api.send('PUT', path, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, namespace },
    rules,
  });
}

function rightOf({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames }: Rule): string {
  return `${verb} ${resource}${group ? `.${group}` : ''}${resourceNames ? `/${resourceNames[0]}` : ''}`;
}

/** Runs `look` once for each rule, with all rules of the manifest but that one. */
async function withoutEach({ yaml }: Granted, look: (right: string) => Promise<void>): Promise<number> {
  let looks = 0;
  for (const role of rolesIn(yaml)) {
    for (const rule of role.rules) {
      await putRules(
        role,
        role.rules.filter((each) => each !== rule),
      );
      await look(rightOf(rule));
      looks += 1;
    }
    await putRules(role, role.rules);
  }
  return looks;
}

test('of all that is printed for all commands, whichever rule is left out, can-i names just that right', async () => {
  const granted = await grant('all', '--kubelet');
  await untilMissing(granted.kubeconfig, 'all', []);
  const looks = await withoutEach(granted, (right) => untilMissing(granted.kubeconfig, 'all', [right]));
  assert.ok(looks > 30);
});

test('of what is printed for optimize, whichever rule is left out, the command itself names just that right where the cluster serves it', async () => {
  const granted = await grant('optimize');
  await untilMissing(granted.kubeconfig, 'optimize', []);
  const served = new Set<string>();
  await withoutEach(granted, async (right) => {
    await untilMissing(granted.kubeconfig, 'optimize', [right]);
    const [lost] = await missing(granted.kubeconfig, 'optimize');
    if (!lost?.served || UNUSED.has(right)) return;
    const args = ['optimize', '-A', '-ojson', '--no-history', '--kubeconfig', granted.kubeconfig];
    const { exitCode, stdout, stderr } = await run(args);
    if (right === 'list pods') {
      assert.is(exitCode, 1);
      assert.match(stderr, /^error: no right to list pods in all namespaces/);
    } else assert.equal(missed(stdout), [right.replace(/^(get services\/proxy)\/.*/, '$1')], stderr);
    served.add(right);
  });
  assert.ok(served.size > 15, [...served].join(', '));
});

/** Patches that the plan for this cluster has none of. */
const UNUSED: ReadonlySet<string> = new Set(['patch replicasets.apps', 'patch cronjobs.batch', 'patch rollouts.argoproj.io']);

test('can-i exits with 0 where everything that is needed is held, and with 1 and what grants it where not; also as somebody else', async () => {
  const accounts = new Accounts(cluster);
  try {
    const pods = await accounts.make('only-pods', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    const enough = await run(['auth', 'can-i', 'idle', '-A', '--kubeconfig', pods.kubeconfig]);
    assert.is(enough.exitCode, 0);
    assert.match(enough.stdout, /^list pods +in all namespaces +held +yes +idle +<none>$/m);
    assert.match(enough.stdout, /^list nodes +at cluster scope +missing +no +idle +capacity is unknown$/m);
    assert.match(
      enough.stderr,
      /rights are missing; granted to a service account by: .* auth manifest --for idle .*\| kubectl apply -f -$/m,
    );

    const nobody = [
      'auth',
      'can-i',
      'idle',
      '-n',
      'shop',
      '-ojson',
      '--kubeconfig',
      cluster.kubeconfig,
      '--as',
      'nobody-in-particular',
    ];
    const { exitCode, stdout } = await run(nobody);
    const { metadata, items } = JSON.parse(stdout);
    assert.equal([exitCode, metadata.sufficient], [1, false]);
    assert.equal([...new Set(items.map(({ state }: { state: string }) => state))], ['missing']);
    const admin = await run(['auth', 'can-i', '-A', '--kubelet', '-ojson', '--kubeconfig', cluster.kubeconfig]);
    assert.is(admin.exitCode, 0);
    const commands = new Set(JSON.parse(admin.stdout).items.flatMap((item: { commands: readonly string[] }) => item.commands));
    assert.equal([...commands].toSorted(), [...ASKING_COMMANDS].toSorted());
  } finally {
    await accounts.clear();
  }
});

test('whoami tells what the server answers, the credential with its expiry, and the impersonation', async () => {
  const { kubeconfig } = await grant('view');
  const account = await run(['auth', 'whoami', '-ojson', '--kubeconfig', kubeconfig]);
  assert.is(account.exitCode, 0, account.stderr);
  const [own] = JSON.parse(account.stdout).items;
  assert.match(own.username, /^system:serviceaccount:default:upid-view-/);
  assert.is(own.credentials[0].method, 'token');
  const left = (Date.parse(own.expiresAt) - Date.now()) / 1000;
  assert.ok(left > 3000 && left <= 3600, `${left} s`);

  const admin = await run(['auth', 'whoami', '--kubeconfig', cluster.kubeconfig, '--as', 'jane', '--as-group', 'developers']);
  assert.is(admin.exitCode, 0, admin.stderr);
  assert.match(admin.stdout, /^Username +jane$/m);
  assert.match(admin.stdout, /^Groups +developers, system:authenticated$/m);
  assert.match(admin.stdout, /^Credential +client certificate \(.+\)$/m);
  assert.match(admin.stdout, /^Expires +\d{4}-\d\d-\d\dT/m);
  assert.match(admin.stdout, /^Impersonated +jane, group developers$/m);
});

test.run();
