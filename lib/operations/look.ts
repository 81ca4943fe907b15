/**
 * What every question starts with: reach the cluster, list its objects, ask each source for use, record the moment in the
 * history and read the history back. Only the order of these steps is decided here.
 */

import { instantUsage } from '../collect/instant-usage.ts';
import { collectMetrics } from '../collect/metrics-api.ts';
import { collectObjects } from '../collect/objects/collect.ts';
import { collectPrometheus } from '../collect/prometheus/collect.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Provenance } from '../types/result.ts';
import type { SourceReport } from '../types/source.ts';
import { type UsageEvidence, workloadKey } from '../types/usage.ts';
import type { ClusterObjects, Workload } from '../types/workload.ts';
import { expectRecall, type Recall, type RecallOptions } from './history.ts';
import type { LookRequest } from './request.ts';

/** Of a workload that no source knows. */
export const NO_EVIDENCE: UsageEvidence = { usage: [], requests: [], containers: [] };

/** Everything that was seen, before anything is concluded from it. */
export interface Look {
  readonly client: KubeClient;
  readonly nowMs: number;
  readonly objects: ClusterObjects;
  /** The workloads that the question is about. */
  readonly workloads: readonly Workload[];
  /** By workloadKey; a workload without any evidence is absent. */
  readonly evidence: ReadonlyMap<string, UsageEvidence>;
  /** Where all of this comes from; the traffic is that so far. */
  readonly provenance: () => Provenance;
}

/**
 * Looks, hands everything that was seen to `conclude`, and closes the connections after it.
 * @throws UpidError whatever keeps the cluster from being reached or its pods from being listed; every other source that
 * fails is a report in the provenance.
 */
export async function look<T>(
  request: LookRequest,
  needs: { readonly sizing: boolean },
  conclude: (seen: Look) => Promise<T>,
): Promise<T> {
  const { client, nowMs } = await reach(request);
  try {
    return await conclude(await see(client, nowMs, request, needs));
  } finally {
    await client.close();
  }
}

export async function reach(request: LookRequest): Promise<{ readonly client: KubeClient; readonly nowMs: number }> {
  const { connection, runtime, signal, progress } = request;
  progress({ step: 'connecting' });
  if (request.demo) {
    const { simulatedClient, SIMULATED_NOW_MS } = await import('../kube/simulated/transport.ts');
    const namespace = request.scope.namespace ?? 'default';
    return { client: simulatedClient({ namespace, runtime, signal }), nowMs: SIMULATED_NOW_MS };
  }
  const { connect } = await import('../kube/connect.ts');
  return { client: await connect(connection, runtime, signal), nowMs: runtime.now() };
}

async function see(
  client: KubeClient,
  nowMs: number,
  request: LookRequest,
  { sizing }: { readonly sizing: boolean },
): Promise<Look> {
  const { scope } = request;
  const namespace = scope.allNamespaces ? '' : (scope.namespace ?? client.namespace);
  const recall = expectRecall(request, { nowMs, namespace, sizing });
  try {
    return await seeAll(client, recall, request, { nowMs, namespace, sizing });
  } finally {
    recall.close();
  }
}

async function seeAll(
  client: KubeClient,
  recall: Recall,
  request: LookRequest,
  { nowMs, namespace, sizing }: RecallOptions,
): Promise<Look> {
  const { scope, settings, signal, progress, runtime } = request;
  // What lies before the window is read while objects are listed, and the window while Prometheus computes.
  const identified = recall.begin;
  const collected = await collectObjects(client, { ...scope, namespace }, { nowMs, signal, progress, identified });
  const { cluster, objects, named: workloads } = collected;
  const context = { nowMs, settings, sizing, signal, progress, runtime };
  const metricsScope = { namespace, chunkSize: scope.chunkSize, sidecars: settings.sidecars, nowMs, signal };
  const [{ metrics, history }, prometheus] = await Promise.all([
    collectMetrics(client, workloads, metricsScope).then(async (metrics) => ({
      metrics,
      history: await recall.finish(metrics.samples),
    })),
    collectPrometheus(client, request.prometheus, workloads, context),
  ]);
  const now = instantUsage(metrics.samples, nowMs);
  const reports: readonly SourceReport[] = [...collected.reports, metrics.report, ...prometheus.reports, history.report];
  return {
    client,
    nowMs,
    objects,
    workloads,
    evidence: joined(workloads, [
      prometheus.evidence,
      history.evidence,
      new Map([...now].map(([key, usage]) => [key, { usage: [usage], requests: [], containers: [] }])),
    ]),
    provenance: () => ({
      cluster,
      observedAtMs: nowMs,
      namespace,
      windowSeconds: settings.windowSeconds,
      notFound: collected.notFound,
      sources: reports,
      traffic: [...client.traffic(), ...prometheus.traffic],
    }),
  };
}

/** Evidence of several sources, best first. */
function joined(
  workloads: readonly Workload[],
  sources: readonly ReadonlyMap<string, UsageEvidence>[],
): ReadonlyMap<string, UsageEvidence> {
  return new Map(
    workloads.flatMap(({ ref }) => {
      const key = workloadKey(ref);
      const parts = sources.flatMap((source) => source.get(key) ?? []);
      if (parts.length === 0) return [];
      const scrape = parts.find((part) => part.scrape !== undefined)?.scrape;
      const evidence: UsageEvidence = {
        usage: parts.flatMap(({ usage }) => usage),
        requests: parts.flatMap(({ requests }) => requests),
        containers: parts.flatMap(({ containers }) => containers),
        ...(scrape && { scrape }),
      };
      return [[key, evidence] as const];
    }),
  );
}
