/** The history that ships for the simulated cluster: always the same bytes, small, never written to, and telling the described story. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { demoCluster, SIMULATED_NOW_MS } from '../../../lib/kube/simulated/demo-cluster.ts';
import { topOwner } from '../../../lib/kube/simulated/objects/owners.ts';
import { writeDemoHistory } from '../../../lib/operations/demo-history.ts';
import { findIdleToBrowse } from '../../../lib/operations/idle.ts';
import { proposeOptimization } from '../../../lib/operations/optimize.ts';
import type { LookRequest } from '../../../lib/operations/request.ts';
import { defaultIdleSettings } from '../../../lib/operations/settings.ts';
import type { IdleResult } from '../../../lib/types/result.ts';
import { assert, suite } from '../../harness.ts';
import { errorOf } from '../config.ts';
import { temporaryFolder, testRuntime } from '../runtime.ts';

const test = suite('history of the demo');

const MOST_BYTES = 2_000_000;

let folder = '';
let before = '';

test.before(async () => {
  folder = temporaryFolder();
  await writeDemoHistory(folder);
  before = digest(folder);
});

async function findIdle(request: LookRequest): Promise<IdleResult> {
  return (await findIdleToBrowse(request)).result;
}

test('two builds write the same bytes', async () => {
  const again = temporaryFolder();
  await writeDemoHistory(again);
  assert.is(digest(again), before);
});

test('is small, and one file a day: two days of samples, and the hours of three weeks', () => {
  const files = filesIn(folder);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  const of = (table: string): number => files.filter((file) => file.includes(`/${table}/`)).length;
  assert.equal([of('samples'), of('hourly'), files.length], [2, 22, 24]);
});

test('every user of the machine may read it', () => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const { mode } = statSync(join(entry.parentPath, entry.name));
    assert.is(mode & 0o777, entry.isDirectory() ? 0o755 : 0o644);
  }
});

// Whose business hours these are must not matter for a fortnight of evidence.
for (const timeZone of ['Europe/Berlin', 'America/Los_Angeles', 'Pacific/Auckland']) {
  test(`every verdict on it is as described, asked from ${timeZone}`, async () => {
    const { findings } = await findIdle(demoRequest({ settings: defaultIdleSettings(timeZone) }));
    const wrong = demoCluster().workloads.flatMap((described) => {
      const top = topOwner(described);
      const finding = findings.find(
        ({ workload }) => workload.namespace === described.namespace && workload.kind === top.kind && workload.name === top.name,
      );
      return finding?.verdict === described.label
        ? []
        : [`${described.scenario} ${described.name}: ${described.label}, judged ${finding?.verdict}: ${finding?.reason}`];
    });
    assert.equal(wrong, []);
    assert.is(findings.length, demoCluster().workloads.length);
  });
}

test('a first look shows several idle workloads worth listing, several used ones and a few unknown', async () => {
  const { findings, settings, cluster, observedAtMs } = await findIdle(demoRequest());
  const count = (verdict: string): number => findings.filter((finding) => finding.verdict === verdict).length;
  assert.ok(count('idle') >= 8 && count('active') >= 15 && count('unknown') >= 3);
  assert.ok(findings.filter(({ verdict }) => verdict === 'idle').every(({ confidence }) => confidence >= settings.confidence));
  assert.is(cluster.simulated, true);
  assert.is(observedAtMs, SIMULATED_NOW_MS);
});

test('looking at it is the same whenever it is done, and writes nothing', async () => {
  const later = testRuntime({ now: () => Date.UTC(2031, 0, 1) });
  const plain = ({ findings }: IdleResult): string => JSON.stringify(findings);
  assert.is(plain(await findIdle(demoRequest({ runtime: later }))), plain(await findIdle(demoRequest())));
  assert.is(digest(folder), before);
  assert.equal(readdirSync(later.homeDirectory), []);
});

test('without the folder the demo says that it is missing, and what to do', async () => {
  const missing = join(folder, 'none');
  const error = await errorOf(findIdle(demoRequest({ demoHistory: missing })));
  assert.is(error.id, 'history-missing');
  assert.ok(error.message.includes(missing));
  assert.ok(error.remedy);
});

test('the plan on it names what the demo was put together for, and the simulated server accepts every patch', async () => {
  const { plan } = await proposeOptimization({ ...demoRequest(), dryRun: 'server', risk: 'medium' });
  assert.equal(
    plan.recommendations.filter(({ dryRun, emitted }) => dryRun.state !== 'accepted' && emitted === undefined),
    [],
  );
  const rules = (name: string): readonly string[] =>
    plan.recommendations.filter(({ target }) => target.name === name).flatMap(({ changes }) => changes.map(({ rule }) => rule));
  assert.ok(rules('image-resizer').some((rule) => rule.startsWith('OOM kill')));
  assert.ok(rules('tokenizer').includes('LimitRange minimum'));
  assert.equal(rules('voucher-api').includes('idle'), false);
  assert.ok(rules('checkout-staging').includes('idle'));
  const declined = (name: string): string =>
    plan.declined
      .filter(({ target }) => target.name === name)
      .map(({ reason }) => reason)
      .join();
  const emitted = (name: string) => plan.recommendations.find(({ target }) => target.name === name)?.emitted;
  assert.match(emitted('catalog')?.destination ?? '', /Helm/);
  assert.match(emitted('orders-etl')?.destination ?? declined('orders-etl'), /Argo CD/);
  assert.match(declined('fraud-scoring'), /-Xmx2g/);
});

test('without history there is nothing to rest a verdict on, so none is idle', async () => {
  const { findings } = await findIdle(demoRequest({ demoHistory: join(folder, 'none'), history: false }));
  assert.ok(findings.every(({ verdict }) => verdict !== 'idle'));
});

function demoRequest(changes: Partial<LookRequest> = {}): LookRequest {
  return {
    connection: {},
    demo: true,
    demoHistory: folder,
    scope: { allNamespaces: true, names: [], chunkSize: 500 },
    prometheus: { headers: [], enabled: true },
    history: undefined,
    settings: defaultIdleSettings('Europe/Berlin'),
    runtime: testRuntime(),
    signal: new AbortController().signal,
    progress: () => undefined,
    ...changes,
  };
}

function digest(directory: string): string {
  const hash = createHash('sha256');
  for (const file of filesIn(directory)) hash.update(`${file.slice(directory.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

test.run();
