/** The meters of all pods of a cluster, by workload, because counters of ingresses see a workload's pods together. */

import type { WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import type { MeasuredPod } from './measured.ts';
import { type MeterPeriod, PodMeter } from './pod-meter.ts';
import { FrontCounter, isFront, OwnCounter } from './request-counters.ts';
import { scrapeSeries } from './scrape-meter.ts';
import type { Series } from './series.ts';

interface WorkloadMeters {
  readonly pods: Map<string, { readonly meter: PodMeter; readonly own: OwnCounter | undefined }>;
  readonly front: FrontCounter | undefined;
}

export class Meters {
  readonly #period: MeterPeriod;
  readonly #workloads = new Map<WorkloadDescription, WorkloadMeters>();

  constructor(period: MeterPeriod) {
    this.#period = period;
  }

  /** @param fromMs where its history begins. */
  add(pod: MeasuredPod, fromMs: number): void {
    const { workload } = pod;
    let meters = this.#workloads.get(workload);
    if (!meters) {
      meters = { pods: new Map(), front: isFront(workload) ? new FrontCounter(workload) : undefined };
      this.#workloads.set(workload, meters);
    }
    if (meters.pods.has(pod.uid)) return;
    const own = workload.requestCounter !== undefined && !isFront(workload) ? new OwnCounter(pod) : undefined;
    meters.pods.set(pod.uid, { meter: new PodMeter(pod, this.#period, fromMs), own });
  }

  remove(podUid: string): void {
    for (const { pods } of this.#workloads.values()) pods.delete(podUid);
  }

  pods(): readonly MeasuredPod[] {
    return [...this.#workloads.values()].flatMap(({ pods }) => [...pods.values()].map(({ meter }) => meter.pod));
  }

  at(nodeAddress: string): readonly PodMeter[] {
    return [...this.#workloads.values()].flatMap(({ pods }) =>
      [...pods.values()].map(({ meter }) => meter).filter((meter) => meter.pod.nodeAddress === nodeAddress),
    );
  }

  /** Series of all pods between two instants on the grid, one by one, for they may be large. */
  *advance(fromMs: number, toMs: number): Generator<Series> {
    const { stepSeconds, nowMs } = this.#period;
    const steps = { startMs: fromMs + stepSeconds * 1000, stepSeconds };
    for (const { pods, front } of this.#workloads.values()) {
      const requests: Float64Array[] = [];
      for (const { meter, own } of pods.values()) {
        const advanced = meter.advance(fromMs, toMs);
        yield* advanced.series;
        yield* scrapeSeries(meter.pod, fromMs, toMs, nowMs);
        if (own) yield* own.advance(advanced.requests, steps);
        if (front) requests.push(advanced.requests);
      }
      if (front && requests.length > 0) yield* front.advance(requests, steps);
    }
  }
}
