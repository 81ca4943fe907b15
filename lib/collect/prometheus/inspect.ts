/** What a Prometheus-compatible server holds: how it is reached, which series of each family, how dense and how far back. */

import type { KubeClient } from '../../kube/client.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { SourceReport } from '../../types/source.ts';
import type { PrometheusClient } from './client.ts';
import { type PrometheusOptions, withServer } from './collect.ts';
import { FRONT_FAMILIES } from './families.ts';
import type { FoundServer } from './find.ts';
import { type ClusterLabel, type ContainerLabels, CPU, clusterMatcher, MEMORY, RECEIVED } from './labels.ts';
import { POD_FAMILIES } from './pod-families.ts';
import { scrapeInterval } from './scrape.ts';

/** Of kube-state-metrics; no command needs it, it tells that the exporter is there. */
const KUBE_STATE = 'kube_pod_info';

export type MetricFamily = 'cpu' | 'memory' | 'network' | 'kube-state-metrics' | 'requests';

export interface PrometheusInspection {
  /** `monitoring/prometheus:9090 through the service proxy`. */
  readonly name: string;
  /** Undefined: it has no container metrics. */
  readonly labels: ContainerLabels | undefined;
  /** Candidates that were tried before it, and why they were not taken. */
  readonly passedOver: readonly string[];
  /** Series that are there now; 0 where there are none. */
  readonly series: Readonly<Record<MetricFamily, number>>;
  /** Names of the counters of requests that are there. */
  readonly requestMetrics: readonly string[];
  /** Seconds; undefined without container metrics. */
  readonly scrapeSeconds: number | undefined;
  /** The farthest of these days back at which there were container metrics: 0, 1, 7 or 30. */
  readonly reachesDays: number;
}

/** Days at which it is looked whether there is anything. */
const REACHES = [1, 7, 30] as const;

/** The report of why there is none, where none can be used. @throws UpidError usage, prometheus, cancelled */
export function inspectPrometheus(
  client: KubeClient,
  options: PrometheusOptions,
  context: { readonly nowMs: number; readonly signal: AbortSignal; readonly runtime: Runtime },
): Promise<PrometheusInspection | SourceReport> {
  return withServer(client, options, context, (server, queries) => inspect(server, queries, options.clusterLabel, context.nowMs));
}

async function inspect(
  { transport, labels, passedOver }: FoundServer,
  queries: PrometheusClient,
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<PrometheusInspection> {
  const [counts, scrapeSeconds, ...reached] = await Promise.all([
    seriesCounts(queries, cluster, nowMs),
    labels && scrapeInterval(queries, labels, cluster, nowMs),
    ...REACHES.map((days) => hadSeries(queries, cluster, nowMs, days)),
  ]);
  const of = (metric: string): number => counts.get(metric) ?? 0;
  const requestMetrics = requestNames().filter((metric) => of(metric) > 0);
  return {
    name: transport.name,
    labels,
    passedOver,
    series: {
      cpu: of(CPU),
      memory: of(MEMORY),
      network: of(RECEIVED),
      'kube-state-metrics': of(KUBE_STATE),
      requests: requestMetrics.reduce((sum, metric) => sum + of(metric), 0),
    },
    requestMetrics,
    scrapeSeconds,
    reachesDays: Math.max(0, ...REACHES.filter((_, index) => reached[index])),
  };
}

function requestNames(): readonly string[] {
  return [...new Set([...FRONT_FAMILIES, ...POD_FAMILIES].map(({ metric }) => metric))];
}

async function seriesCounts(
  queries: PrometheusClient,
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const names = [CPU, MEMORY, RECEIVED, KUBE_STATE, ...requestNames()].join('|');
  const { series } = await queries.instant(`count by (__name__) ({__name__=~"${names}"${clusterMatcher(cluster)}})`, nowMs);
  return new Map(series.map(({ labels, values }) => [labels.__name__ ?? '', values[0] ?? 0]));
}

async function hadSeries(
  queries: PrometheusClient,
  cluster: ClusterLabel | undefined,
  nowMs: number,
  days: number,
): Promise<boolean> {
  const matcher = clusterMatcher(cluster).replace(/^,/, '');
  const { series } = await queries.instant(`count(${CPU}{${matcher}} offset ${days}d)`, nowMs);
  return (series[0]?.values[0] ?? 0) > 0;
}
