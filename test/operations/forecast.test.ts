/** Forecasts on a real control plane with two weeks of history in a real Prometheus, and from the own history alone. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { podSeries } from '../../lib/kube/simulated/usage.ts';
import { formatUse } from '../../lib/types/forecast-figures.ts';
import { startCluster, type TestCluster } from '../cluster/cluster.ts';
import type { FilledCluster } from '../cluster/fill/fill.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert, skip } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { type Outcome, PROGRAM } from '../plugin/run.ts';
import { TmuxTerminal, tmuxMissing } from '../ui/tmux.ts';
import { type Asker, ask } from './ask.ts';
import { assertPublished } from './published.ts';
import { recordHistory } from './recorded.ts';

const test = clusterSuite('forecast on a real control plane');

const HOUR_MS = 3_600_000;
const DAYS = 15;
const SEED = 6;

let cluster: TestCluster;
let filled: FilledCluster;

test.before(async () => {
  cluster = await startCluster({ history: ['prometheus'] });
  const scenarios = ['busy-web', 'nightly-batch', 'memory-holding-cache', 'host-network', 'sidecar-noise'] as const;
  filled = await cluster.fill(labelledCluster(SEED, { scenarios, nodes: 2 }), {
    days: DAYS,
    stepSeconds: 60,
    awaitMetrics: true,
  });
});

test.after(() => cluster.stop());

interface Item {
  readonly name: string;
  readonly resource: string;
  readonly state: string;
  readonly historyHours: number;
  readonly historySources: readonly string[];
  readonly now: number;
  readonly forecast: {
    readonly start: string;
    readonly mean: readonly number[];
    readonly intervals: readonly { readonly level: number; readonly low: readonly number[]; readonly high: readonly number[] }[];
  };
  readonly nextWeek: { readonly peak: { readonly value: number } };
  readonly trend?: object;
  readonly anomalies?: object;
}

interface Training {
  readonly metadata: { readonly model: string; readonly file?: string };
  readonly items: readonly ({ readonly resource: string; readonly outcome: string } & Readonly<
    Record<'shippedMase' | 'ownMase' | 'shippedMsis' | 'ownMsis', number>
  >)[];
}

interface List {
  readonly metadata: {
    readonly cluster: { readonly id: string };
    readonly sources: readonly { source: string; state: string }[];
  };
  readonly items: readonly Item[];
}

function asker(history = temporaryFolder()): Asker {
  return { kubeconfig: cluster.kubeconfig, history };
}

async function forecast(who: Asker, ...args: readonly string[]): Promise<{ readonly list: List; readonly outcome: Outcome }> {
  const outcome = await ask(who, ['forecast', '-A', '-ojson', ...args]);
  const list = JSON.parse(outcome.stdout) as List;
  assertPublished('forecast-list', list);
  return { list, outcome };
}

/** The described workload of a scenario. */
function described(scenario: string) {
  return filled.description.workloads.find((workload) => workload.scenario === scenario)!;
}

test('two weeks in Prometheus are enough for each workload and resource, and the intervals lie in each other', async () => {
  const { list, outcome } = await forecast(asker());
  assert.is(outcome.exitCode, 0, outcome.stderr);
  const { state } = list.metadata.sources.find(({ source }) => source === 'prometheus')!;
  assert.is(state, 'used');
  const { name } = described('busy-web');
  for (const resource of ['cpu', 'memory', 'network']) {
    const item = list.items.find((each) => each.name === name && each.resource === resource)!;
    assert.is(item.state, 'forecast', JSON.stringify(item).slice(0, 300));
    assert.ok(item.historyHours >= DAYS * 24 - 2, String(item.historyHours));
    assert.is(item.historySources[0], 'prometheus');
    assert.is(item.forecast.mean.length, 168);
    for (const [hour, mean] of item.forecast.mean.entries()) {
      const [half, most, nearly] = item.forecast.intervals;
      const ends = [nearly!.low, most!.low, half!.low, half!.high, most!.high, nearly!.high].map((values) => values[hour]!);
      assert.equal(
        ends,
        ends.toSorted((a, b) => a - b),
        `${resource} at ${hour}`,
      );
      assert.ok(ends[0]! >= 0 && mean >= ends[0]! && mean <= ends[5]!, `${resource} at ${hour}`);
    }
    assert.ok(item.trend);
    assert.ok(item.anomalies);
  }
});

test('the hours are those of all pods together', async () => {
  const workload = described('busy-web');
  const { list } = await forecast(asker(), '--resource', 'cpu');
  const item = list.items.find(({ name }) => name === workload.name)!;
  const toMs = Date.parse(item.forecast.start);
  const cores = filled.pods
    .filter((pod) => pod.workload === workload.name && pod.namespace === workload.namespace)
    .flatMap(({ replica }) => {
      const podStartMs = filled.nowMs - (workload.podAgeHours ?? workload.ageHours) * HOUR_MS;
      const period = { fromMs: toMs - HOUR_MS, toMs, stepSeconds: 60, nowMs: filled.nowMs, seed: SEED, podStartMs };
      const { containers } = podSeries(workload, replica, period);
      return [...containers.values()].map(({ cpuCores }) => cpuCores.reduce((sum, value) => sum + value, 0) / cpuCores.length);
    });
  const expected = cores.reduce((sum, value) => sum + value, 0);
  assert.ok(Math.abs(item.now - expected) < 0.15 * expected, `${item.now} of ${expected}`);
});

test('the network of pods on the host network is refused, with how much there is', async () => {
  const { name } = described('host-network');
  const { list } = await forecast(asker(), '--resource', 'network');
  assert.is(list.items.find((item) => item.name === name)!.state, 'not-enough-history');
});

test('the same question gives the same answer, whatever else the moment brings', async () => {
  const told = async (): Promise<unknown> => (await forecast(asker(), '--no-headers')).list.items;
  assert.equal(await told(), await told());
});

test('without Prometheus and with the history of a day and more a workload that is named is refused in a sentence, exit code 1', async () => {
  const workload = described('busy-web');
  const { list } = await forecast(asker());
  const who = asker();
  const toMs = Math.floor(filled.nowMs / HOUR_MS) * HOUR_MS;
  const period = { fromMs: toMs - 31 * HOUR_MS, toMs, stepSeconds: 300 };
  await recordHistory(who.history, list.metadata.cluster.id, filled, [workload], period);
  const named = ['forecast', `deployment/${workload.name}`, '-n', workload.namespace, '--prometheus=false'];
  const { exitCode, stdout, stderr } = await ask(who, named);
  assert.is(exitCode, 1);
  assert.match(stdout, /not enough history: 3[01] h of 72 h/);
  assert.match(stderr, /^3 of 3 series not forecast: not enough history, at most 3[01] h of 72 h; .+$/m);
  assert.match(
    stderr,
    new RegExp(`^error: not enough history of deployment/${workload.name} to forecast: 3[01] h of 72 h; .+$`, 'm'),
  );
});

test('the own history fills what Prometheus lacks: four days of it are enough without Prometheus', async () => {
  const workload = described('nightly-batch');
  const busy = described('busy-web');
  const { list } = await forecast(asker());
  const who = asker();
  const toMs = Math.floor(filled.nowMs / HOUR_MS) * HOUR_MS;
  await recordHistory(who.history, list.metadata.cluster.id, filled, [busy], {
    fromMs: toMs - 96 * HOUR_MS,
    toMs,
    stepSeconds: 300,
  });
  const { list: own, outcome } = await forecast(who, '--prometheus=false');
  assert.is(outcome.exitCode, 0, outcome.stderr);
  const of = (name: string) => own.items.find((item) => item.name === name && item.resource === 'cpu')!;
  assert.equal([of(busy.name).state, of(busy.name).historySources], ['forecast', ['history']]);
  assert.is(of(workload.owner?.name ?? workload.name).state, 'not-enough-history');
});

const noTmux = tmuxMissing();
if (noTmux !== undefined) skip('the forecast over the idle view of a real control plane', noTmux);
else
  test('from the idle view f asks this cluster and its Prometheus about the selected workload, and shows what forecast does', async () => {
    const { name, namespace } = described('memory-holding-cache');
    const { list } = await forecast(asker(), '--resource', 'cpu');
    const { nextWeek } = list.items.find((item) => item.name === name)!;
    const terminal = new TmuxTerminal({
      columns: 120,
      rows: 35,
      workingDirectory: dirname(PROGRAM),
      env: { KUBECONFIG: cluster.kubeconfig, TZ: 'UTC' },
    });
    try {
      terminal.enter(`${PROGRAM} idle -n ${namespace} --history ${temporaryFolder()}`);
      await terminal.see(/<q> quit/);
      terminal.enter(`/${name}`);
      terminal.press('f');
      const page = await terminal.see(/^CPU$[\s\S]*^ {2}week peak .*$/m);
      assert.match(page, new RegExp(`^ {2}week peak +${formatUse('cpu', nextWeek.peak.value)} `, 'm'), page);
      terminal.press('q');
      await terminal.see(/\$\n$/);
    } finally {
      terminal.close();
    }
  });

test('training on two weeks keeps what is better beside the history, where forecast finds it, and the same figures come again', async () => {
  const who = asker();
  const train = async () => {
    const { exitCode, stdout, stderr } = await ask(who, ['model', 'train', '-A', '-ojson']);
    assert.is(exitCode, 0, stderr);
    const list = JSON.parse(stdout) as Training;
    assertPublished('model-training-list', list);
    return list;
  };
  const { metadata, items } = await train();
  // Memory that never changes teaches nothing.
  assert.ok(items.some(({ resource }) => resource === 'cpu'));
  for (const { outcome, shippedMsis, ownMsis, shippedMase, ownMase } of items)
    assert.is(outcome === 'kept', ownMsis < shippedMsis && ownMase <= shippedMase, outcome);
  assert.equal((await train()).items, items);
  const kept = items.filter(({ outcome }) => outcome === 'kept').map(({ resource }) => resource);
  assert.is(metadata.file !== undefined, kept.length > 0);
  if (metadata.file === undefined) return;
  const { kind, base, metrics } = JSON.parse(readFileSync(metadata.file, 'utf8'));
  assert.equal([kind, base, Object.keys(metrics)], ['ForecastTuning', metadata.model, kept]);
  const { list } = await forecast(who);
  assert.match((list.metadata as unknown as { model: string }).model, /, fine-tuned \d{4}-\d\d-\d\d$/);
  writeFileSync(metadata.file, '{"kind": "something else"}');
  const { outcome } = await forecast(who);
  assert.is(outcome.exitCode, 0);
  assert.match(outcome.stderr, `Warning: own model: ${metadata.file} is no ForecastTuning; `);
});

test('training refuses a history that is too short, with how much there is', async () => {
  const { exitCode, stderr } = await ask(asker(), ['model', 'train', '-A', '--prometheus=false']);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: not enough history to learn from: \d h of 216 h; .+$/m);
});

test.run();
