/** A process that reads a history again and again until it is told to stop, and tells how often it did and the first thing that went wrong. */

import process from 'node:process';
import { openHistory } from '../../lib/store/history.ts';
import { queryViews } from '../../lib/store/sandbox.ts';
import { testRuntime } from '../kube/runtime.ts';

const { directory, clusterId, podsARound } = JSON.parse(process.argv[2] ?? '') as {
  readonly directory: string;
  readonly clusterId: string;
  readonly podsARound: number;
};

const DAY_MS = 86_400_000;
const runtime = testRuntime({ now: Date.now, random: Math.random });
let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});

/** Rounds whose pods are not all there, and what cannot be read. */
async function readOnce(): Promise<readonly string[]> {
  const history = openHistory({ directory, clusterId, runtime });
  try {
    const period = { fromMs: Date.now() - DAY_MS, toMs: Date.now() };
    await history.usage({ ...period, slotSeconds: 300 });
    await history.containers(period);
    await history.hours(period);
    const { folder } = history;
    const sql = `SELECT observed_at, count(*) FROM pods WHERE phase <> 'Gone' GROUP BY ALL HAVING count(*) <> ${podsARound}`;
    const request = { folder, clusterId, sql, timeoutSeconds: 60, runtime, signal: new AbortController().signal };
    const halves = await queryViews(request, async ({ rows, problems }) => {
      const found = [...problems];
      for await (const some of rows) found.push(...some.map((row) => `a round of ${String(row[1])} pods at ${String(row[0])}`));
      return found;
    });
    return [...history.problems(), ...halves];
  } finally {
    await history.close();
  }
}

let reads = 0;
let wrong: string | undefined;
while (!stopped && wrong === undefined) {
  try {
    [wrong] = await readOnce();
    reads += 1;
    // The collectors need the machine too.
    await new Promise((resolve) => setTimeout(resolve, 200));
  } catch (error) {
    wrong = String(error);
  }
}
process.stdout.write(JSON.stringify({ reads, ...(wrong !== undefined && { wrong }) }));
