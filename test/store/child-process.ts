/** Started by child.ts: does one job with a history and prints what came of it. */

import process from 'node:process';
import { UpidError } from '../../lib/types/errors.ts';
import { HOUR, NOW, sample, testHistory } from './samples.ts';

export interface Job {
  readonly directory: string;
  /** Parts to write, one after another; 0: the history is read. */
  readonly parts: number;
  /** Rows of a part. */
  readonly rows: number;
  /** Part of the pods' names. */
  readonly writer: string;
  /** Wall clock; parts are a minute apart and end there. */
  readonly nowMs: number;
  /** How far the rows lie before the clock; 0 when absent. */
  readonly backMs?: number;
}

export interface Outcome {
  readonly written: number;
  readonly workloads: number;
  readonly samples: number;
  readonly problems: readonly string[];
  readonly error?: { readonly id: string; readonly message: string; readonly remedy?: string };
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
process.stdout.write(JSON.stringify(await outcome(job)));

async function outcome({ directory, parts, rows, writer, nowMs, backMs = 0 }: Job): Promise<Outcome> {
  let clock = nowMs - (parts - 1) * 60_000;
  const made = testHistory(nowMs, directory);
  let written = 0;
  try {
    for (; written < parts; written++, clock += 60_000) {
      made.setClock(clock);
      await made.history.append(
        Array.from({ length: rows }, (_, row) => sample({ atMs: clock - backMs, pod: `${writer}-${row}`, workloadName: writer })),
      );
    }
    const found = await made.history.containers({ fromMs: NOW - 48 * HOUR, toMs: NOW + 48 * HOUR });
    const samples = [...found.values()].flat().reduce((sum, container) => sum + container.samples, 0);
    return { written, workloads: found.size, samples, problems: made.history.problems() };
  } catch (error) {
    if (!(error instanceof UpidError)) throw error;
    const { id, message, remedy } = error;
    return { written, workloads: 0, samples: 0, problems: [], error: { id, message, ...(remedy !== undefined && { remedy }) } };
  } finally {
    made.history.close();
  }
}
