/** The proposal on a real control plane: what it rests on, that the API server would take it, and that nothing is changed. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { FilledCluster } from '../cluster/fill/fill.ts';
import { type SharedCluster, sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import type { Outcome } from '../plugin/run.ts';
import { ask } from './ask.ts';
import { assertPublished } from './published.ts';

const test = clusterSuite('the proposal on a real cluster');

interface Item {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly recommendation: string;
  readonly confidence?: number;
  readonly reason: string;
  readonly savedCpuCores: number;
  readonly savedMemoryBytes: number;
  readonly savedMonthlyAmount: number;
  readonly dryRun: string;
  readonly dryRunReason?: string;
  readonly changes: readonly {
    readonly field: string;
    readonly from?: string;
    readonly to: string;
    readonly rule: string;
    readonly evidence: string;
  }[];
  readonly patch: readonly { readonly op: string; readonly path: string }[];
  readonly undo: readonly unknown[];
  readonly risk: number;
  readonly emitted?: { readonly text: string };
}

interface PlanList {
  readonly metadata: {
    readonly savedCpuCores: number;
    readonly savedMemoryBytes: number;
    readonly savedMonthlyAmount: number;
    readonly evidence: { readonly sources: readonly string[] };
  };
  readonly items: readonly Item[];
  readonly declined: readonly { readonly namespace: string; readonly name: string; readonly reason: string }[];
}

/** Everything that a patch could reach, and what such a change would set in motion. */
const WATCHED = [
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/replicasets',
  '/apis/batch/v1/cronjobs',
  '/apis/autoscaling/v2/horizontalpodautoscalers',
  '/apis/policy/v1/poddisruptionbudgets',
  '/apis/argoproj.io/v1alpha1/rollouts',
  '/api/v1/pods',
  '/api/v1/limitranges',
];

let shared: SharedCluster;
let before: ReadonlyMap<string, string>;
let outcome: Outcome;
let plan: PlanList;

test.before(async () => {
  shared = await sharedCluster();
  before = await resourceVersions();
  outcome = await optimize('-ojson', '--dry-run');
  plan = JSON.parse(outcome.stdout) as PlanList;
});

/** By which the audit log tells these requests from those of other tests. */
const MARK = 'proposal.test';

const MARKED = ['--as', 'kubernetes-admin', '--as-group', 'system:masters', '--as-user-extra', `${MARK}=yes`];

function optimize(...args: readonly string[]): Promise<Outcome> {
  const asker = { kubeconfig: shared.cluster.kubeconfig, history: temporaryFolder() };
  return ask(asker, ['optimize', '-A', ...MARKED, ...args]);
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly impersonatedUser?: { readonly extra?: Readonly<Record<string, unknown>> };
}

function auditEvents(): readonly AuditEvent[] {
  const lines = readFileSync(shared.cluster.auditLog, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ impersonatedUser }) => impersonatedUser?.extra?.[MARK] !== undefined);
}

async function resourceVersions(): Promise<ReadonlyMap<string, string>> {
  const lists = await Promise.all(WATCHED.map((path) => shared.cluster.api.list(path)));
  return new Map(lists.flat().map(({ metadata }) => [`${metadata.uid} ${metadata.name}`, metadata.resourceVersion]));
}

function descriptionOf(
  { description }: FilledCluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
) {
  return description.workloads.find(
    (workload) => workload.namespace === namespace && (workload.owner?.name ?? workload.name) === name,
  );
}

test('the plan has the published shape, recommends something, and says nothing but that it changed nothing', () => {
  assert.is(outcome.exitCode, 0, outcome.stderr);
  assertPublished('optimization-plan', plan);
  assert.ok(plan.items.length > 0);
  assert.is(outcome.stderr, '');
  assert.ok(plan.metadata.evidence.sources.includes('prometheus'));
});

test('the API server would take every patch, and is not asked about what is carried out elsewhere', () => {
  const refused = plan.items.filter(({ dryRun, emitted }) => dryRun !== (emitted ? 'not-asked' : 'accepted'));
  assert.equal(
    refused.map(({ kind, name, dryRun, dryRunReason }) => `${kind} ${name}: ${dryRun}: ${dryRunReason}`),
    [],
  );
});

test('no object has moved', async () => {
  assert.ok(before.size > 100);
  const after = await resourceVersions();
  const names = new Set([...before.keys(), ...after.keys()]);
  assert.equal(
    [...names].filter((name) => before.get(name) !== after.get(name)).map((name) => [name, before.get(name), after.get(name)]),
    [],
  );
});

test('the server was asked for nothing that writes but dry-runs', () => {
  const writes = auditEvents().filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
  assert.ok(writes.length >= plan.items.filter(({ patch }) => patch.length > 0).length, `${writes.length} patches`);
  for (const { verb, requestURI } of writes) {
    assert.is(verb, 'patch', requestURI);
    assert.match(requestURI, 'dryRun=All');
  }
});

test('the savings of the recommendations add up to the total', () => {
  const sum = (field: 'savedCpuCores' | 'savedMemoryBytes' | 'savedMonthlyAmount'): number =>
    plan.items.reduce((total, item) => total + item[field], 0);
  assert.ok(Math.abs(sum('savedCpuCores') - plan.metadata.savedCpuCores) < 1e-9);
  assert.is(sum('savedMemoryBytes'), plan.metadata.savedMemoryBytes);
  assert.ok(Math.abs(sum('savedMonthlyAmount') - plan.metadata.savedMonthlyAmount) < 0.01);
});

test('each number comes with the rule and the evidence behind it, and with the value it replaces', () => {
  for (const item of plan.items) {
    assert.ok(item.reason.length > 0 && item.changes.length > 0, item.name);
    for (const change of item.changes) {
      const what = `${item.name}: ${JSON.stringify(change)}`;
      assert.ok(change.rule.length > 0 && change.evidence.length > 0, what);
      assert.is.not(change.from, change.to, what);
    }
    const measured = item.changes.map(({ evidence }) => evidence).join(' ');
    assert.match(measured, /prometheus/, item.name);
  }
});

test('each patch first makes sure of the object and of what it replaces, and can be undone', () => {
  for (const { name, patch, undo, emitted } of plan.items) {
    if (emitted) {
      assert.equal([patch, undo], [[], []], name);
      continue;
    }
    assert.equal(patch[0], { ...patch[0], op: 'test', path: '/metadata/uid' }, name);
    const written = patch.filter(({ op }) => op !== 'test');
    assert.ok(written.length > 0 && undo.length > 1, name);
    for (const { op, path } of written.filter(({ op }) => op === 'replace'))
      assert.ok(
        patch.some((other) => other.op === 'test' && other.path === path),
        `${name}: ${op} ${path}`,
      );
  }
});

test('only what is labelled idle is scaled to zero, and all of it that can be, or the reason is told', () => {
  const toZero = plan.items.filter(({ recommendation }) => recommendation === 'scale-to-zero');
  for (const item of toZero) {
    assert.is(descriptionOf(shared.filled, item)?.label, 'idle', item.name);
    assert.ok(item.confidence! >= 0.9, item.name);
    assert.equal(
      item.changes.map(({ field, to }) => `${field} ${to}`),
      ['replicas 0'],
    );
  }
  for (const { namespace, name: own, owner } of shared.filled.description.workloads.filter(({ label }) => label === 'idle')) {
    const name = owner?.name ?? own;
    const scaled = toZero.some((item) => item.namespace === namespace && item.name === name);
    const declined = plan.declined.find((each) => each.namespace === namespace && each.name === name);
    assert.ok(scaled || (declined?.reason ?? '').length > 0, name);
  }
});

test('names and YAML tell of the same plan', async () => {
  const names = (await optimize('-oname')).stdout.trimEnd().split('\n');
  const nameOf = ({ kind, apiVersion, name }: Item): string =>
    `${kind.toLowerCase()}${apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''}/${name}`;
  assert.equal(names.toSorted(), plan.items.map(nameOf).toSorted());
  const inYaml = parse((await optimize('-oyaml')).stdout) as PlanList;
  assertPublished('optimization-plan', inYaml);
  assert.equal(inYaml.items.map(nameOf).toSorted(), plan.items.map(nameOf).toSorted());
});

test('with --exit-code a recommendation is 1, and nothing to recommend is 0', async () => {
  assert.is((await optimize('--exit-code', '-oname', '--dry-run=none')).exitCode, 1);
  const nothing = await ask({ kubeconfig: shared.cluster.kubeconfig, history: temporaryFolder() }, [
    'optimize',
    '-n',
    'default',
    '--exit-code',
  ]);
  assert.equal(
    { ...nothing, stderr: nothing.stderr },
    {
      exitCode: 0,
      stdout: '',
      stderr: 'No recommendations found in default namespace.\n',
    },
  );
});

test('the table ends with the sum, and with how to read what was declined', async () => {
  const { stdout, stderr, exitCode } = await optimize('--dry-run');
  assert.is(exitCode, 0);
  assert.is(stdout.trimEnd().split('\n').length, plan.items.length + 1);
  assert.match(
    stderr,
    /^\d+ recommendations: \d+m CPU and \d+Mi memory of requests freed, [\d.]+ USD a month at list price .*; nothing was changed$/m,
  );
  assert.match(stderr, /^\d+ changes declined; the reasons are in -o json$/m);
});

test.run();
