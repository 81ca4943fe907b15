/** Use, requests and scrapes of workloads from a Prometheus-compatible server, which is found first. Never fatal: what fails is reported. */

import type { KubeClient } from '../../kube/client.ts';
import type { WebTransport } from '../../kube/web.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { IdleSettings } from '../../types/idle.ts';
import type { Runtime } from '../../types/runtime.ts';
import type { ReportProgress, SourceReport, SourceTraffic } from '../../types/source.ts';
import {
  type HoursEvidence,
  type SlotGrid,
  type UsageEvidence,
  type VolumeUse,
  type WorkloadHours,
  withHours,
  workloadKey,
} from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import { PrometheusClient } from './client.ts';
import { collectContainerHours } from './container-hours.ts';
import { type FoundServer, findServer } from './find.ts';
import { type EngineKind, gridsOf } from './grids.ts';
import { queryGroups } from './groups.ts';
import { collectHours } from './hours.ts';
import { type ClusterLabel, type ContainerLabels, CPU, detectLabels } from './labels.ts';
import { type CollectedRequests, collectRequests } from './requests.ts';
import { collectScrapes, scrapeInterval } from './scrape.ts';
import { collectContainers } from './sizing.ts';
import { PROMETHEUS_SOURCE, type PrometheusTransport, webTransport } from './transport.ts';
import { type Collected, collectUsage } from './usage.ts';
import { collectVolumes } from './volumes.ts';

/** How a server is reached; all absent: found in the cluster. */
export interface PrometheusOptions {
  readonly url?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly token?: string;
  /** Added to every selector, for servers that hold many clusters. */
  readonly clusterLabel?: ClusterLabel;
  readonly enabled: boolean;
}

export interface PrometheusContext {
  readonly nowMs: number;
  readonly settings: Pick<IdleSettings, 'windowSeconds' | 'earlierUseSeconds' | 'sidecars'>;
  /** True: peaks and percentiles of containers too. */
  readonly sizing: boolean;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly runtime: Runtime;
}

/** What a server told about workloads. */
export interface PrometheusAnswer<T> {
  /** By workloadKey; workloads that the server knows nothing of are absent. */
  readonly evidence: ReadonlyMap<string, T>;
  readonly reports: readonly SourceReport[];
  /** What a server outside of the cluster cost; one behind the service proxy counts with the API server's. */
  readonly traffic: readonly SourceTraffic[];
}

/** Everything that bears on a verdict. */
export type PrometheusEvidence = PrometheusAnswer<UsageEvidence>;

/** A server that answers, ready for queries. */
export interface Reached {
  readonly server: FoundServer;
  readonly labels: ContainerLabels;
  readonly engine: EngineKind;
  readonly client: PrometheusClient;
}

type Answered<T> = Omit<PrometheusAnswer<T>, 'traffic'>;
type Ask<T> = (reached: Reached) => Promise<Answered<T>>;

/**
 * Asks a server for everything it can tell about these workloads.
 * @throws UpidError usage for a URL or header that cannot be used; cancelled
 */
export function collectPrometheus(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: PrometheusContext,
): Promise<PrometheusEvidence> {
  return askServer(client, options, workloads, context, async (reached) => {
    const parts = await askAll(reached, options, workloads, context);
    return { evidence: joined(parts), reports: [reportOf(reached, parts, workloads)] };
  });
}

/**
 * Asks a server for the use of these workloads hour by hour, over the last `hours` whole hours.
 * @throws UpidError usage for a URL or header that cannot be used; cancelled
 */
export function collectPrometheusHours(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: PrometheusContext & { readonly grid: SlotGrid },
): Promise<PrometheusAnswer<HoursEvidence>> {
  return askServer(client, options, workloads, context, async (reached) => {
    const { client: queries, labels, engine } = reached;
    const cluster = options.clusterLabel;
    const [intervalSeconds, severalClusters] = await Promise.all([
      scrapeInterval(queries, labels, cluster, context.nowMs),
      cluster ? false : holdsSeveralClusters(queries, context.nowMs),
    ]);
    const groups = queryGroups(workloads, context.settings.sidecars);
    const shared = { labels, cluster, grid: context.grid };
    const [hours, volumes] = await Promise.all([
      collectHours(queries, groups, { ...shared, engine, intervalSeconds }),
      collectVolumes(queries, workloads, shared),
    ]);
    const told = { collected: [hours, volumes], labels, severalClusters };
    return {
      evidence: hoursWithVolumes(hours.found, volumes.found),
      reports: [reportWith(reached, hoursTold(hours.found, workloads), told)],
    };
  });
}

function hoursWithVolumes(
  hours: ReadonlyMap<string, WorkloadHours>,
  volumes: ReadonlyMap<string, readonly VolumeUse[]>,
): ReadonlyMap<string, HoursEvidence> {
  return new Map(
    [...new Set([...hours.keys(), ...volumes.keys()])].map((key) => {
      const own = hours.get(key);
      return [key, { ...(own && { hours: own }), volumes: volumes.get(key) ?? [] }] as const;
    }),
  );
}

async function askServer<T>(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: PrometheusContext,
  ask: Ask<T>,
): Promise<PrometheusAnswer<T>> {
  const { answer, traffic } = await reachServer(client, options, workloads, context, ask, (report) => nothing<T>(report));
  return { ...answer, traffic };
}

/**
 * Reaches the server that is named, or looks for one, and has it asked; `none` makes an answer of the report of why there is none,
 * or of what failed meanwhile. @throws UpidError usage for a URL or header that cannot be used; cancelled
 */
export async function reachServer<T>(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: Pick<PrometheusContext, 'nowMs' | 'signal' | 'progress' | 'runtime'>,
  ask: (reached: Reached) => Promise<T>,
  none: (report: SourceReport) => T,
): Promise<{ readonly answer: T; readonly traffic: readonly SourceTraffic[] }> {
  if (!options.enabled) {
    return { answer: none({ source: PROMETHEUS_SOURCE, state: 'not-asked', reason: 'switched off' }), traffic: [] };
  }
  context.progress({ step: 'looking for Prometheus' });
  const web = options.url === undefined ? undefined : await outside(options.url, options, context);
  try {
    const server = web ? await reach(webTransport(web), options, context) : await search(client, options, workloads, context);
    const answer = 'state' in server ? none(server) : await askWith(server, options, context, ask, none);
    return { answer, traffic: web?.traffic() ?? [] };
  } catch (error) {
    if (error instanceof UpidError && error.id === 'prometheus') {
      const answer = none({
        source: PROMETHEUS_SOURCE,
        state: 'failed',
        reason: messageOf(error),
        ...(error.remedy !== undefined && { remedy: error.remedy }),
      });
      return { answer, traffic: [] };
    }
    throw error;
  } finally {
    await web?.close();
  }
}

/** Loaded only for a server that is named: one in the cluster is reached over the connections that are there. */
async function outside(
  url: string,
  options: PrometheusOptions,
  { runtime, signal }: Pick<PrometheusContext, 'runtime' | 'signal'>,
): Promise<WebTransport> {
  const { httpTransport } = await import('../../kube/web.ts');
  return httpTransport(url, { ...options }, runtime, signal);
}

function nothing<T>(report: SourceReport): Answered<T> {
  return { evidence: new Map(), reports: [report] };
}

async function reach(
  transport: PrometheusTransport,
  options: PrometheusOptions,
  context: Pick<PrometheusContext, 'nowMs' | 'signal'>,
): Promise<FoundServer | SourceReport> {
  const trial = new PrometheusClient(transport, { signal: context.signal });
  try {
    return { transport, labels: await detectLabels(trial, options.clusterLabel, context.nowMs), passedOver: [] };
  } catch (error) {
    if (!(error instanceof UpidError) || error.id !== 'prometheus') throw error;
    return {
      source: PROMETHEUS_SOURCE,
      state: 'failed',
      reason: `${transport.name}: ${error.message}`,
      remedy: error.remedy ?? 'check --prometheus-url',
    };
  }
}

/**
 * Reaches the server that is named, or looks for one, and hands it over with the queries it answers; the report of why there is
 * none otherwise. @throws UpidError usage for a URL or header that cannot be used; prometheus; cancelled
 */
export async function withServer<T>(
  client: KubeClient,
  options: PrometheusOptions,
  context: Pick<PrometheusContext, 'nowMs' | 'signal' | 'runtime'>,
  use: (server: FoundServer, queries: PrometheusClient) => Promise<T>,
): Promise<T | SourceReport> {
  if (!options.enabled) return { source: PROMETHEUS_SOURCE, state: 'not-asked', reason: 'switched off' };
  const web = options.url === undefined ? undefined : await outside(options.url, options, context);
  try {
    const server = web ? await reach(webTransport(web), options, context) : await search(client, options, [], context);
    if ('state' in server) return server;
    return await use(server, new PrometheusClient(server.transport, { signal: context.signal }));
  } finally {
    await web?.close();
  }
}

function search(
  client: KubeClient,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: Pick<PrometheusContext, 'nowMs' | 'signal'>,
): Promise<FoundServer | SourceReport> {
  const headers = Object.fromEntries(options.headers.map(({ name, value }) => [name, value]));
  // Authorization would be taken for the API server's own, which does not pass it on.
  return findServer(client, {
    headers,
    cluster: options.clusterLabel,
    namespace: onlyNamespace(workloads),
    nowMs: context.nowMs,
    signal: context.signal,
  });
}

function onlyNamespace(workloads: readonly Workload[]): string {
  const namespaces = new Set(workloads.map((workload) => workload.ref.namespace));
  return namespaces.size === 1 ? [...namespaces][0]! : '';
}

async function askWith<T>(
  server: FoundServer,
  options: PrometheusOptions,
  context: Pick<PrometheusContext, 'signal' | 'progress'>,
  ask: (reached: Reached) => Promise<T>,
  none: (report: SourceReport) => T,
): Promise<T> {
  const { labels } = server;
  if (!labels) return none(noContainerMetrics(server, options));
  context.progress({ step: `asking ${server.transport.name}` });
  const engine = await engineOf(server.transport, context.signal);
  const client = new PrometheusClient(server.transport, {
    signal: context.signal,
    // VictoriaMetrics moves start and end to multiples of the step unless told not to.
    ...(engine === 'victoriametrics' && { extra: { nocache: '1' } }),
  });
  return ask({ server, labels, engine, client });
}

interface Parts {
  readonly intervalSeconds: number;
  readonly severalClusters: boolean;
  readonly usage: Awaited<ReturnType<typeof collectUsage>>;
  readonly requests: CollectedRequests;
  readonly scrapes: Awaited<ReturnType<typeof collectScrapes>>;
  readonly containers: Awaited<ReturnType<typeof collectContainers>>;
  readonly containerHours: Awaited<ReturnType<typeof collectContainerHours>>;
  readonly labels: ContainerLabels;
}

async function askAll(
  { client, labels, engine }: Reached,
  options: PrometheusOptions,
  workloads: readonly Workload[],
  context: PrometheusContext,
): Promise<Parts> {
  const { nowMs, settings, sizing } = context;
  const cluster = options.clusterLabel;
  const [intervalSeconds, severalClusters] = await Promise.all([
    scrapeInterval(client, labels, cluster, nowMs),
    cluster ? false : holdsSeveralClusters(client, nowMs),
  ]);
  const groups = queryGroups(workloads, settings.sidecars);
  const periods = { windowSeconds: settings.windowSeconds, earlierSeconds: settings.earlierUseSeconds };
  const grids = gridsOf({ nowMs, intervalSeconds, ...periods, workloads: workloads.length, engine });
  const shared = { labels, cluster, grids, intervalSeconds, nowMs };
  const canSize = sizing && labels.container !== undefined;
  const [usage, containers, containerHours, requests, scrapes] = await Promise.all([
    collectUsage(client, groups, shared),
    canSize ? collectContainers(client, groups, shared) : { found: new Map(), failures: [] },
    canSize ? collectContainerHours(client, groups, { ...shared, engine }) : { found: new Map(), failures: [] },
    collectRequests(client, workloads, groups, { ...shared, periodSeconds: settings.earlierUseSeconds, engine }),
    collectScrapes(client, groups, cluster, nowMs),
  ]);
  return { intervalSeconds, severalClusters, usage, requests, scrapes, containers, containerHours, labels };
}

/** Asks for a function that only MetricsQL has; Prometheus answers a parse error. */
async function engineOf(transport: PrometheusTransport, signal: AbortSignal): Promise<EngineKind> {
  try {
    const { series } = await new PrometheusClient(transport, { signal }).instant('label_set(1, "engine", "victoria")', 0);
    return series[0]?.labels.engine === 'victoria' ? 'victoriametrics' : 'prometheus';
  } catch (error) {
    if (error instanceof UpidError && error.id === 'prometheus') return 'prometheus';
    throw error;
  }
}

/** Whether pods of several clusters are in it, told by the usual label. @throws UpidError prometheus */
export async function holdsSeveralClusters(client: PrometheusClient, nowMs: number): Promise<boolean> {
  const { series } = await client.instant(`count(count by (cluster) (${CPU}{cluster!=""}))`, nowMs);
  return (series[0]?.values[0] ?? 0) > 1;
}

function joined({ usage, requests, scrapes, containers, containerHours }: Parts): ReadonlyMap<string, UsageEvidence> {
  const keys = new Set([usage, requests, scrapes, containers].flatMap(({ found }) => [...found.keys()]));
  return new Map(
    [...keys].map((key) => {
      const scrape = scrapes.found.get(key);
      return [
        key,
        {
          usage: usage.found.get(key) ?? [],
          requests: requests.found.get(key) ?? [],
          containers: withHours(containers.found.get(key) ?? [], containerHours.found.get(key)),
          ...(scrape && { scrape }),
        },
      ] as const;
    }),
  );
}

function noContainerMetrics(server: FoundServer, options: PrometheusOptions): SourceReport {
  const { clusterLabel } = options;
  const which = clusterLabel ? ` with ${clusterLabel.name}=${JSON.stringify(clusterLabel.value)}` : '';
  return {
    source: PROMETHEUS_SOURCE,
    state: 'partial',
    reason: `${server.transport.name} answers, but has no ${CPU} of pods${which} from the last five minutes${alsoTried(server.passedOver)}`,
    remedy: clusterLabel ? 'check name and value of the cluster label' : "let it scrape the kubelets' /metrics/cadvisor",
  };
}

function alsoTried(passedOver: readonly string[]): string {
  return passedOver.length === 0 ? '' : `; also tried: ${passedOver.join('; ')}`;
}

function reportOf(reached: Reached, parts: Parts, workloads: readonly Workload[]): SourceReport {
  const running = workloads.filter((workload) => workload.pods.length > 0);
  const known = running.filter((workload) => parts.usage.found.has(workloadKey(workload.ref))).length;
  const counters = parts.requests.families.length > 0 ? `, requests from ${parts.requests.families.join(', ')}` : '';
  const told = `use of ${known} of ${running.length} workloads, sampled every ${parts.intervalSeconds} s${counters}`;
  return reportWith(reached, told, {
    ...parts,
    collected: [parts.usage, parts.requests, parts.scrapes, parts.containers, parts.containerHours],
  });
}

/** `use of 30 of 31 workloads by the hour`. */
function hoursTold(found: ReadonlyMap<string, WorkloadHours>, workloads: readonly Workload[]): string {
  const running = workloads.filter((workload) => workload.pods.length > 0);
  return `use of ${found.size} of ${running.length} workloads by the hour`;
}

interface Told {
  readonly collected: readonly Pick<Collected<unknown>, 'failures'>[];
  readonly labels: ContainerLabels;
  readonly severalClusters: boolean;
}

/** What a server gave, in words, and what it fell short of. */
export function reportWith({ server, client }: Reached, told: string, parts: Told): SourceReport {
  const gave = `${server.transport.name}: ${told}; ${client.queries} queries${alsoTried(server.passedOver)}`;
  const { reasons, remedy } = shortcomings(client, parts);
  if (reasons.length === 0) return { source: PROMETHEUS_SOURCE, state: 'used', gave };
  return { source: PROMETHEUS_SOURCE, state: 'partial', gave, reason: reasons.join('; '), remedy };
}

function shortcomings(client: PrometheusClient, parts: Told): { readonly reasons: readonly string[]; readonly remedy: string } {
  const failures = parts.collected.flatMap((each) => each.failures);
  const sentences = [...new Set(failures.map((failure) => failure.message))];
  const reasons = [
    ...client.warnings.map((warning) => `it warns: ${warning}`),
    ...(failures.length > 0
      ? [`${failures.length} of ${client.queries} queries failed: ${sentences.slice(0, 2).join('; ')}`]
      : []),
    ...(parts.severalClusters ? ['it holds several clusters, whose pods of the same name are taken for one'] : []),
    ...(parts.labels.container === undefined ? ['it has whole pods only, so that sidecars cannot be told from the app'] : []),
  ];
  const remedy = parts.severalClusters ? 'name the cluster by its label' : 'look at the log of the server';
  return { reasons, remedy };
}
