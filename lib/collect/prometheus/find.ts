/**
 * Finds a Prometheus-compatible server among the cluster's Services, by the labels and names that charts and operators
 * give them, and tries each with a real query. Why a candidate was not taken is told.
 */

import type { KubeClient } from '../../kube/client.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { formatRight, type Right } from '../../types/right.ts';
import type { SourceReport } from '../../types/source.ts';
import { listOrReport } from '../objects/lists.ts';
import { count, list, type Raw, record, strings, text } from '../objects/read.ts';
import { NO_PROXY_RIGHT } from './answer.ts';
import { PrometheusClient } from './client.ts';
import { type ClusterLabel, type ContainerLabels, detectLabels } from './labels.ts';
import { PROMETHEUS_SOURCE, type PrometheusTransport, type ServicePort, serviceProxyTransport } from './transport.ts';

/** A candidate that does not answer a small query within this is not waited for. */
const TRIAL_SECONDS = 10;

/** Charts make several Services for one server; more candidates than these are not tried. */
const MOST_CANDIDATES = 10;

/** What a Service is, by its name or its `app.kubernetes.io/name` or `app`; the wider its view, the earlier it is tried. */
const KINDS: readonly {
  readonly pattern: RegExp;
  readonly ports: readonly number[];
  readonly prefix: string;
}[] = [
  { pattern: /^(.*-)?thanos-(querier|query(-frontend)?)$/, ports: [9090, 10902, 9091, 80], prefix: '' },
  { pattern: /^(.*-)?(mimir|cortex)-(query-frontend|nginx|gateway)$/, ports: [8080, 80], prefix: '/prometheus' },
  { pattern: /^(.*-)?vmselect(-.*)?$/, ports: [8481], prefix: '/select/0/prometheus' },
  { pattern: /^(.*-)?(vmsingle(-.*)?|victoria-?metrics(-single)?(-server)?)$/, ports: [8428, 8429], prefix: '' },
  { pattern: /^(.*-)?prometheus(-k8s|-server|-operated|-prometheus)?$/, ports: [9090, 80, 9091], prefix: '' },
];

/** Names that hold one of the words but serve something else. */
const OTHERS = /exporter|operator$|adapter|pushgateway|alertmanager|node-|kube-state|blackbox|grafana|webhook|sidecar|discovery/;

const PORT_NAMES: ReadonlySet<string> = new Set([
  'web',
  'http',
  'http-web',
  'http-query',
  'http-metrics',
  'https',
  'prometheus',
  'api',
]);

interface Candidate {
  readonly target: ServicePort;
  readonly rank: number;
}

/** A server that answered, with how its container metrics are labelled; undefined labels: it has none. */
export interface FoundServer {
  readonly transport: PrometheusTransport;
  readonly labels: ContainerLabels | undefined;
  /** Candidates that were tried before it, and why they were not taken. */
  readonly passedOver: readonly string[];
}

export interface FindOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly cluster: ClusterLabel | undefined;
  readonly namespace: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** The first candidate with container metrics, else the first that answers, else the report of why there is none. */
export async function findServer(client: KubeClient, options: FindOptions): Promise<FoundServer | SourceReport> {
  const { candidates, refusal } = await candidatesIn(client, options);
  const passedOver: string[] = [];
  let empty: { readonly transport: PrometheusTransport; readonly why: string } | undefined;
  let unproxied: Right | undefined;
  for (const { target } of candidates) {
    const transport = serviceProxyTransport(client, target, options.headers);
    const name = `${target.namespace}/${target.service}:${target.port}`;
    try {
      const trial = new PrometheusClient(transport, { signal: options.signal, timeoutSeconds: TRIAL_SECONDS });
      const labels = await detectLabels(trial, options.cluster, options.nowMs);
      if (labels) return { transport, labels, passedOver };
      const why = `${name} answers but has no container metrics`;
      passedOver.push(why);
      empty ??= { transport, why };
    } catch (error) {
      if (error instanceof UpidError && error.id !== 'prometheus') throw error;
      passedOver.push(`${name}: ${messageOf(error)}`);
      if (messageOf(error) === NO_PROXY_RIGHT)
        unproxied ??= { verb: 'get', resource: 'services/proxy', namespace: target.namespace };
    }
  }
  if (!empty) return nothingFound(passedOver, refusal, unproxied);
  const { transport, why: own } = empty;
  return { transport, labels: undefined, passedOver: passedOver.filter((why) => why !== own) };
}

/** Services that look like such a server, by their names and labels alone; none where Services may not be listed. */
export async function likelyServers(
  client: KubeClient,
  options: Pick<FindOptions, 'namespace' | 'signal'>,
): Promise<readonly ServicePort[]> {
  return (await candidatesIn(client, options)).candidates.map(({ target }) => target);
}

async function candidatesIn(
  client: KubeClient,
  options: Pick<FindOptions, 'namespace' | 'signal'>,
): Promise<{ readonly candidates: readonly Candidate[]; readonly refusal: SourceReport | undefined }> {
  const everywhere = await servicesIn(client, '', options.signal);
  // Who may only see one namespace may still find a server there.
  const { items } =
    everywhere.report.state === 'forbidden' && options.namespace !== ''
      ? await servicesIn(client, options.namespace, options.signal)
      : everywhere;
  const candidates = items.flat().toSorted((a, b) => a.rank - b.rank);
  return {
    candidates: candidates.slice(0, MOST_CANDIDATES),
    refusal: everywhere.report.state === 'used' ? undefined : everywhere.report,
  };
}

function servicesIn(client: KubeClient, namespace: string, signal: AbortSignal) {
  return listOrReport(
    client,
    {
      groupVersion: '/api/v1',
      resource: 'services',
      namespaced: true,
      source: PROMETHEUS_SOURCE,
      keep: candidatesOf,
      without: 'no Prometheus-compatible server can be looked for',
    },
    { namespace, chunkSize: 500, signal },
  );
}

/** The ports of a Service that are worth trying, best first; undefined for any other Service. */
function candidatesOf(item: unknown): readonly Candidate[] | undefined {
  const raw = record(item);
  const metadata = record(raw.metadata);
  const name = text(metadata.name);
  const labels = strings(metadata.labels);
  const kind = kindOf(name, labels);
  if (kind < 0) return undefined;
  const { ports: usual, prefix } = KINDS[kind]!;
  const ports = list(record(raw.spec).ports)
    .filter((port) => text(port.protocol) === '' || port.protocol === 'TCP')
    .map((port) => ({ port, rank: portRank(port, usual) }))
    .filter(({ rank }) => rank >= 0)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, 2);
  const candidates = ports.map(({ port, rank }) => ({
    target: { namespace: text(metadata.namespace), service: name, port: count(port.port) ?? 0, scheme: schemeOf(port), prefix },
    rank: kind * 10 + rank,
  }));
  return candidates.length > 0 ? candidates : undefined;
}

function kindOf(name: string, labels: Readonly<Record<string, string>>): number {
  if (OTHERS.test(name)) return -1;
  const titles = [name, labels['app.kubernetes.io/name'], labels.app].filter((title) => title !== undefined);
  return KINDS.findIndex(({ pattern }) => titles.some((title) => pattern.test(title)));
}

function portRank(port: Raw, usual: readonly number[]): number {
  const number = usual.indexOf(count(port.port) ?? 0);
  if (number >= 0) return number;
  return PORT_NAMES.has(text(port.name)) ? usual.length : -1;
}

function schemeOf(port: Raw): 'http' | 'https' {
  const isSecure = port.port === 443 || text(port.name).includes('https') || text(port.appProtocol).toLowerCase() === 'https';
  return isSecure ? 'https' : 'http';
}

function nothingFound(
  passedOver: readonly string[],
  refusal: SourceReport | undefined,
  unproxied: Right | undefined,
): SourceReport {
  const reasons = [...(refusal ? [refusal.reason ?? 'Services cannot be listed'] : []), ...passedOver];
  const remedy = 'name a server with --prometheus-url';
  const right = unproxied ?? refusal?.right;
  if (right) {
    return {
      source: PROMETHEUS_SOURCE,
      state: 'forbidden',
      reason: reasons.join('; '),
      remedy: `grant the right to ${formatRight(right)}, or ${remedy}`,
      right,
    };
  }
  if (reasons.length === 0) {
    return {
      source: PROMETHEUS_SOURCE,
      state: 'absent',
      reason: 'no Service looks like a Prometheus, Thanos, Mimir or VictoriaMetrics',
      remedy,
    };
  }
  return { source: PROMETHEUS_SOURCE, state: 'failed', reason: `no candidate could be used: ${reasons.join('; ')}`, remedy };
}
