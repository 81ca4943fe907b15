/** Collectors of a real cluster that are killed at any point, again and again, while others read what they record. */

import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openHistory } from '../../lib/store/history.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { type Outcome, outcomeOf, run } from '../plugin/run.ts';

const test = clusterSuite('collectors that are killed');

const KILLS = 200;
/** Collectors at the same time, on one history. */
const LANES = 3;
const READERS = 3;
/** Every other one is killed at a point of its start or of its first round, */
const EARLY_MS = 1500;
/** the others so long at most after they told of a round: in the pause, in the next one, in what tidies up. */
const LATE_MS = 1500;

const READER = fileURLToPath(new URL('./history-reader.ts', import.meta.url));

let cluster: TestCluster;

test.before(async () => {
  ({ cluster } = await sharedCluster());
});

/** Numbers of 32 bits from a seed (Marsaglia's xorshift), so that the kills come at the same delays each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

test(`${KILLS} kills at random points: readers never fail, no round is half there, and none that was told of is missing`, async () => {
  const directory = temporaryFolder();
  const flags = ['-A', '--prometheus=false', '--kubeconfig', cluster.kubeconfig, '--history', directory];
  const first = await run(['collect', ...flags, '-o', 'json']);
  assert.is(first.exitCode, 0, first.stderr);
  const [round] = JSON.parse(first.stdout).items as readonly {
    readonly cluster: string;
    readonly pods: number;
    readonly workloads: number;
  }[];
  const { cluster: clusterId, pods: podsARound, workloads: workloadsARound } = round!;

  const readers = Array.from({ length: READERS }, () => startReader({ directory, clusterId, podsARound }));
  const random = seeded(20_261_125);
  // Second in which a round began → rounds that were told of.
  const toldAt = new Map<string, number>();
  let [kills, told] = [0, 1];
  const lane = async (): Promise<void> => {
    while (kills < KILLS) {
      kills += 1;
      for (const at of await killed(flags, kills % 2 === 0, random())) {
        told += 1;
        toldAt.set(at, (toldAt.get(at) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const last = await run(['collect', ...flags, '-o', 'json']);
  assert.is(last.exitCode, 0, last.stderr);
  told += 1;

  for (const { reader, answer } of readers) {
    reader.kill('SIGTERM');
    const { reads, wrong } = await answer;
    assert.is(wrong, undefined);
    assert.ok(reads >= 3, `a reader read ${reads} times`);
  }

  const count = async (sql: string): Promise<number> => {
    const asked = ['data', 'query', '--history', directory, '--cluster-id', clusterId, '--no-headers', sql];
    const { exitCode, stdout, stderr } = await run(asked);
    assert.equal({ exitCode, stderr }, { exitCode: 0, stderr: '' });
    return Number(stdout);
  };
  // Every round writes so many rows, all or none.
  const inPods = (await count("SELECT count(*) FROM pods WHERE phase <> 'Gone'")) / podsARound;
  const inWorkloads = (await count('SELECT count(*) FROM workloads')) / workloadsARound;
  assert.ok(Number.isInteger(inPods) && Number.isInteger(inWorkloads), `${inPods} and ${inWorkloads} rounds`);
  assert.ok(told > KILLS / 4, `${told} rounds were told of`);
  assert.ok(
    inPods >= told && inPods <= inWorkloads && inWorkloads <= told + KILLS,
    `${told} told, ${inPods} pods, ${inWorkloads} workloads`,
  );
  const recorded = await run([
    ...['data', 'query', '--history', directory, '--cluster-id', clusterId, '--no-headers', '-o', 'csv'],
    `SELECT strftime(observed_at, '%Y-%m-%dT%H:%M:%SZ'), count(*) / ${podsARound} FROM pods WHERE phase <> 'Gone' GROUP BY 1`,
  ]);
  const recordedAt = new Map(
    recorded.stdout
      .trim()
      .split(/\r?\n/)
      .map((line) => [line.split(',')[0]!, Number(line.split(',')[1])]),
  );
  for (const [at, rounds] of toldAt) assert.ok((recordedAt.get(at) ?? 0) >= rounds, `a round at ${at} is missing`);
  const history = openHistory({ directory, clusterId, runtime: testRuntime() });
  await history.compact();
  assert.equal(history.problems(), []);
  await history.close();
  assert.is((await count("SELECT count(*) FROM pods WHERE phase <> 'Gone'")) / podsARound, inPods);
});

/** A collector that is killed at a point in (0, 1) of its time; when the rounds began that it told of. */
async function killed(flags: readonly string[], early: boolean, point: number): Promise<readonly string[]> {
  let child: ChildProcess | undefined;
  const outcome = run(['collect', ...flags, '--every', '1s', '--no-headers'], {
    started: (process) => {
      child = process;
    },
  });
  if (!early) await Promise.race([outcome, new Promise((resolve) => child!.stdout!.once('data', resolve))]);
  await new Promise((resolve) => setTimeout(resolve, point * (early ? EARLY_MS : LATE_MS)));
  child!.kill('SIGKILL');
  const { stdout } = await outcome;
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ')[0]!);
}

/** A reader, and what it tells in the end, which may come early where something is wrong. */
function startReader(asked: { readonly directory: string; readonly clusterId: string; readonly podsARound: number }) {
  const reader = spawn(process.execPath, [READER, JSON.stringify(asked)], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { reader, answer: answerOf(outcomeOf(reader)) };
}

async function answerOf(outcome: Promise<Outcome>): Promise<{ readonly reads: number; readonly wrong?: string }> {
  const { stdout, stderr } = await outcome;
  return stdout === '' ? { reads: 0, wrong: `it told nothing: ${stderr}` } : JSON.parse(stdout);
}

test.run();
