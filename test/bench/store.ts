/** The history by itself: a day of 1,000 pods, a sample in 5 minutes. */

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectObjects } from '../../lib/collect/objects/collect.ts';
import { simulatedClient } from '../../lib/kube/simulated/transport.ts';
import { type Engine, eachRow, startEngine } from '../../lib/store/engine.ts';
import { type History, openHistory } from '../../lib/store/history.ts';
import { readSql } from '../../lib/store/relation.ts';
import { DAY, MINUTE } from '../../lib/types/duration.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { bigCluster } from '../cluster/big-cluster.ts';
import { testRuntime } from '../kube/runtime.ts';
import { median, milliseconds, ratio, temporaryFolder, times } from './measure.ts';
import { samplesAt, writeOwnHistory } from './own-history.ts';
import type { Part } from './report.ts';

const PODS = 1000;
const ROUNDS = 9;
const HISTORY = { hours: 24, stepSeconds: 5 * MINUTE };

const STEPS = ['start', 'append', 'scan', 'read'] as const;
type Step = (typeof STEPS)[number];

const NAMES: Readonly<Record<Step, string>> = {
  start: 'starting the engine',
  append: `adding an instant of ${PODS} pods`,
  scan: 'a sum over all values of a day',
  read: 'use of all workloads over a day',
};

export const store: Part = {
  title: `The history of ${PODS} pods`,
  async measure(say) {
    const directory = temporaryFolder();
    const client = simulatedClient({ cluster: bigCluster(PODS), nowMs: Date.now() });
    say(`writing ${HISTORY.hours} h of history`);
    const rows = await writeOwnHistory(client, { directory, ...HISTORY });
    const { cluster, objects } = await collectObjects(
      client,
      { namespace: '', names: [], chunkSize: 500 },
      { nowMs: Date.now(), signal: new AbortController().signal, progress: () => undefined },
    );
    const found: Record<Step, number[]> = { start: [], append: [], scan: [], read: [] };
    for (let round = -1; round < ROUNDS; round++) {
      const history = openHistory({ directory, clusterId: cluster.id, runtime: testRuntime({ random: Math.random }) });
      const once = await oneRound(history, objects.workloads);
      // The first one loads what the others find loaded.
      if (round >= 0) for (const step of STEPS) found[step].push(once[step]);
    }
    const against = { start: found.start, append: found.start, scan: found.scan, read: found.scan };
    return {
      headings: ['STEP', 'TIME', 'RATIO', 'TO'],
      rows: STEPS.map((step) => {
        const peer = STEPS.find((each) => found[each] === against[step])!;
        return [NAMES[step], milliseconds(median(found[step])), times(ratio(found[step], against[step])), NAMES[peer]];
      }),
      figures: { 'time of appending': ratio(found.append, found.start), 'time of reading': ratio(found.read, found.scan) },
      notes: [`Medians of ${ROUNDS} rounds; ${rows} rows.`],
    };
  },
};

async function oneRound(history: History, workloads: readonly Workload[]): Promise<Readonly<Record<Step, number>>> {
  const nowMs = Date.now();
  const spill = join(tmpdir(), `upid-bench-${process.pid}`);
  const engine = await startEngine(`${spill}-scan`);
  try {
    // Starts the history's own engine.
    await history.interval({ fromMs: nowMs - 1, toMs: nowMs });
    return {
      start: await timed(async () => (await startEngine(`${spill}-start`)).close()),
      append: await timed(() => history.append(samplesAt(workloads, nowMs))),
      scan: await timed(() => sumOf(engine, history.folder)),
      read: await timed(() => history.usage({ fromMs: nowMs - DAY * 1000, toMs: nowMs, slotSeconds: HISTORY.stepSeconds })),
    };
  } finally {
    engine.close();
    history.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** What reading alone costs. */
async function sumOf({ connection }: Engine, folder: string): Promise<void> {
  const samples = join(folder, 'samples');
  const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.parquet'));
  const sql = `SELECT sum(hash(namespace, workload_kind, workload_name, pod, container)), sum(cpu_cores), sum(memory_bytes)
    FROM ${readSql(files.map((file) => ({ file: join(samples, file) })))}`;
  await eachRow(connection, sql, {}, () => undefined);
}
