/** Counters of requests within the pod that is asked: those of apps, by library, and of Linkerd's proxy. The scrape target names the pod. */

export interface PodFamily {
  readonly metric: string;
  /** What is not counted: probes, scrapes, other directions. Starts with a comma or is empty. */
  readonly filter: string;
  /** Labels by which requests of machines are left out. A series that has none of them may hold probes and scrapes. */
  readonly toldBy: readonly string[];
  /** True: a probe is known by its path alone, so that one of a page for users too cannot be told from them. */
  readonly byPath: boolean;
}

/** What asks without being a user. */
const AGENTS = ',user_agent!~"(?i)(kube-probe|prometheus|googlehc|elb-healthchecker|blackbox).*"';

/** Labels that hold a request's path, by library. `endpoint` is not among them: operators write the scraped port there. */
const PATH_LABELS: readonly string[] = [
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
const APP_FILTER = `${AGENTS}${PATH_LABELS.map((label) => `,${label}!~"${MACHINE_PATHS}"`).join('')}`;

function appFamily(metric: string): PodFamily {
  return { metric, filter: APP_FILTER, toldBy: [...PATH_LABELS, 'user_agent'], byPath: true };
}

const LINKERD_ROUTES = { toldBy: ['route_name'], byPath: false } as const;

/** Libraries that count in the app, each by its usual name, and Linkerd's proxy beside the app. */
export const POD_FAMILIES: readonly PodFamily[] = [
  ...[
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
  ].map(appFamily),
  // Since 2.12 probes have a route of their own; 4191 is the proxy's own port, which Prometheus asks.
  { metric: 'request_total', filter: ',direction="inbound",route_name!="probe",srv_port!="4191"', ...LINKERD_ROUTES },
  { metric: 'inbound_http_requests_total', filter: ',route_name!="probe",parent_port!="4191"', ...LINKERD_ROUTES },
  { metric: 'inbound_grpc_requests_total', filter: ',route_name!="probe",parent_port!="4191"', ...LINKERD_ROUTES },
];
