/** Fills the gaps of a history in a process of its own, which is killed before it adds the rows of a later chunk. */

import process from 'node:process';
import { openHistory } from '../../lib/store/history.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { testRuntime } from '../kube/runtime.ts';
import { fillGaps } from './gaps-to-fill.ts';

export interface BackfillJob {
  readonly directory: string;
  readonly url: string;
  readonly nowMs: number;
  readonly seconds: number;
  /** Chunks that are added before it is killed. */
  readonly chunks: number;
}

const job = JSON.parse(process.argv[2] ?? '') as BackfillJob;
const history = openHistory({
  directory: job.directory,
  clusterId: 'test',
  runtime: testRuntime({ now: () => job.nowMs, random: Math.random }),
});
let added = 0;
await fillGaps({
  ...job,
  history: {
    gaps: (period) => history.gaps(period),
    append: async (samples: readonly Sample[]) => {
      if (added === job.chunks) process.kill(process.pid, 'SIGKILL');
      await history.append(samples);
      added += 1;
    },
  },
});
