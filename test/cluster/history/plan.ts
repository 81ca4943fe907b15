/** What the part `live` is told when a cluster is filled: a file in the run's folder. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterDescription } from '../../../lib/kube/simulated/description.ts';
import type { HistoryServer } from './servers.ts';

export interface LivePlan {
  readonly description: ClusterDescription;
  /** The instant that the description's times are counted back from; a multiple of the step. */
  readonly nowMs: number;
  readonly days: number;
  readonly stepSeconds: number;
  readonly servers: readonly HistoryServer[];
}

const FILE = 'live.json';

export function writePlan(folder: string, plan: LivePlan): void {
  writeFileSync(join(folder, FILE), JSON.stringify(plan));
}

export function readPlan(folder: string): LivePlan {
  return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as LivePlan;
}
