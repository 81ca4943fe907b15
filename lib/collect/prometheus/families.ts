/** Counters of requests that ingresses, meshes and apps keep, and which labels of theirs say whom a request was for. */

type Labels = Readonly<Record<string, string>>;

/** Whom a row of a counter is about. */
export type Destination =
  | { readonly service: { readonly namespace: string; readonly name: string } }
  | { readonly workload: { readonly namespace: string; readonly name: string } }
  /** A name that namespace, service and port are written into, with this separator: `team_web_80`. */
  | { readonly joined: string; readonly separator: string };

export interface RequestFamily {
  readonly metric: string;
  /** Labels that a destination is told from. */
  readonly by: readonly string[];
  /** What is not counted: probes, traffic that is seen a second time. Starts with a comma or is empty. */
  readonly filter: string;
  readonly destination: (labels: Labels) => Destination | undefined;
  /** Rows that tell of the same requests again, as a mesh's two ends do: summed within a view, the larger view counts. */
  readonly view?: (labels: Labels) => string;
}

/** What asks without being a user. */
const AGENTS = ',user_agent!~"(?i)(kube-probe|prometheus|googlehc|elb-healthchecker|blackbox).*"';

function service(labels: Labels, namespaces: readonly string[], names: readonly string[]): Destination | undefined {
  const namespace = first(labels, namespaces);
  const name = first(labels, names);
  return namespace && name ? { service: { namespace, name } } : undefined;
}

function joined(labels: Labels, names: readonly string[], separator: string): Destination | undefined {
  const name = first(labels, names);
  return name ? { joined: name, separator } : undefined;
}

function first(labels: Labels, names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && value !== '' && value !== 'unknown');
}

/** Ingresses, gateways and meshes, whose own counters tell the destination. `exported_` labels are the exporter's where the scrape target has the plain ones. */
export const FRONT_FAMILIES: readonly RequestFamily[] = [
  {
    // ingress-nginx, docs/user-guide/monitoring.md
    metric: 'nginx_ingress_controller_requests',
    by: ['exported_namespace', 'namespace', 'exported_service', 'service'],
    filter: '',
    destination: (labels) => service(labels, ['exported_namespace', 'namespace'], ['exported_service', 'service']),
  },
  {
    // Traefik 2 and 3: `team-web-80@kubernetes`
    metric: 'traefik_service_requests_total',
    by: ['exported_service', 'service'],
    filter: '',
    destination: (labels) =>
      joined({ name: (first(labels, ['exported_service', 'service']) ?? '').replace(/@.*$/, '') }, ['name'], '-'),
  },
  {
    // HAProxy ingresses: `team_web_80`, `team_svc_web_80`
    metric: 'haproxy_backend_http_requests_total',
    by: ['proxy', 'backend'],
    filter: '',
    destination: (labels) => joined({ name: (first(labels, ['proxy', 'backend']) ?? '').replace('_svc_', '_') }, ['name'], '_'),
  },
  {
    // Contour: `team_web_80` or `team/web/80/da39a3ee5e`; an Istio proxy: `outbound|80||web.team.svc.cluster.local`
    metric: 'envoy_cluster_upstream_rq_total',
    by: ['envoy_cluster_name'],
    filter: '',
    destination: ({ envoy_cluster_name: name = '' }) => {
      const [, inMesh, namespace] = /\|\|([^.]+)\.([^.]+)\.svc/.exec(name) ?? [];
      if (inMesh && namespace) return { service: { namespace, name: inMesh } };
      return name === '' ? undefined : { joined: name, separator: name.includes('/') ? '/' : '_' };
    },
  },
  {
    metric: 'kong_http_requests_total',
    by: ['exported_service', 'service'],
    filter: '',
    destination: (labels) => joined(labels, ['exported_service', 'service'], '.'),
  },
  {
    // Istio: the kubelet's probes are answered by the agent and never counted
    metric: 'istio_requests_total',
    by: [
      'reporter',
      'destination_workload_namespace',
      'destination_workload',
      'destination_service_namespace',
      'destination_service_name',
    ],
    filter: '',
    view: ({ reporter = '' }) => reporter,
    destination: (labels) => {
      const namespace = first(labels, ['destination_workload_namespace']);
      const name = first(labels, ['destination_workload']);
      if (namespace && name) return { workload: { namespace, name } };
      return service(labels, ['destination_service_namespace'], ['destination_service_name']);
    },
  },
  {
    // Linkerd's proxy of the pod that is asked; probes have a route of their own since 2.12
    metric: 'request_total',
    by: ['namespace', 'deployment', 'statefulset', 'daemonset'],
    filter: ',direction="inbound",route_name!="probe"',
    destination: (labels) => {
      const name = first(labels, ['deployment', 'statefulset', 'daemonset']);
      return labels.namespace && name ? { workload: { namespace: labels.namespace, name } } : undefined;
    },
  },
];

/** The app's own counters, of which each common library has one; the scrape target's labels name the pod. */
export const OWN_FAMILIES: readonly string[] = [
  'http_requests_total',
  'http_server_requests_seconds_count',
  'http_server_request_duration_seconds_count',
  'http_server_duration_milliseconds_count',
  'http_server_duration_seconds_count',
  'http_server_requests_total',
  'http_request_duration_seconds_count',
  'http_requests_received_total',
  'flask_http_request_total',
  'starlette_requests_total',
  'nginx_http_requests_total',
  'apache_accesses_total',
  'grpc_server_handled_total',
];

/** Labels that hold a request's path, by library. `endpoint` is not among them: operators write the scraped port there. */
export const PATH_LABELS: readonly string[] = [
  'path',
  'handler',
  'uri',
  'route',
  'http_route',
  'http_target',
  'url',
  'url_path',
  'grpc_service',
];

/** Paths that are there to be asked by machines. */
const MACHINE_PATHS =
  '(?i)/?((q|actuator|management|api|internal)/)?(metrics|prometheus|health|healthz|healthcheck|health_check|_health|livez|live|liveness|alive|readyz|ready|readiness|startupz|ping|grpc[.]health.*)([/.?_-].*)?';

const MACHINE_PATH = new RegExp(`^${MACHINE_PATHS.slice('(?i)'.length)}$`, 'i');

/** Whether a probe of this path is left out of the app's own counters where they have a label for the path. */
export function isMachinePath(path: string): boolean {
  return MACHINE_PATH.test(path);
}

/** What is left out of an app's own counter. */
export const OWN_FILTER = `${AGENTS}${PATH_LABELS.map((label) => `,${label}!~"${MACHINE_PATHS}"`).join('')}`;
