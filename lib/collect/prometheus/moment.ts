/** Use of every container and pod since the last look, from a Prometheus-compatible server: what `collect` records. Never fatal. */

import type { KubeClient } from '../../kube/client.ts';
import { HOUR, MINUTE } from '../../types/duration.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { ReportProgress, SourceReport, SourceTraffic } from '../../types/source.ts';
import type { Sample } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import { holdsSeveralClusters, type PrometheusOptions, type Reached, reachServer, reportWith } from './collect.ts';
import { collectSamples } from './samples.ts';
import { scrapeInterval } from './scrape.ts';

/** Seconds that the first row of a container is of. */
const FIRST = 5 * MINUTE;

export interface MomentContext {
  readonly nowMs: number;
  /**
   * Instant of the sample before this one: rates, peaks and requests are of what lies between, as far as that is an hour at most.
   * Undefined where there was none: of the last five minutes.
   */
  readonly sinceMs: number | undefined;
  /** Container names or image fragments that count as sidecars too, as in the settings. */
  readonly sidecars: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly runtime: Runtime;
}

/** What a server told about a moment. */
export interface PrometheusMoment {
  /** One row of each container, and one of each pod (container '') with its network and requests. Empty where there is no server. */
  readonly samples: readonly Sample[];
  readonly reports: readonly SourceReport[];
  /** What a server outside of the cluster cost. */
  readonly traffic: readonly SourceTraffic[];
}

/**
 * Asks a server for the use of these workloads within (sinceMs, nowMs], in a handful of queries for each group of some thousand pods.
 * Rates are means over the interval, which reaches back over two scrapes at least; a counter that starts over is no use. Peaks are the
 * highest within it: of CPU and network over two consecutive scrapes. Pods that went within it have their rows too, told by their
 * names, but for workloads that share the names of their pods with another one. Requests are those that the pod's own counter tells
 * from probes; NaN where only an ingress or a mesh counts, which sees services, not pods.
 * @throws UpidError usage for a URL or header that cannot be used; cancelled
 */
export async function collectMoment(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: MomentContext,
): Promise<PrometheusMoment> {
  const ask = (reached: Reached): Promise<Omit<PrometheusMoment, 'traffic'>> => askMoment(reached, options, workloads, context);
  const none = (report: SourceReport): Omit<PrometheusMoment, 'traffic'> => ({ samples: [], reports: [report] });
  const { answer, traffic } = await reachServer(client, options, workloads, context, ask, none);
  return { ...answer, traffic };
}

async function askMoment(
  reached: Reached,
  { clusterLabel: cluster }: PrometheusOptions,
  workloads: readonly Workload[],
  { nowMs, sinceMs, sidecars }: MomentContext,
): Promise<Omit<PrometheusMoment, 'traffic'>> {
  const { client, labels, engine } = reached;
  const [intervalSeconds, severalClusters] = await Promise.all([
    scrapeInterval(client, labels, cluster, nowMs),
    cluster ? false : holdsSeveralClusters(client, nowMs),
  ]);
  const slotSeconds = sinceMs === undefined ? FIRST : Math.min(HOUR, Math.max(1, Math.round((nowMs - sinceMs) / 1000)));
  const endMs = Math.floor(nowMs / 1000) * 1000;
  const grid = { startMs: endMs - slotSeconds * 1000, slotSeconds, slots: 1 };
  const shared = { labels, cluster, engine, intervalSeconds, sidecars, grid };
  const { samples, failures } = await collectSamples(client, workloads, shared);
  const pods = new Set(samples.map(({ namespace, pod }) => `${namespace}/${pod}`)).size;
  const told = `use of ${pods} pod${pods === 1 ? '' : 's'} within ${slotSeconds} s, sampled every ${intervalSeconds} s`;
  return { samples, reports: [reportWith(reached, told, { collected: [{ failures }], labels, severalClusters })] };
}
