/**
 * Processes that are killed while they change a real cluster: whatever moment it was, no object is changed without a journal that
 * says so, `history` tells the truth of each, and what was begun is finished by applying again or taken back.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readJournals } from '../../lib/change/journal/journal.ts';
import { marksOf } from '../../lib/change/mark.ts';
import { applyPlan } from '../../lib/operations/change/apply.ts';
import { changeHistory } from '../../lib/operations/change/history.ts';
import { rollBack } from '../../lib/operations/change/rollback.ts';
import type { Recommendation } from '../../lib/types/plan.ts';
import { seededRandom } from '../../training/random.ts';
import type { KubeObject } from '../cluster/api.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import { nodeManifest, until } from '../cluster/fill/objects.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import type { ApplyJob } from './apply-process.ts';
import { changeRequest } from './change-request.ts';
import { identityOf, podTemplate, toRequest, toZero } from './recommended.ts';

const test = clusterSuite('changes that are killed');

const KILLS = 100;
/** At a time, each on objects and in a home of its own. */
const LANES = 2;
/** From the beginning of the change, milliseconds: a whole one takes about a second. */
const LATEST_KILL = 1100;

const NAMES = ['web', 'api', 'idle', 'jobs'] as const;
const CHILD = fileURLToPath(new URL('apply-process.ts', import.meta.url));
const LOADER = fileURLToPath(new URL('../tsx-loader.mjs', import.meta.url));

let cluster: TestCluster;

test.before(async () => {
  cluster = await startCluster({ metricsServer: false, history: [] });
  await cluster.api.create('/api/v1/nodes', nodeManifest({ name: 'node-a', cpu: '64', memory: '256Gi' }, 0));
});

test.after(() => cluster?.stop());

function pathOf(namespace: string, name = ''): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments${name && `/${name}`}`;
}

async function objectsIn(namespace: string): Promise<readonly KubeObject[]> {
  return Promise.all(NAMES.map((name) => cluster.api.get(pathOf(namespace, name))));
}

async function makeLane(namespace: string): Promise<void> {
  await cluster.api.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  for (const name of NAMES) {
    const labels = { app: name };
    const spec = { replicas: 3, selector: { matchLabels: labels }, template: podTemplate(labels) };
    const metadata = { name, namespace };
    await cluster.api.send('POST', pathOf(namespace), { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  }
  await until('pods are ready', async () => (await objectsIn(namespace)).every(({ status }) => status?.readyReplicas === 3));
}

/** One goes to zero by way of one replica, the others get another request. */
function recommendationsFor(objects: readonly KubeObject[]): readonly Recommendation[] {
  return objects.map(({ metadata, spec }) => {
    const target = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
    };
    return metadata.name === 'idle'
      ? toZero(target, Number(spec?.replicas))
      : toRequest(target, '/spec/template', { request: '125m' });
  });
}

/** Whether it was killed; else it had ended by itself. */
async function killed(job: ApplyJob, delay: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', LOADER, CHILD, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay));
  return await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal === 'SIGKILL')));
}

function specsOf(objects: readonly KubeObject[]): readonly unknown[] {
  return objects.map(({ metadata, spec }) => ({ name: metadata.name, spec, change: metadata.annotations?.['upid.dev/change'] }));
}

/** Objects and history of one moment: a patch that was under way when its process was killed may arrive between two looks. */
async function seen(namespace: string, home: string) {
  for (let objects = await objectsIn(namespace); ; ) {
    const history = await changeHistory({ ...changeRequest(cluster.kubeconfig, home), change: undefined });
    const after = await objectsIn(namespace);
    if (JSON.stringify(specsOf(after)) === JSON.stringify(specsOf(objects))) return { objects, history };
    objects = after;
  }
}

/** @returns whether anything was changed */
async function assertTruth(
  namespace: string,
  home: string,
  before: readonly unknown[],
  earlier: ReadonlySet<string>,
): Promise<boolean> {
  const { objects, history } = await seen(namespace, home);
  const { changes, problems } = await readJournals(join(home, 'changes'));
  assert.equal(problems, []);
  // None where it was killed before it had begun.
  const told = history.find(({ id }) => !earlier.has(id));
  for (const [at, object] of objects.entries()) {
    const marks = marksOf(object) ?? [];
    for (const { change } of marks) {
      const journal = changes.find(({ id }) => id === change);
      assert.ok(
        journal?.steps.some(({ target }) => target.uid === object.metadata.uid),
        `${object.metadata.name} has no journal`,
      );
    }
    const isChanged = JSON.stringify(specsOf([object])) !== JSON.stringify([before[at]]);
    assert.is(isChanged, marks.length > 0, `${object.metadata.name} is changed without a mark`);
    const state = told?.steps.find(({ target }) => target.uid === object.metadata.uid)?.state;
    const isTold = state === 'applied' || state === 'verified';
    assert.is(
      isTold,
      marks.some(({ change }) => change === told?.id),
      `${object.metadata.name} is said to be ${state}`,
    );
  }
  return objects.some((object) => (marksOf(object) ?? []).length > 0);
}

test(`${KILLS} processes that are killed in the middle of apply`, async () => {
  const identity = await identityOf(cluster);
  const count = { kills: 0, changed: 0, again: 0, back: 0 };
  const lane = async (index: number): Promise<void> => {
    const namespace = `lane-${index}`;
    const home = temporaryFolder();
    const random = seededRandom(index + 1);
    await makeLane(namespace);
    const before = specsOf(await objectsIn(namespace));
    for (let round = 0; count.kills < KILLS; round++) {
      const recommendations = recommendationsFor(await objectsIn(namespace));
      const earlier = new Set((await readJournals(join(home, 'changes'))).changes.map(({ id }) => id));
      const job = { kubeconfig: cluster.kubeconfig, home, cluster: identity, recommendations };
      if (await killed(job, random() * LATEST_KILL)) count.kills++;
      const isChanged = await assertTruth(namespace, home, before, earlier);
      if (isChanged) count.changed++;
      const request = changeRequest(cluster.kubeconfig, home);
      if (round % 2 === 0) {
        const { objects } = await applyPlan({ cluster: identity, recommendations }, request);
        for (const { target, state, reason } of objects)
          assert.ok(state === 'verified' || state === 'unchanged', `${target.name}: ${state} ${reason}`);
        const wanted = await objectsIn(namespace);
        assert.is(wanted.find(({ metadata: { name } }) => name === 'idle')?.spec?.replicas, 0);
        count.again++;
      } else count.back++;
      if (isChanged || round % 2 === 0) await rollBack({ ...request, what: { all: true }, namespace: undefined });
      assert.equal(specsOf(await objectsIn(namespace)), before, `after ${round} rounds of ${namespace}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
  process.stdout.write(
    `${count.kills} killed, ${count.changed} with changes, ${count.again} applied again, ${count.back} taken back\n`,
  );
  assert.ok(count.changed > KILLS / 4 && count.again > 0 && count.back > 0, JSON.stringify(count));
});

test.run();
