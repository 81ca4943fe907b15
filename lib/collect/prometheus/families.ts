/** Counters of requests that ingresses, gateways and meshes keep, and which labels of theirs say whom a request was for. */

type Labels = Readonly<Record<string, string>>;

/** Whom a row of a counter is about. */
export type Destination =
  | { readonly service: Named }
  | { readonly workload: Named }
  | { readonly pod: Named }
  /** One rule of an HTTPRoute or GRPCRoute of the Gateway API; all its rules where none is told. */
  | { readonly route: Named & { readonly rule?: number } }
  /** A name that namespace, service and port are written into, with this separator: `team_web_80`. */
  | { readonly joined: string; readonly separator: Separator }
  /** One of these, and the counter does not tell which: a request counts for each, because it may have been for each. */
  | { readonly anyOf: readonly Destination[] };

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export const SEPARATORS = ['-', '_', '/', '.'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** A counter whose labels name the destination. */
export interface FrontFamily {
  readonly metric: string;
  /** Labels that a destination is told from. */
  readonly by: readonly string[];
  /** What is not counted: probes, traffic that is seen a second time. Starts with a comma or is empty. */
  readonly filter: string;
  readonly destination: (labels: Labels) => Destination | undefined;
  /** Rows that tell of the same requests again, as a mesh's two ends do: summed within a view, the larger view counts. */
  readonly view?: (labels: Labels) => string;
}

function service(labels: Labels, namespaces: readonly string[], names: readonly string[]): Destination | undefined {
  const namespace = first(labels, namespaces);
  const name = first(labels, names);
  return namespace && name ? { service: { namespace, name } } : undefined;
}

function joined(name: string | undefined, separator: Separator): Destination | undefined {
  return name === undefined || name === '' ? undefined : { joined: name, separator };
}

function first(labels: Labels, names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && value !== '' && value !== 'unknown');
}

/** A label of the exporter where the scrape target may have one of that name too (Prometheus, `honor_labels`). */
function exported(name: string): readonly string[] {
  return [`exported_${name}`, name];
}

/**
 * Ingresses, gateways and meshes. What they answer of their own, or send to themselves, names no service that a workload has.
 * A gateway of Istio's, and a waypoint, count under the mesh's own family; AWS' and Google's load balancers count outside of
 * the cluster. Layer 4 counters are not asked: a connection that stays open would look like silence.
 */
export const FRONT_FAMILIES: readonly FrontFamily[] = [
  {
    // ingress-nginx, docs/user-guide/monitoring.md
    metric: 'nginx_ingress_controller_requests',
    by: [...exported('namespace'), ...exported('service')],
    filter: '',
    destination: (labels) => service(labels, exported('namespace'), exported('service')),
  },
  {
    // NGINX Ingress Controller with NGINX Plus
    metric: 'nginx_ingress_nginxplus_upstream_server_requests',
    by: ['resource_namespace', ...exported('service')],
    filter: '',
    destination: (labels) => service(labels, ['resource_namespace'], exported('service')),
  },
  {
    // NGINX Ingress Controller without Plus, where it was started with -enable-latency-metrics
    metric: 'nginx_ingress_controller_upstream_server_response_latency_ms_count',
    by: ['resource_namespace', ...exported('service')],
    filter: '',
    destination: (labels) => service(labels, ['resource_namespace'], exported('service')),
  },
  {
    // NGINX Gateway Fabric with NGINX Plus: `team_web_80`
    metric: 'nginx_http_upstream_peer_requests_total',
    by: ['nginx_upstream_name'],
    filter: '',
    destination: ({ nginx_upstream_name: name }) => joined(name, '_'),
  },
  {
    // Traefik 2 and 3. Ingress: `team-web-80@kubernetes`; Gateway API: `team-web-http-80@kubernetesgateway`; an IngressRoute with one
    // service goes by its own name and a hash of its rule, which is found where it is named after the service.
    metric: 'traefik_service_requests_total',
    by: exported('service'),
    filter: '',
    destination: (labels) => joined(first(labels, exported('service'))?.replace(/@.*$/, ''), '-'),
  },
  {
    // HAProxy's own exporter. jcmoraisjr's ingress: `team_web_80`; haproxytech's: `team_svc_web_http`
    metric: 'haproxy_backend_http_requests_total',
    by: ['proxy', 'backend'],
    filter: '',
    destination: (labels) => joined(first(labels, ['proxy', 'backend'])?.replace('_svc_', '_'), '_'),
  },
  {
    metric: 'envoy_cluster_upstream_rq_total',
    by: ['envoy_cluster_name', 'cluster_name'],
    filter: '',
    destination: (labels) => envoyCluster(first(labels, ['envoy_cluster_name', 'cluster_name']) ?? ''),
  },
  {
    metric: 'kong_http_requests_total',
    by: exported('service'),
    filter: '',
    destination: (labels) => kongService(first(labels, exported('service')) ?? ''),
  },
  {
    // Istio: the kubelet's probes are answered by the agent and never counted. A waypoint reports as one, and ztunnel tells no requests.
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
    // Cilium's Hubble (`http` and `httpV2`), with whichever of its context labels were asked for. Probes come from the node itself.
    metric: 'hubble_http_requests_total',
    by: ['reporter', 'destination_namespace', 'destination_workload', 'destination_pod', 'destination'],
    filter: ',source!~"(reserved:)?(host|health|remote-node)"',
    view: ({ reporter = '' }) => reporter,
    destination: hubbleDestination,
  },
];

/** What the proxies that are built on Envoy call their clusters; `:` is written `_` in a statistic's name. */
function envoyCluster(name: string): Destination | undefined {
  // Istio: `outbound|80||web.team.svc.cluster.local`
  const [, inMesh, ofNamespace] = /^outbound\|.*\|([^.|]+)\.([^.|]+)\.svc/.exec(name) ?? [];
  if (inMesh && ofNamespace) return { service: { namespace: ofNamespace, name: inMesh } };
  if (name.includes('|')) return envoyBackends(name);
  // Envoy Gateway: `httproute/team/shop/rule/0`
  const [, namespace, route, rule] = /^(?:http|grpc)route\/([^/]+)\/([^/]+)\/rule\/(\d+)/.exec(name) ?? [];
  if (namespace && route) return { route: { namespace, name: route, rule: Number(rule) } };
  // kgateway: `kube_team_web_80`; Contour: `team_web_80`, or `team/web/80/da39a3ee5e` where its short name is not used
  if (name.startsWith('kube_')) return { anyOf: [...some(joined(name.slice('kube_'.length), '_')), ...some(joined(name, '_'))] };
  if (!name.includes('/')) return joined(name, '_');
  // Cilium: `team/cilium-gateway-shop/team_web_80`
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last.includes('_') ? joined(last, '_') : joined(name, '/');
}

/** Envoy Gateway, where its clusters are named by their backends: `team/web|team/web-canary`. */
function envoyBackends(name: string): Destination | undefined {
  const backends = name.split('|').map((each) => /^([^/|]+)\/([^/|]+)$/.exec(each));
  if (!backends.every((each) => each !== null)) return undefined;
  return { anyOf: backends.map(([, namespace = '', service = '']) => ({ service: { namespace, name: service } })) };
}

/**
 * Kong's ingress controller. Ingress: `team.web.80` or `team.web.http`; HTTPRoute: `httproute.team.shop.0`, since 3.4
 * `httproute.team.svc.team.web.80`, with a weight and the next backend after it where there are several.
 */
function kongService(name: string): Destination | undefined {
  const [, backends] = /^(?:http|grpc)route\.[^.]+\.svc\.(.+)$/.exec(name) ?? [];
  if (backends) {
    const parts = backends.split('.');
    // A part that holds no letter is a port or a weight.
    const services = parts.flatMap((namespace, at) => {
      const service = parts[at + 1];
      const opens = at === 0 || /^\d+$/.test(parts[at - 1]!);
      return opens && service !== undefined && /[a-z]/.test(namespace) ? [{ service: { namespace, name: service } }] : [];
    });
    return { anyOf: services };
  }
  const [, namespace, route, rest = ''] = /^(?:http|grpc)route\.([^.]+)\.([^.]+)\.(.+)$/.exec(name) ?? [];
  if (!namespace || !route) return joined(name, '.');
  const rule = /^(\d+)(?:\.\d+)?$/.exec(rest)?.[1];
  return { route: { namespace, name: route, ...(rule !== undefined && { rule: Number(rule) }) } };
}

function hubbleDestination(labels: Labels): Destination | undefined {
  const namespace = first(labels, ['destination_namespace']);
  const workload = first(labels, ['destination_workload']);
  if (namespace && workload) return { workload: { namespace, name: workload } };
  const pod = first(labels, ['destination_pod']);
  // The pod's name stands with its namespace or without.
  const [ofNamespace = '', name = ''] = pod?.includes('/') ? pod.split('/') : [namespace ?? '', pod ?? ''];
  if (ofNamespace && name) return { pod: { namespace: ofNamespace, name } };
  // `destinationContext=pod` and `=workload` alike: `team/web-6d4cf56db6-x7k2p`, `team/web`.
  const [inNamespace = '', called = ''] = (labels.destination ?? '').split('/');
  if (inNamespace === '' || called === '') return undefined;
  const named = { namespace: inNamespace, name: called };
  return { anyOf: [{ workload: named }, { pod: named }] };
}

function some<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
