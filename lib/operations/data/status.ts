/** The question of `data status`: which histories there are, and what lies in them. Asks no cluster. */

import { clusterFolder } from '../../store/parts.ts';
import { historyStatus } from '../../store/status.ts';
import type { HistoryStatus } from '../../types/history.ts';
import { neededDirectory } from '../history-folder.ts';
import type { DataRequest } from './request.ts';

/** @throws UpidError history-missing, history-corrupt */
export function statusOfHistory(request: DataRequest): Promise<HistoryStatus> {
  const { clusterId, runtime } = request;
  return historyStatus(neededDirectory(request), runtime, clusterId === undefined ? undefined : clusterFolder(clusterId));
}
