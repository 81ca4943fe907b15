/** The questions of `data prune` and `data compact`: remove what is older than the retention; make few large parts of many small ones. */

import { openHistory } from '../../store/history.ts';
import { keptRetention } from '../../store/kept-retention.ts';
import { clusterFolder } from '../../store/parts.ts';
import { prunable } from '../../store/prunable.ts';
import type { Retention } from '../../store/retention.ts';
import { historyStatus } from '../../store/status.ts';
import { UpidError } from '../../types/errors.ts';
import type { HistorySize, Housekeeping } from '../../types/history.ts';
import { type DataRequest, existingHistory, type NamedHistory } from './request.ts';

export interface PruneRequest extends DataRequest {
  /** The history's own retention where it is absent. */
  readonly retention?: Partial<Retention>;
  readonly dryRun: boolean;
}

/** Of a dry run: `parts` is what would be removed. @throws UpidError history-missing, and as `connect` */
export async function pruneHistory(request: PruneRequest): Promise<Housekeeping> {
  const named = await keptHistory(request, 'prune');
  if (request.dryRun) {
    const retention = { ...(await keptRetention(named.folder)), ...request.retention };
    const { files } = await prunable(named.folder, retention, request.runtime.now());
    const before = await sizeOf(named, request);
    return { ...outcome(named, 'prune', true), daysRolledUp: 0, parts: files, before };
  }
  const history = openHistory({ ...named, runtime: request.runtime });
  try {
    const { rolledUp, removed, before, after } = await history.prune(request.retention);
    const problems = history.problems();
    return { ...outcome(named, 'prune', false), daysRolledUp: rolledUp, parts: removed.files, before, after, problems };
  } finally {
    await history.close();
  }
}

/** @throws UpidError history-missing, history-unwritable, and as `connect` */
export async function compactHistory(request: DataRequest): Promise<Housekeeping> {
  const named = await keptHistory(request, 'compact');
  const history = openHistory({ ...named, runtime: request.runtime });
  try {
    const { rolledUp, merged, before, after } = await history.compact();
    const problems = history.problems();
    return { ...outcome(named, 'compact', false), daysRolledUp: rolledUp, parts: merged, before, after, problems };
  } finally {
    await history.close();
  }
}

/** What ships with the program stays as it is. */
async function keptHistory(request: DataRequest, action: Housekeeping['action']): Promise<NamedHistory> {
  if (!request.demo) return existingHistory(request);
  throw new UpidError(
    'usage',
    `there is nothing to ${action} in the history of the simulated cluster, which ships with the program`,
    {
      remedy: 'leave --demo out',
    },
  );
}

function outcome({ clusterId, folder }: NamedHistory, action: Housekeeping['action'], dryRun: boolean) {
  return { cluster: clusterId, folder, action, dryRun, problems: [] as readonly string[] };
}

async function sizeOf({ directory, clusterId }: NamedHistory, { runtime }: DataRequest): Promise<HistorySize> {
  const { clusters } = await historyStatus(directory, runtime, clusterFolder(clusterId));
  const tables = clusters.flatMap(({ tables }) => tables);
  const sum = (of: (table: (typeof tables)[number]) => number): number => tables.reduce((total, table) => total + of(table), 0);
  return { files: sum(({ parts }) => parts), rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes) };
}

export type { Retention } from '../../store/retention.ts';
