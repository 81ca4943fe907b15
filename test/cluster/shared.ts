/**
 * One filled cluster for all tests that only read, because a cluster is worth a gigabyte of memory and half a minute. The
 * runner starts it and hands its folder on in the environment; a test file that is run by itself starts its own.
 */

import { join } from 'node:path';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { attachCluster, startCluster, type TestCluster } from './cluster.ts';
import { type FilledCluster, filledWith } from './fill/fill.ts';
import { historyServers } from './history/servers.ts';

const FOLDER_VARIABLE = 'UPID_TEST_CLUSTER';

/** The same for everybody. */
const SEED = 1;

export interface SharedCluster {
  readonly cluster: TestCluster;
  readonly filled: FilledCluster;
}

export interface StartedForOthers {
  /** For the environment of those who call `sharedCluster`, or start a Prometheus of their own (test/collect/engines.ts). */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

let own: Promise<SharedCluster> | undefined;

/**
 * The shared cluster, with one workload of each labelled scenario, seven days of history in Prometheus (which is found
 * through the cluster) and, where it is installed, VictoriaMetrics, and metrics-server. For reading only: whoever changes objects, Services or
 * processes starts a cluster of their own. It ends with the process that started it.
 * @throws Error where no cluster can run (clusterAvailable), or the runner's has ended.
 */
export function sharedCluster(): Promise<SharedCluster> {
  own ??= attachedOrStarted();
  return own;
}

async function attachedOrStarted(): Promise<SharedCluster> {
  const folder = process.env[FOLDER_VARIABLE];
  if (!folder) return startFilled();
  const cluster = attachCluster(folder);
  const filled = filledWith(folder);
  if (!cluster || !filled) throw new Error(`the cluster that ${FOLDER_VARIABLE} names has ended`);
  return { cluster, filled };
}

async function startFilled(): Promise<SharedCluster> {
  const cluster = await startCluster({ history: historyServers() });
  return { cluster, filled: await cluster.fill(labelledCluster(SEED), { awaitMetrics: true }) };
}

/** For the runner: starts the shared cluster for the processes that are given this environment. */
export async function startForOthers(): Promise<StartedForOthers> {
  const { cluster } = await startFilled();
  const env = { [FOLDER_VARIABLE]: cluster.folder, PROMETHEUS_PROGRAM: join(cluster.programs, 'prometheus') };
  return { env, stop: () => cluster.stop() };
}
