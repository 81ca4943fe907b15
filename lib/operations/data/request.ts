/** Which history a question about data is asked of: the named one, that of the simulated cluster, or that of the cluster of the context. */

import { join } from 'node:path';
import { identify } from '../../collect/objects/collect.ts';
import type { ConnectionOptions } from '../../kube/connection.ts';
import { clusterFolder, entriesOf } from '../../store/parts.ts';
import { UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';
import { openCluster } from '../auth/cluster.ts';
import { neededDirectory } from '../history-folder.ts';

export interface DataRequest {
  readonly connection: ConnectionOptions;
  readonly demo: boolean;
  readonly demoHistory: string;
  /** Folder of all histories; the user's own where it is absent. */
  readonly history?: string;
  /** UID of kube-system of the cluster that is meant: nothing is connected to then. */
  readonly clusterId?: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** The history of one cluster. */
export interface NamedHistory {
  readonly directory: string;
  readonly clusterId: string;
  readonly folder: string;
}

/** The history that is meant, whether there is one or not. @throws UpidError as `connect` where the cluster must be asked who it is */
export async function meantHistory(request: DataRequest): Promise<NamedHistory> {
  const directory = neededDirectory(request);
  const clusterId = request.clusterId ?? (await connectedCluster(request));
  return { directory, clusterId, folder: join(directory, clusterFolder(clusterId)) };
}

/** The history that is meant, which must be there. @throws UpidError history-missing, and as `meantHistory` */
export async function existingHistory(request: DataRequest): Promise<NamedHistory> {
  const named = await meantHistory(request);
  if ((await entriesOf(named.folder)).length > 0) return named;
  throw new UpidError('history-missing', `there is no history of the cluster ${named.clusterId} in ${named.directory}`, {
    remedy: 'record one with collect, or see which there are with data status',
  });
}

async function connectedCluster(request: DataRequest): Promise<string> {
  const { client } = await openCluster(request);
  try {
    return (await identify(client, request.signal, [])).id;
  } finally {
    await client.close();
  }
}
