/**
 * What a forecast starts with: reach the cluster, list its workloads, and ask each source for their use hour by hour over the last
 * 30 days. This moment is recorded in the own history, as every look does.
 */

import { collectMetrics } from '../../collect/metrics-api.ts';
import { collectObjects } from '../../collect/objects/collect.ts';
import { collectPrometheusHours } from '../../collect/prometheus/collect.ts';
import type { KubeClient } from '../../kube/client.ts';
import { openHistory } from '../../store/history.ts';
import { HOUR } from '../../types/duration.ts';
import type { Provenance } from '../../types/result.ts';
import type { SourceReport } from '../../types/source.ts';
import type { Sample, SlotGrid, VolumeUse, WorkloadHours } from '../../types/usage.ts';
import { workloadKey } from '../../types/usage.ts';
import type { ClusterIdentity, Node, Workload } from '../../types/workload.ts';
import { append, failureReport, HISTORY_SOURCE, withoutDemoHistory, withoutHistory } from '../history.ts';
import { directoryOf } from '../history-folder.ts';
import { reach } from '../look.ts';
import type { LookRequest } from '../request.ts';

/** A month: longer ago says little about next week. */
const HISTORY_HOURS = 720;

export interface HoursSeen {
  /** Full hours up to the one that is going on. */
  readonly grid: SlotGrid;
  /** The workloads that were asked about. */
  readonly workloads: readonly Workload[];
  readonly nodes: readonly Node[];
  /** By workloadKey, best source first; a workload that no source knows is absent. */
  readonly hours: ReadonlyMap<string, readonly WorkloadHours[]>;
  /** By workloadKey; absent where nobody tells of its volumes, or it has none. */
  readonly volumes: ReadonlyMap<string, readonly VolumeUse[]>;
  readonly provenance: Provenance;
}

/**
 * @throws UpidError whatever keeps the cluster from being reached or its pods from being listed; every other source that fails is a
 * report in the provenance
 */
export async function seeHours(request: LookRequest): Promise<HoursSeen> {
  const { client, nowMs } = await reach(request);
  try {
    return await see(client, nowMs, request);
  } finally {
    await client.close();
  }
}

async function see(client: KubeClient, nowMs: number, request: LookRequest): Promise<HoursSeen> {
  const { scope, settings, signal, progress, runtime } = request;
  const namespace = scope.allNamespaces ? '' : (scope.namespace ?? client.namespace);
  const collected = await collectObjects(client, { ...scope, namespace }, { nowMs, signal, progress });
  const { cluster, named: workloads } = collected;
  const grid = hoursBefore(nowMs);
  const context = { nowMs, settings, sizing: false, signal, progress, runtime, grid };
  const metricsScope = { namespace, chunkSize: scope.chunkSize, sidecars: settings.sidecars, nowMs, signal };
  const [{ metrics, history }, prometheus] = await Promise.all([
    collectMetrics(client, workloads, metricsScope).then(async (metrics) => ({
      metrics,
      history: await ownHours(cluster, metrics.samples, request, { grid, namespace }),
    })),
    collectPrometheusHours(client, request.prometheus, workloads, context),
  ]);
  return {
    grid,
    workloads,
    nodes: collected.objects.nodes,
    hours: new Map(
      workloads.flatMap(({ ref }) => {
        const key = workloadKey(ref);
        const known = [prometheus.evidence.get(key)?.hours, history.hours.get(key)].filter((each) => each !== undefined);
        return known.length > 0 ? [[key, known] as const] : [];
      }),
    ),
    volumes: new Map([...prometheus.evidence].map(([key, { volumes }]) => [key, volumes])),
    provenance: {
      cluster,
      observedAtMs: nowMs,
      namespace,
      windowSeconds: HISTORY_HOURS * HOUR,
      notFound: collected.notFound,
      sources: [...collected.reports, metrics.report, ...prometheus.reports, history.report],
      traffic: [...client.traffic(), ...prometheus.traffic],
    },
  };
}

function hoursBefore(nowMs: number): SlotGrid {
  const endMs = Math.floor(nowMs / (HOUR * 1000)) * HOUR * 1000;
  return { startMs: endMs - HISTORY_HOURS * HOUR * 1000, slotSeconds: HOUR, slots: HISTORY_HOURS };
}

interface OwnHours {
  readonly hours: ReadonlyMap<string, WorkloadHours>;
  readonly report: SourceReport;
}

/** Records this moment, then reads the hours back. What cannot be written or read is reported and ends nothing. */
async function ownHours(
  cluster: ClusterIdentity,
  samples: readonly Sample[],
  request: LookRequest,
  { grid, namespace }: { readonly grid: SlotGrid; readonly namespace: string },
): Promise<OwnHours> {
  const directory = directoryOf(request);
  if (directory === undefined) return { hours: new Map(), report: withoutHistory(request).report };
  const history = openHistory({ directory, clusterId: cluster.id, runtime: request.runtime });
  request.progress({ step: 'reading the history' });
  try {
    // The simulated cluster's history comes with the program and stays as it is.
    const unwritten = request.demo ? undefined : await append(history, samples);
    const toMs = grid.startMs + grid.slots * HOUR * 1000;
    const hours = await history.hours({ fromMs: grid.startMs, toMs, ...(namespace !== '' && { namespace }) });
    if (request.demo && hours.size === 0 && (await history.interval({ fromMs: grid.startMs, toMs })) === undefined)
      throw withoutDemoHistory(history.folder);
    const gave = `${hours.size === 0 ? 'no full hour yet' : `use of ${hours.size} workloads by the hour`}, in ${history.folder}`;
    const problems = [...(unwritten ? [unwritten.message] : []), ...history.problems()];
    if (problems.length > 0)
      return { hours, report: { source: HISTORY_SOURCE, state: 'partial', gave, reason: problems.join('; ') } };
    return { hours, report: { source: HISTORY_SOURCE, state: hours.size === 0 ? 'absent' : 'used', gave } };
  } catch (error) {
    return { hours: new Map(), report: failureReport(error) };
  } finally {
    await history.close();
  }
}
