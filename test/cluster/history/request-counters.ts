/** The counters that see a workload's requests, with the labels of the exporters that keep them. */

import type { WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import type { MeasuredPod } from './measured.ts';
import { Counter, type Labels, type Series, sumOf, whole } from './series.ts';

/** Series that each take a part of the requests. */
interface CounterSeries {
  readonly labels: Labels;
  readonly share: number;
}

/** Counts of an ingress or a mesh gateway, which go on whatever happens to the pods behind it. */
export class FrontCounter {
  readonly #series: readonly CounterSeries[];
  readonly #metric: string;
  readonly #total = new Counter(0, 0);

  constructor(workload: WorkloadDescription) {
    this.#metric = workload.requestCounter ?? '';
    this.#series = frontSeries(workload);
  }

  /** @param requests of each pod, in each step. */
  advance(
    requests: readonly Float64Array[],
    steps: { readonly startMs: number; readonly stepSeconds: number },
  ): readonly Series[] {
    const length = requests[0]?.length ?? 0;
    const known = requests.map((counts) => counts.map((value) => (Number.isNaN(value) ? 0 : value)));
    const total = this.#total.advance(sumOf(known, length), 1);
    return this.#series.map(({ labels, share }) => ({
      labels: { __name__: this.#metric, ...labels },
      ...steps,
      values: whole(total.map((value) => value * share)),
    }));
  }
}

/** Counts of the app itself, of its users and of the probes that ask it. */
export class OwnCounter {
  readonly #pod: MeasuredPod;
  readonly #metric: string;
  readonly #users = new Counter(0, 0);
  readonly #probes: readonly { readonly path: string; readonly perSecond: number; readonly counter: Counter }[];

  constructor(pod: MeasuredPod) {
    this.#pod = pod;
    this.#metric = pod.workload.requestCounter ?? '';
    const asked = pod.workload.containers
      .flatMap((container) => container.probes ?? [])
      .filter(({ handler, type }) => handler === 'http' && type !== 'startup');
    const paths = new Set(asked.map(({ path = '/healthz' }) => path));
    this.#probes = [...paths].map((path) => ({
      path,
      perSecond: asked
        .filter((probe) => (probe.path ?? '/healthz') === path)
        .reduce((sum, { periodSeconds }) => sum + 1 / periodSeconds, 0),
      counter: new Counter(0, 0),
    }));
  }

  advance(requests: Float64Array, steps: { readonly startMs: number; readonly stepSeconds: number }): readonly Series[] {
    const series = (handler: string, values: Float64Array): Series => ({
      labels: { __name__: this.#metric, ...scrapeLabels(this.#pod), method: 'GET', code: '200', handler },
      ...steps,
      values: whole(values),
    });
    return [
      series('/api/items', this.#users.advance(requests, 1)),
      ...this.#probes.map(({ path, perSecond, counter }) => {
        const rates = requests.map((value) => (Number.isNaN(value) ? value : perSecond));
        return series(path, counter.advance(rates, steps.stepSeconds));
      }),
    ];
  }
}

/** Labels of a pod's own metrics, as an operator's PodMonitor gives them. */
export function scrapeLabels(pod: MeasuredPod): Labels {
  const [container] = pod.workload.containers;
  return {
    namespace: pod.namespace,
    pod: pod.name,
    container: container?.name ?? '',
    job: `${pod.namespace}/${pod.workload.name}`,
    endpoint: 'http-metrics',
    instance: `${pod.address}:${container?.ports?.[0]?.port ?? 8080}`,
  };
}

export function isFront({ requestCounter }: WorkloadDescription): boolean {
  return requestCounter === 'nginx_ingress_controller_requests' || requestCounter === 'istio_requests_total';
}

function frontSeries(workload: WorkloadDescription): readonly CounterSeries[] {
  return workload.requestCounter === 'istio_requests_total' ? meshSeries(workload) : ingressSeries(workload);
}

/** ingress-nginx, scraped through a ServiceMonitor: what it says itself stands under `exported_`. */
function ingressSeries({ namespace, name, service }: WorkloadDescription): readonly CounterSeries[] {
  const labels = {
    job: 'ingress-nginx-controller-metrics',
    namespace: 'ingress-nginx',
    service: 'ingress-nginx-controller-metrics',
    pod: 'ingress-nginx-controller-7d9f8c6b5-x2v4q',
    container: 'controller',
    endpoint: 'metrics',
    controller_class: 'k8s.io/ingress-nginx',
    controller_namespace: 'ingress-nginx',
    exported_namespace: namespace,
    exported_service: service?.name ?? name,
    ingress: name,
    host: `${name}.example.com`,
    path: '/',
    method: 'GET',
    canary: '',
  };
  return [
    { labels: { ...labels, status: '200' }, share: 0.96 },
    { labels: { ...labels, status: '404' }, share: 0.04 },
  ];
}

/** Istio tells of each request twice: from the gateway that sends it and from the proxy that takes it. */
function meshSeries({ namespace, name, service }: WorkloadDescription): readonly CounterSeries[] {
  const serviceName = service?.name ?? name;
  const labels = {
    source_workload: 'istio-ingressgateway',
    source_workload_namespace: 'istio-system',
    destination_workload: name,
    destination_workload_namespace: namespace,
    destination_service: `${serviceName}.${namespace}.svc.cluster.local`,
    destination_service_name: serviceName,
    destination_service_namespace: namespace,
    request_protocol: 'http',
    response_code: '200',
    connection_security_policy: 'mutual_tls',
  };
  return ['source', 'destination'].map((reporter) => ({ labels: { ...labels, reporter }, share: 1 }));
}
