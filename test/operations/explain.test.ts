/** `explain` on a real control plane: the same verdicts as `idle`, by whichever name, and with few rights. */

import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { Accounts } from '../cluster/accounts.ts';
import { type SharedCluster, sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { type Asker, ask, askIdle, itemOf } from './ask.ts';
import { assertPublished } from './published.ts';

const test = clusterSuite('explanations on a real cluster');

interface ExplainedItem {
  readonly kind: string;
  readonly name: string;
  readonly verdict: string;
  readonly confidence: number;
  readonly askedBy: readonly { readonly name: string }[];
  readonly suppositions: readonly { readonly suppose: string; readonly verdict: string; readonly remedy?: string }[];
  readonly idleFrom?: { readonly at: string };
  readonly neverIdle?: string;
  readonly standby?: string;
  readonly podStates: readonly { readonly name: string; readonly node?: string; readonly ready: boolean }[];
}

let shared: SharedCluster;
let accounts: Accounts;

test.before(async () => {
  shared = await sharedCluster();
  accounts = new Accounts(shared.cluster);
});

test.after(() => accounts?.clear());

function asker(kubeconfig = shared.cluster.kubeconfig): Asker {
  return { kubeconfig, history: temporaryFolder() };
}

function described(scenario: string): WorkloadDescription {
  return shared.filled.description.workloads.find((workload) => workload.scenario === scenario)!;
}

function nameOf({ kind, name, owner }: WorkloadDescription): string {
  return `${(owner?.kind ?? kind).toLowerCase()}/${owner?.name ?? name}`;
}

async function explained(who: Asker, ...args: readonly string[]): Promise<readonly ExplainedItem[]> {
  const { exitCode, stdout, stderr } = await ask(who, ['explain', ...args, '-ojson']);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  const list = JSON.parse(stdout);
  assertPublished('explanation', list);
  return list.items;
}

test('what idle says of a workload explain says too, with what would change it', async () => {
  const answer = await askIdle(asker());
  for (const scenario of [
    'forgotten-staging',
    'sidecar-noise',
    'busy-web',
    'low-traffic-hourly',
    'leader-election',
    'host-network',
  ]) {
    const workload = described(scenario);
    const [item] = await explained(asker(), nameOf(workload), '-n', workload.namespace);
    const same = itemOf(answer, workload.owner?.name ?? workload.name);
    assert.is(item?.verdict, same.verdict, scenario);
    // The evidence is some seconds older.
    assert.ok(Math.abs(item!.confidence - same.confidence) < 0.01, scenario);
    assert.ok(item!.suppositions.length > 0 || item!.neverIdle !== undefined, scenario);
    assert.ok(
      item!.podStates.every(({ node, ready }) => node !== undefined && ready),
      scenario,
    );
  }
});

test('an idle workload turns active by a request or a busy sample; an active one tells from when on it could be idle', async () => {
  const idle = described('forgotten-staging');
  const [quiet] = await explained(asker(), nameOf(idle), '-n', idle.namespace);
  assert.ok(
    quiet!.suppositions.some(({ suppose, verdict }) => /^one CPU sample were above/.test(suppose) && verdict === 'active'),
  );
  const busy = described('busy-web');
  const [used] = await explained(asker(), nameOf(busy), '-n', busy.namespace);
  assert.ok(Date.parse(used!.idleFrom?.at ?? '') > Date.now(), JSON.stringify(used?.neverIdle));
});

test('a pod, and the pod of a custom owner, stand for their workloads', async () => {
  for (const scenario of ['forgotten-staging', 'custom-owner']) {
    const workload = described(scenario);
    const [whole] = await explained(asker(), nameOf(workload), '-n', workload.namespace);
    const pod = whole!.podStates[0]!.name;
    const [byPod] = await explained(asker(), `pod/${pod}`, '-n', workload.namespace);
    assert.is(`${byPod!.kind}/${byPod!.name}`, `${whole!.kind}/${whole!.name}`);
    assert.equal(
      byPod!.askedBy.map(({ name }) => name),
      [pod],
    );
  }
});

test('what is not there is not found, in the words and with the exit code of a failure', async () => {
  const { namespace } = described('forgotten-staging');
  const { exitCode, stdout, stderr } = await ask(asker(), ['explain', 'deployment/nope', '-n', namespace]);
  assert.equal([exitCode, stdout], [1, '']);
  assert.match(stderr, new RegExp(`^error: no deployment "nope" was found in ${namespace} namespace; `, 'm'));
});

test('who may list pods alone gets the workload that its pods refer to, and is told which lists could not be read', async () => {
  const workload = described('forgotten-staging');
  const { kubeconfig } = await accounts.make('explainer', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
  const [item] = await explained(asker(kubeconfig), nameOf(workload), '-n', workload.namespace);
  assert.is(item?.name, workload.name);
  assert.is(item?.verdict, 'unknown');
  const { stdout, exitCode } = await ask(asker(kubeconfig), ['explain', nameOf(workload), '-n', workload.namespace]);
  assert.is(exitCode, 0);
  assert.match(stdout, /^Stands by: +<unknown>, as /m);
  assert.match(stdout, /^ {2}leases +forbidden/m);
});

test.run();
