/** How a Prometheus-compatible server is reached: through the API server's service proxy, or directly by a URL. */

import type { KubeClient } from '../../kube/client.ts';
import type { WebTransport } from '../../kube/web.ts';

/** Traffic is counted under this name. */
export const PROMETHEUS_SOURCE = 'prometheus';

export interface PrometheusReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export interface PrometheusTransport {
  /** Where it is, for reports: `monitoring/prometheus:9090 through the service proxy`. */
  readonly name: string;
  /**
   * GET of a path below the server's root (`/api/v1/query`).
   * @throws UpidError as KubeClient.getText does: unreachable, timed out, status 500 or more, cancelled
   */
  get(
    path: string,
    query: Readonly<Record<string, string | number>>,
    options: { readonly signal: AbortSignal; readonly timeoutSeconds: number },
  ): Promise<PrometheusReply>;
}

/** A port of a Service that may be a Prometheus-compatible server. */
export interface ServicePort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** What stands before `/api/v1` there: `/prometheus` of Mimir, `/select/0/prometheus` of vmselect; usually empty. */
  readonly prefix: string;
}

/** Asks through `/api/v1/namespaces/NS/services/SCHEME:NAME:PORT/proxy`; a port that is left out would not be found. */
export function serviceProxyTransport(
  client: KubeClient,
  target: ServicePort,
  headers: Readonly<Record<string, string>>,
): PrometheusTransport {
  const { namespace, service, port, scheme, prefix } = target;
  const root = `/api/v1/namespaces/${namespace}/services/${scheme}:${service}:${port}/proxy${prefix}`;
  return {
    name: `${namespace}/${service}:${port} through the service proxy`,
    get: (path, query, options) => client.getText(`${root}${path}`, { source: PROMETHEUS_SOURCE, query, headers, ...options }),
  };
}

/** Asks a server outside of the cluster, given by `--prometheus-url`. */
export function webTransport(web: WebTransport): PrometheusTransport {
  return {
    name: web.server,
    get: (path, query, options) => web.getText(path, { source: PROMETHEUS_SOURCE, query, ...options }),
  };
}
