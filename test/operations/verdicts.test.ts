/** The main job on a real control plane: who is idle, on which evidence, from whichever source has it. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { historyServers } from '../cluster/history/servers.ts';
import type { SharedCluster } from '../cluster/shared.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert, skip } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { type Answer, type Asker, ask, askIdle, type IdleItem, itemOf, sourceOf, wrongVerdicts } from './ask.ts';
import { recordHistory } from './recorded.ts';

const test = clusterSuite('verdicts on a real cluster');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How often somebody's scheduler has run the program. */
const STEP_SECONDS = 600;

let shared: SharedCluster;
/** With Prometheus as it is found, and no history before. */
let found: Answer;

test.before(async () => {
  shared = await sharedCluster();
  found = await askIdle(asker());
});

/** With a history of its own, empty as on the first run. */
function asker(history = temporaryFolder()): Asker {
  return { kubeconfig: shared.cluster.kubeconfig, history };
}

function described(scenario: string): WorkloadDescription {
  return shared.filled.description.workloads.find((workload) => workload.scenario === scenario)!;
}

function labelled(label: string): readonly string[] {
  return shared.filled.description.workloads
    .filter((workload) => workload.label === label)
    .map(({ name, owner }) => owner?.name ?? name);
}

function factorOf(item: IdleItem, name: string) {
  return item.factors.find(({ factor }) => factor === name)!;
}

/** A factor in a message, without its series. */
function told(factor: object): string {
  return JSON.stringify({ ...factor, series: undefined });
}

test('with Prometheus found through the service proxy every workload gets the verdict of its label', () => {
  assert.equal(wrongVerdicts(found, shared.filled), []);
  assert.ok(new Set(shared.filled.description.workloads.map(({ scenario }) => scenario)).size >= 12);
  const { state, gave } = sourceOf(found, 'prometheus');
  assert.is(state, 'used');
  assert.match(gave ?? '', /^monitoring\/prometheus:9090 through the service proxy: use of (\d+) of \1 workloads/);
  assert.is(found.stderr, '');
});

test('the sources are told with what each gave', () => {
  assert.match(sourceOf(found, 'history').gave ?? '', /^use of \d+ workloads at this moment, in /);
  assert.is(sourceOf(found, 'cronjobs').gave, '1 cronjob');
  const states = new Map(found.list.metadata.sources.map(({ source, state }) => [source, state]));
  for (const source of ['pods', 'replicasets', 'deployments', 'nodes', 'metrics.k8s.io', 'prometheus', 'history'])
    assert.is(states.get(source), 'used', source);
  const { counts } = found.list.metadata;
  assert.is(counts.examined, found.list.items.length);
  assert.is(counts.idle + counts.active + counts.unknown, counts.examined);
});

test('each factor of each verdict says what was seen, and a measured one where, when, how much and for how long', () => {
  for (const item of found.list.items) {
    assert.equal(item.factors.map(({ factor }) => factor).toSorted(), [
      'business-hours',
      'cpu',
      'earlier-use',
      'life',
      'memory',
      'network',
      'requests',
    ]);
    assert.ok(item.reason.length > 0);
    for (const factor of item.factors) assert.ok(factor.state.length > 0 && factor.evidence.length > 0, item.name);
    for (const factor of item.factors.filter(({ from }) => from !== undefined)) {
      const what = `${item.name}: ${told(factor)}`;
      assert.match(factor.source ?? '', /prometheus|nginx_ingress_controller_requests/, what);
      assert.ok(Date.parse(factor.from!) < Date.parse(factor.to!), what);
      assert.type(factor.unit, 'string', what);
      assert.type(factor.value, 'number', what);
    }
  }
});

test('an idle verdict rests on CPU, network and requests that lie below their thresholds for longer than asked for', () => {
  for (const name of labelled('idle')) {
    const item = itemOf(found, name);
    assert.ok(item.confidence >= 0.85, `${name}: ${item.confidence}`);
    for (const factor of ['cpu', 'network', 'requests'].map((each) => factorOf(item, each))) {
      const what = `${name}: ${told(factor)}`;
      assert.is(factor.state, 'supports', what);
      assert.ok(factor.value! <= factor.threshold!, what);
      assert.ok(factor.quietSeconds! >= factor.requiredSeconds!, what);
      assert.ok(Date.parse(factor.to!) > Date.parse(found.list.metadata.observedAt) - 5 * 60_000, what);
    }
    const since = Date.parse(item.idleSince ?? '');
    assert.ok(since < Date.parse(found.list.metadata.observedAt) - 4 * HOUR_MS, name);
  }
});

test('idleness is as long as described, and only said to be longer where the evidence begins with it', () => {
  const spike = itemOf(found, described('startup-spike').name);
  const podAgeMs = described('startup-spike').podAgeHours! * HOUR_MS;
  assert.is(spike.idleAtLeast, false);
  assert.ok(Math.abs(shared.filled.nowMs - podAgeMs - Date.parse(spike.idleSince!)) < 2 * HOUR_MS, spike.idleSince);
  assert.is(itemOf(found, described('forgotten-staging').name).idleAtLeast, true);
  assert.is(itemOf(found, described('earlier-metrics-gap').name).idleAtLeast, true, 'what happened in the hole is not known');
});

const VICTORIA_METRICS = 'VictoriaMetrics, named by --prometheus-url, leads to the same verdicts';

if (historyServers().includes('victoria-metrics'))
  test(VICTORIA_METRICS, async () => {
    const answer = await askIdle(asker(), '--prometheus-url', shared.cluster.victoriaMetricsUrl!);
    assert.equal(wrongVerdicts(answer, shared.filled), []);
    assert.match(sourceOf(answer, 'prometheus').gave ?? '', shared.cluster.victoriaMetricsUrl!);
  });
else skip(VICTORIA_METRICS, 'VictoriaMetrics is not installed');

test('without any history nothing is called idle, and each workload says what is missing and how to get it', async () => {
  const answer = await askIdle(asker(), '--prometheus=false');
  assert.is(answer.list.metadata.counts.idle, 0);
  for (const name of labelled('idle')) {
    const { verdict, reason, missing } = itemOf(answer, name);
    assert.is(verdict, 'unknown', `${name}: ${reason}`);
    assert.match(reason, /CPU: .*; network: /);
    assert.ok(missing.length > 0);
    for (const { what, remedy } of missing)
      assert.ok(
        what.length > 0 && /--prometheus-url to a Prometheus that scrapes the kubelets|http_requests_total/.test(remedy),
        remedy,
      );
  }
  for (const name of labelled('active')) assert.ok(['active', 'unknown'].includes(itemOf(answer, name).verdict), name);
  assert.is(sourceOf(answer, 'prometheus').state, 'not-asked');
});

test('a week that earlier runs recorded is enough without any Prometheus', async () => {
  const history = temporaryFolder();
  const { filled } = shared;
  const nowMs = Date.now();
  await recordHistory(history, found.list.metadata.cluster.id, filled, filled.description.workloads, {
    fromMs: nowMs - 7 * DAY_MS,
    toMs: nowMs,
    stepSeconds: STEP_SECONDS,
  });
  const answer = await askIdle(asker(history), '--prometheus=false');
  assert.equal(wrongVerdicts(answer, filled), []);
  assert.match(sourceOf(answer, 'history').gave ?? '', /^use of \d+ workloads, back to (6d23h|7d) ago, sampled every 10m, in /);
  const item = itemOf(answer, described('forgotten-staging').name);
  assert.match(factorOf(item, 'network').source ?? '', /^history/);
});

test('where samples are missing, the remedy is to wait until enough of them are there', () => {
  const { missing } = itemOf(found, described('recent-metrics-gap').name);
  assert.ok(missing.length > 0);
  for (const { what, remedy } of missing) {
    assert.match(what, /samples are missing before that/);
    assert.match(remedy, /^ask again in \d+[hm]\d*m?, when it has been measured for long enough$/);
  }
});

test('what earlier runs recorded fills the hole that Prometheus has', async () => {
  const workload = described('recent-metrics-gap');
  const [gap] = workload.gaps!;
  const history = temporaryFolder();
  const { filled } = shared;
  const { gaps: _gaps, ...measured } = workload;
  await recordHistory(history, found.list.metadata.cluster.id, filled, [measured], {
    finerSeconds: filled.stepSeconds,
    fromMs: filled.nowMs - (gap!.fromHoursAgo + 0.5) * HOUR_MS,
    toMs: filled.nowMs - (gap!.toHoursAgo - 0.5) * HOUR_MS,
    stepSeconds: STEP_SECONDS,
  });
  assert.is(itemOf(found, workload.name).verdict, 'unknown');
  const item = itemOf(await askIdle(asker(history)), workload.name);
  assert.is(item.verdict, 'idle', item.reason);
  for (const factor of ['cpu', 'network']) assert.match(factorOf(item, factor).source ?? '', /^prometheus \+ history/);
});

test('use that only earlier runs saw counts as well', async () => {
  const workload = described('forgotten-staging');
  const history = temporaryFolder();
  const { filled } = shared;
  const visitMs = filled.nowMs - 9 * DAY_MS;
  const [container] = workload.containers;
  const visited: WorkloadDescription = {
    ...workload,
    activity: [{ container: container!.name, cpuCores: 1, networkBytesPerSecond: 50_000, pattern: { kind: 'constant' } }],
  };
  await recordHistory(history, found.list.metadata.cluster.id, filled, [visited], {
    fromMs: visitMs,
    toMs: visitMs + HOUR_MS / 2,
    stepSeconds: STEP_SECONDS,
  });
  const item = itemOf(await askIdle(asker(history)), workload.name);
  assert.is(item.verdict, 'active', item.reason);
  assert.ok(/^rarely used: once in [89]d, last 8d/.test(item.reason), item.reason);
});

test('each run adds what it saw to the history', async () => {
  const history = temporaryFolder();
  for (const _ of [1, 2]) await askIdle(asker(history), '--prometheus=false');
  const parts = readdirSync(history, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  assert.is(parts.length, 2);
});

test('a corrupt part of the history is named and left in place, and the other parts are used', async () => {
  const history = temporaryFolder();
  const { filled } = shared;
  const clusterId = found.list.metadata.cluster.id;
  const nowMs = Date.now();
  const period = { fromMs: nowMs - 3 * HOUR_MS, toMs: nowMs, stepSeconds: STEP_SECONDS };
  await recordHistory(history, clusterId, filled, [described('forgotten-staging')], period);
  const day = join(history, clusterId, 'samples', `day=${new Date(nowMs).toISOString().slice(0, 10)}`);
  const broken = join(day, '20260101T000000000Z-broken.parquet');
  mkdirSync(day, { recursive: true });
  writeFileSync(broken, 'PAR1 is how it begins, and not how it ends');
  const answer = await askIdle(asker(history), '--prometheus=false');
  const { state, reason } = sourceOf(answer, 'history');
  assert.is(state, 'partial');
  assert.match(reason ?? '', `history part ${broken} is left out: `);
  assert.match(answer.stderr, `Warning: history: history part ${broken} is left out: `);
  assert.is(answer.stderr.trimEnd().split('\n').length, 1);
  assert.match(readFileSync(broken, 'utf8'), /^PAR1 is how/);
  const cpu = factorOf(itemOf(answer, described('forgotten-staging').name), 'cpu');
  assert.match(cpu.source ?? '', 'history');
  assert.ok(cpu.quietSeconds! >= 2.5 * 3600, `${cpu.quietSeconds}`);
});

test('a history that cannot be written is told on standard error, and the answer comes all the same', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'no folder');
  const answer = await askIdle(asker(file));
  assert.equal(wrongVerdicts(answer, shared.filled), []);
  const lines = answer.stderr.trimEnd().split('\n');
  assert.is(lines.length, 1, answer.stderr);
  assert.match(lines[0]!, /^Warning: history: the history folder .*file.* cannot be read \(.+\); .*--history/);
  assert.is(readFileSync(file, 'utf8'), 'no folder');
});

test('the table tells the same as the list, with the reason in wide, and what is unknown below it', async () => {
  const { stdout, stderr } = await ask(asker(), ['idle', '-A', '-owide']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
  const idle = found.list.items.filter(({ verdict }) => verdict === 'idle');
  assert.equal(
    rows.slice(1).map(([namespace, name]) => `${namespace} ${name}`),
    idle.map(({ namespace, kind, name }) => `${namespace} ${kind.toLowerCase()}/${name}`),
  );
  assert.equal(rows[0]!.slice(-3), ['VERDICT', 'WASTE', 'EVIDENCE']);
  for (const row of rows.slice(1)) assert.match(row.at(-1)!, /^CPU at most .* for /);
  const { unknown } = found.list.metadata.counts;
  assert.match(stderr, new RegExp(`^${unknown} workloads unknown: .*; see --include-unknown\\n$`));
});

test.run();
