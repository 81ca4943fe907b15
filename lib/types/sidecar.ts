/**
 * Containers that serve a platform and not the app: mesh proxies, log, metrics and secret agents, database proxies.
 * They are judged apart, so that a busy proxy does not hide a dead app.
 */

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'istio-proxy',
  'linkerd-proxy',
  'envoy',
  'envoy-sidecar',
  'consul-dataplane',
  'consul-connect-envoy-sidecar',
  'kuma-sidecar',
  'osm-envoy',
  'dapr',
  'daprd',
  'fluentd',
  'fluent-bit',
  'fluentbit',
  'filebeat',
  'promtail',
  'vector',
  'logstash-agent',
  'grafana-agent',
  'alloy',
  'datadog-agent',
  'otel-collector',
  'otc-container',
  'opentelemetry-collector',
  'jaeger-agent',
  'vault-agent',
  'secrets-store',
  'cloud-sql-proxy',
  'cloudsql-proxy',
  'alloydb-auth-proxy',
  'pgbouncer',
  'oauth2-proxy',
  'kube-rbac-proxy',
  'config-reloader',
  'aws-otel-collector',
  'xray-daemon',
]);

/** Names that say what they are, whatever their maker: `log-shipper`, `app-mesh-proxy`, `metrics-sidecar`. */
const TELLING_NAME =
  /(^|-)(sidecar|(log|logs|logging)-?(agent|shipper|forwarder|collector|router|tailer)|(mesh|sidecar)-?proxy|proxy-?sidecar|(metrics|telemetry|otel|tracing|apm|monitoring)-?(agent|collector|forwarder)|secrets?-?agent)(-|$)/;

/** Fragments of image repositories (registry, tag and digest are not looked at). */
const KNOWN_IMAGES: readonly string[] = [
  'istio/proxyv2',
  'linkerd2-proxy',
  '/linkerd/proxy',
  'fluent/fluent-bit',
  'fluent-bit',
  'beats/filebeat',
  'grafana/promtail',
  'timberio/vector',
  'consul-dataplane',
  'hashicorp/vault',
  'cloud-sql-proxy',
  'cloudsql-docker',
  'datadog/agent',
  'opentelemetry-collector',
  'jaegertracing/jaeger-agent',
  'daprio/daprd',
  'prometheus-config-reloader',
  'kube-rbac-proxy',
  'kuma-dp',
];

/** Whether a container is a sidecar: a native one, a known one, or one the user named (`extra`: container names or image fragments). */
export function isSidecar(
  container: { readonly name: string; readonly image: string; readonly role: string },
  extra: readonly string[] = [],
): boolean {
  if (container.role === 'sidecar') return true;
  if (KNOWN_NAMES.has(container.name) || TELLING_NAME.test(container.name) || extra.includes(container.name)) return true;
  const repository = container.image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return [...KNOWN_IMAGES, ...extra].some((fragment) => repository.includes(fragment));
}
