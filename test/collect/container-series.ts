/** The series that a kubelet gives of a pod's container and of its network, as functions of time. */

import type { TestSeries } from './remote-write.ts';

export type At = (ms: number) => number | undefined;

export interface ContainerSeries {
  readonly pod: string;
  readonly namespace?: string;
  readonly container?: string;
  readonly job?: string;
  /** Cores; undefined: the container is not there. */
  readonly cpu: At;
  readonly memory?: At;
  /** Bytes per second received; twice as many are sent. */
  readonly network?: At;
  /** The counters start over here. */
  readonly resetAt?: number;
}

/** Series with a sample every `stepMs`. */
export function containerSeries(parts: ContainerSeries, stepMs: number): readonly TestSeries[] {
  const { pod, namespace = 'shop', container = 'main', job = 'kubelet', cpu, memory = () => 1e8, network, resetAt } = parts;
  const whole = { job, metrics_path: '/metrics/cadvisor', instance: '10.0.0.1:10250', namespace, pod };
  const one = { ...whole, container, image: 'registry.example/main:1', id: `/kubepods/${pod}/${container}` };
  const grows = { stepMs, ...(resetAt !== undefined && { resetAt }) };
  const eth0 = { ...whole, interface: 'eth0' };
  const there =
    (at: At): At =>
    (ms) =>
      cpu(ms) === undefined ? undefined : at(ms);
  return [
    counter({ ...one, __name__: 'container_cpu_usage_seconds_total' }, cpu, grows),
    // The pod's own cgroup, which must not be counted beside its containers.
    counter({ ...whole, __name__: 'container_cpu_usage_seconds_total', id: `/kubepods/${pod}` }, cpu, grows),
    { labels: { ...one, __name__: 'container_memory_working_set_bytes' }, at: there(memory) },
    ...(network
      ? [
          counter({ ...eth0, __name__: 'container_network_receive_bytes_total' }, there(network), grows),
          counter(
            { ...eth0, __name__: 'container_network_transmit_bytes_total' },
            there((ms) => 2 * (network(ms) ?? 0)),
            grows,
          ),
          counter(
            { ...whole, interface: 'lo', __name__: 'container_network_receive_bytes_total' },
            there(() => 1e6),
            grows,
          ),
        ]
      : []),
  ];
}

/** A counter that grows by a rate per second over the step before each sample. It has counted long before the first one. */
function counter(
  labels: Record<string, string>,
  rate: At,
  { stepMs, resetAt }: { readonly stepMs: number; readonly resetAt?: number },
): TestSeries {
  let total = 1e6;
  return {
    labels,
    at: (ms) => {
      const perSecond = rate(ms);
      if (perSecond === undefined) return undefined;
      if (resetAt !== undefined && ms >= resetAt && ms < resetAt + stepMs) total = 0;
      total += (perSecond * stepMs) / 1000;
      return total;
    },
  };
}
