/** What the program does for those who may not see everything, on a real API server: it works with what is allowed, and names each right that is missing. */

import { type Account, Accounts, type Rule } from '../cluster/accounts.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { type Outcome, run } from './run.ts';

const test = clusterSuite('rights');

const list = (apiGroup: string, ...resources: readonly string[]): Rule => ({ apiGroups: [apiGroup], resources, verbs: ['list'] });

const PODS = list('', 'pods');

/** Every right that `idle` uses besides that to list pods, as it is named, with the rule that grants it. */
const RIGHTS: readonly (readonly [string, Rule])[] = [
  ['list replicasets.apps in all namespaces', list('apps', 'replicasets')],
  ['list deployments.apps in all namespaces', list('apps', 'deployments')],
  ['list statefulsets.apps in all namespaces', list('apps', 'statefulsets')],
  ['list daemonsets.apps in all namespaces', list('apps', 'daemonsets')],
  ['list jobs.batch in all namespaces', list('batch', 'jobs')],
  ['list cronjobs.batch in all namespaces', list('batch', 'cronjobs')],
  ['list horizontalpodautoscalers.autoscaling in all namespaces', list('autoscaling', 'horizontalpodautoscalers')],
  ['list poddisruptionbudgets.policy in all namespaces', list('policy', 'poddisruptionbudgets')],
  ['list leases.coordination.k8s.io in all namespaces', list('coordination.k8s.io', 'leases')],
  ['list services in all namespaces', list('', 'services')],
  ['list limitranges in all namespaces', list('', 'limitranges')],
  ['list resourcequotas in all namespaces', list('', 'resourcequotas')],
  ['list nodes at cluster scope', list('', 'nodes')],
  [
    'get namespaces/kube-system at cluster scope',
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['kube-system'] },
  ],
  ['get rollouts.argoproj.io in namespace "finance"', { apiGroups: ['argoproj.io'], resources: ['rollouts'], verbs: ['get'] }],
  ['list pods.metrics.k8s.io in all namespaces', list('metrics.k8s.io', 'pods')],
  ['get services/proxy in namespace "monitoring"', { apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] }],
];

let cluster: TestCluster;
let accounts: Accounts;

test.before(async () => {
  ({ cluster } = await sharedCluster());
  accounts = new Accounts(cluster);
});

test.after(() => accounts?.clear());

function as({ kubeconfig }: Account, ...args: readonly string[]): Promise<Outcome> {
  return run([...args, '--no-history', '--kubeconfig', kubeconfig]);
}

interface Item {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly verdict: string;
}

interface Look {
  /** By workload, of all workloads. */
  readonly verdicts: ReadonlyMap<string, string>;
  readonly stderr: string;
}

async function look(account: Account): Promise<Look> {
  const { stdout, stderr, exitCode } = await as(account, 'idle', '-A', '-ojson', '--include-unknown', '--include-active');
  assert.is(exitCode, 0, stderr);
  const { items } = JSON.parse(stdout) as { readonly items: readonly Item[] };
  return {
    verdicts: new Map(items.map(({ namespace, kind, name, verdict }) => [`${namespace}/${kind}/${name}`, verdict])),
    stderr,
  };
}

const without = (left: string): readonly Rule[] => [PODS, ...RIGHTS.flatMap(([right, rule]) => (right === left ? [] : [rule]))];

/** The rights that the warnings name. */
function rightsNamed(stderr: string): readonly string[] {
  return [
    ...new Set(
      [...stderr.matchAll(/grant the right to (.+? (?:in all namespaces|in namespace "[^"]+"|at cluster scope))/g)].map(
        ([, right]) => right!,
      ),
    ),
  ];
}

let whole: ReadonlyMap<string, string>;

test('with every right nothing is warned of', async () => {
  const account = await accounts.make('all', without(''));
  const { verdicts, stderr } = await look(account);
  assert.is(stderr, '');
  whole = verdicts;
  assert.ok([...whole.values()].includes('idle'));
});

test('the right to list pods alone is enough to run; what else is needed stands in one warning', async () => {
  const account = await accounts.make('pods', [PODS]);
  const { exitCode, stdout, stderr } = await as(account, 'idle', '-A');
  assert.equal({ exitCode, stdout }, { exitCode: 0, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.slice(0, -1), [
    'Warning: 15 rights are missing, so that less can be said; -v tells what each is for:',
    '  list replicasets.apps, deployments.apps, statefulsets.apps, daemonsets.apps, jobs.batch, cronjobs.batch, ' +
      'horizontalpodautoscalers.autoscaling, poddisruptionbudgets.policy, leases.coordination.k8s.io, services, limitranges, resourcequotas, ' +
      'pods.metrics.k8s.io in all namespaces',
    '  list nodes at cluster scope',
    '  get namespaces/kube-system at cluster scope',
    'No idle workloads found.',
  ]);
  assert.match(lines.at(-1)!, /^\d+ workloads unknown: CPU: no samples .+; see --include-unknown$/);
});

test('with the right to list pods alone owners come from the references, and nothing is called idle', async () => {
  const { verdicts: found } = await look(await accounts.make('pods-only', [PODS]));
  assert.equal(
    [...found.values()].filter((verdict) => verdict === 'idle'),
    [],
  );
  // Above a Deployment and a Job the references of pods do not reach.
  const known = (name: string): boolean => !/Rollout|Job/.test(name);
  for (const name of [...whole.keys()].filter(known)) assert.ok(found.has(name), `${name} is lost`);
  assert.ok(found.has('finance/Deployment/quote-rollout'));
});

for (const [right] of RIGHTS) {
  test(`without the right to ${right} it works, names just that, and calls nothing idle that is used or stands by`, async () => {
    const account = await accounts.make(right.replaceAll(/[^a-z]+/g, '-'), without(right));
    const { verdicts, stderr } = await look(account);
    assert.equal(rightsNamed(stderr), [right]);
    for (const line of stderr.trimEnd().split('\n'))
      assert.match(line, /^Warning: [a-z.0-9]+: .*no right to .+; grant the right to /);
    for (const [name, verdict] of verdicts) {
      if (verdict === 'idle') assert.is(whole.get(name) ?? whole.get(name.replace('Deployment', 'Rollout')), 'idle', name);
    }
  });
}

test('without the right to list leases all is judged but what may elect a leader: what has a service account of its own', async () => {
  const account = await accounts.make('no-leases', without('list leases.coordination.k8s.io in all namespaces'));
  const { verdicts } = await look(account);
  const { description } = (await sharedCluster()).filled;
  const electing = new Set(
    description.workloads
      .filter(({ ownServiceAccount }) => ownServiceAccount)
      .map(({ namespace, kind, name }) => `${namespace}/${kind}/${name}`),
  );
  const changed = [...verdicts].filter(([name, verdict]) => verdict !== whole.get(name));
  assert.ok(changed.length > 0);
  for (const [name, verdict] of changed) {
    assert.ok(electing.has(name), name);
    assert.is(verdict, 'unknown', name);
  }
});

test('services/proxy that is forbidden is told with the other way to Prometheus', async () => {
  const { stderr } = await as(
    await accounts.make('no-proxy', without('get services/proxy in namespace "monitoring"')),
    'idle',
    '-A',
  );
  assert.match(
    stderr,
    'Warning: prometheus: monitoring/prometheus:9090: no right to get services/proxy there; ' +
      'grant the right to get services/proxy in namespace "monitoring", or name a server with --prometheus-url\n',
  );
});

test('rights in one namespace are enough for it: only what lies outside is missing', async () => {
  const rules = without('').filter(({ resources }) => !resources.includes('nodes') && !resources.includes('namespaces'));
  const account = await accounts.make('one-namespace', rules, 'shop');
  const { exitCode, stderr } = await as(account, 'idle', '-n', 'shop');
  assert.is(exitCode, 0);
  const [heading, ...lines] = stderr.split('\n');
  assert.match(heading!, /^Warning: 3 rights are missing/);
  assert.equal(lines.slice(0, 3), [
    '  list nodes at cluster scope',
    '  get namespaces/kube-system at cluster scope',
    '  list services in all namespaces',
  ]);
  assert.match(stderr, /^No idle workloads found in shop namespace\.$/m);
  assert.match(stderr, /workloads unknown: .*CPU/);

  const everywhere = await as(account, 'idle', '-A');
  assert.equal(everywhere, {
    exitCode: 1,
    stdout: '',
    stderr:
      'error: no right to list pods in all namespaces; without it nothing can be said about use; ' +
      'ask for the right to list pods in all namespaces, or name one namespace with -n\n',
  });
});

test('without the right to list pods it says so in one sentence, and nothing else', async () => {
  const account = await accounts.make('none', []);
  for (const command of ['idle', 'optimize']) {
    assert.equal(await as(account, command, '-n', 'shop', '-ojson'), {
      exitCode: 1,
      stdout: '',
      stderr:
        'error: no right to list pods in namespace "shop"; without it nothing can be said about use; ' +
        'ask for the right to list pods in namespace "shop"\n',
    });
  }
});

test('optimize without the right to patch proposes the same, each patch marked as forbidden with the right it takes', async () => {
  const plan = async (account: Account): Promise<{ outcome: Outcome; items: readonly Recommendation[] }> => {
    const outcome = await as(account, 'optimize', '-A', '-ojson');
    assert.is(outcome.exitCode, 0, outcome.stderr);
    return { outcome, items: JSON.parse(outcome.stdout).items };
  };
  const patching = {
    apiGroups: ['apps', 'argoproj.io'],
    resources: ['deployments', 'statefulsets', 'rollouts'],
    verbs: ['patch'],
  };
  const may = await plan(await accounts.make('patches', [patching, ...without('')]));
  const account = await accounts.make('reads', without(''));
  const mayNot = await plan(account);
  assert.ok(may.items.length > 5);
  const identity = ({ namespace, kind, name, recommendation }: Recommendation) => [namespace, kind, name, recommendation];
  assert.equal(mayNot.items.map(identity), may.items.map(identity));
  assert.ok(may.items.some(({ dryRun }) => dryRun === 'accepted'));
  for (const { dryRun, dryRunReason, kind, namespace } of mayNot.items) {
    assert.is(dryRun, 'forbidden');
    assert.match(
      dryRunReason ?? '',
      new RegExp(`^no right to patch ${kind.toLowerCase()}s\\.[a-z.]+ in namespace "${namespace}"$`),
    );
  }
  const { stderr } = await as(account, 'optimize', '-A');
  assert.match(stderr, /^Warning: dry-run: \d+ recommendations forbidden: no right to patch .+; \d+ more reasons in -o json$/m);
});

interface Recommendation extends Item {
  readonly recommendation: string;
  readonly dryRun: string;
  readonly dryRunReason?: string;
}

test.run();
