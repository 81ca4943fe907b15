/**
 * Usage over time. Every source (Prometheus, the own history, a file of samples) is brought to the same form: consecutive
 * slots of equal length, in each the extremes of the samples that fell into it. With slots as long as the sampling
 * interval this is the plain series; with hours it is what a server can aggregate for thousands of pods.
 */

/** Consecutive slots, oldest first; slot i covers [startMs + i·slotSeconds·1000, startMs + (i+1)·slotSeconds·1000). */
export interface SlotGrid {
  readonly startMs: number;
  readonly slotSeconds: number;
  readonly slots: number;
}

/** One value a slot; NaN where no sample fell into it. Length = grid.slots. */
export type SlotValues = Float64Array;

/** Use of one workload by one source; each figure is that of the busiest replica. A metric the source does not have is absent. */
export interface WorkloadUsage {
  readonly source: 'prometheus' | 'history' | 'metrics.k8s.io' | 'file';
  readonly grid: SlotGrid;
  /** Usual distance of the samples behind a slot, in seconds; at most slotSeconds. */
  readonly sampleSeconds: number;
  /** Highest sum over a pod's app containers (known sidecars left out), cores. */
  readonly cpuPeakCores?: SlotValues;
  /** Highest working set of a pod's app containers, bytes. */
  readonly memoryPeakBytes?: SlotValues;
  /** (highest − lowest) ÷ highest working set of one pod within the slot, fraction; the largest over pods. */
  readonly memoryMovement?: SlotValues;
  /** Highest receive + transmit rate of a pod, bytes per second. Absent for host-network pods. */
  readonly networkPeakBytesPerSecond?: SlotValues;
  /** Median of that rate within the slot; equals the peak where a slot is one sample. */
  readonly networkMedianBytesPerSecond?: SlotValues;
  /** Number of pods that gave samples in the slot. */
  readonly podCount?: SlotValues;
}

/** Requests that reached one workload as an ingress, a mesh or the app itself counted them, probes left out. */
export interface WorkloadRequests {
  /** Metric family, e.g. `nginx_ingress_controller_requests`. */
  readonly source: string;
  readonly grid: SlotGrid;
  /** Requests within each slot; NaN where the counter was not scraped. */
  readonly counts: SlotValues;
}

/** Peaks and percentiles of one container of a workload over a period, the largest over its pods: what sizing rests on. */
export interface ContainerUsage {
  readonly container: string;
  readonly source: 'prometheus' | 'history' | 'metrics.k8s.io' | 'file';
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
  /** Start of the period of the CPU figures, where it is shorter than that of memory. */
  readonly cpuFromMs?: number;
  /** 99th percentile of the hourly peaks of the CPU rate, cores. */
  readonly cpuP99Cores?: number;
  readonly cpuPeakCores?: number;
  /** Distance of the samples that the rate was taken over, seconds. */
  readonly cpuResolutionSeconds?: number;
  readonly memoryPeakBytes?: number;
  /** Share of the scheduler's periods in which it was held at its CPU limit, 0–1, of the pod held most; absent where that is not counted. */
  readonly cpuThrottled?: number;
  /** Absent where the source was not asked for hours, or gave none. */
  readonly hours?: ContainerHours;
}

/** Use of one container hour by hour, each value the largest over the pods; NaN in hours without samples. */
export interface ContainerHours {
  /** Slots of one hour. */
  readonly grid: SlotGrid;
  readonly cpuMeanCores?: SlotValues;
  readonly cpuPeakCores?: SlotValues;
  readonly memoryMeanBytes?: SlotValues;
  readonly memoryPeakBytes?: SlotValues;
}

/** Figures of containers, each with its hours where these are known by its name. */
export function withHours(
  containers: readonly ContainerUsage[],
  hours: ReadonlyMap<string, ContainerHours> | undefined,
): readonly ContainerUsage[] {
  return containers.map((each) => {
    const own = hours?.get(each.container);
    return own ? { ...each, hours: own } : each;
  });
}

/** All that is known about one workload's use, keyed by `workloadKey`. Sources best first. */
export interface UsageEvidence {
  readonly usage: readonly WorkloadUsage[];
  readonly requests: readonly WorkloadRequests[];
  readonly containers: readonly ContainerUsage[];
  /** True where Prometheus scrapes the pods (`up` has them); with the bytes a scrape moves, where known. */
  readonly scrape?: { readonly intervalSeconds: number; readonly bytesPerScrape?: number };
}

/** One container (container name) or one pod's network (container '') at one instant: the row that the history keeps. */
export interface Sample {
  readonly atMs: number;
  readonly namespace: string;
  readonly workloadKind: string;
  readonly workloadName: string;
  readonly pod: string;
  readonly container: string;
  /** False for a known sidecar. */
  readonly app: boolean;
  readonly source: string;
  /** NaN where the source does not tell. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly networkBytesPerSecond: number;
  /** Highest value since the previous sample where the source knows it; absent where it tells one value only. */
  readonly cpuPeakCores?: number;
  readonly memoryPeakBytes?: number;
  readonly networkPeakBytesPerSecond?: number;
  /** User requests within windowSeconds, probes left out; stands in the pod's network row (container ''). NaN where no counter saw the pod. */
  readonly requests: number;
  /** Seconds the CPU and network rates were averaged over. */
  readonly windowSeconds: number;
}

/** Key of a workload in maps of evidence: `namespace/Kind/name`. */
export function workloadKey(ref: { readonly namespace: string; readonly kind: string; readonly name: string }): string {
  return `${ref.namespace}/${ref.kind}/${ref.name}`;
}

/** Use of one workload hour by hour, all its pods summed: what a forecast and a rhythm rest on. NaN in hours without samples. */
export interface WorkloadHours {
  readonly source: 'prometheus' | 'history' | 'file';
  /** Slots of one hour that begin at full hours (UTC). */
  readonly grid: SlotGrid;
  /** Mean over the hour of the sum over pods; sidecars are among it, as they must be paid and scheduled too. */
  readonly cpuMeanCores?: SlotValues;
  /** Sum over pods of the highest value within the hour: an upper bound where the pods do not peak together. */
  readonly cpuPeakCores?: SlotValues;
  readonly memoryMeanBytes?: SlotValues;
  readonly memoryPeakBytes?: SlotValues;
  readonly networkMeanBytesPerSecond?: SlotValues;
  readonly networkPeakBytesPerSecond?: SlotValues;
}

/** What lies on a persistent volume, day by day. */
export interface VolumeUse {
  /** Name of the claim, in the workload's namespace. */
  readonly claim: string;
  readonly capacityBytes: number;
  /** Slots of one day that end where the newest full hour does. */
  readonly grid: SlotGrid;
  /** Highest of each day. */
  readonly usedPeakBytes: SlotValues;
}

/** What a server knows of one workload by the hour. */
export interface HoursEvidence {
  /** Absent where only its volumes are known. */
  readonly hours?: WorkloadHours;
  readonly volumes: readonly VolumeUse[];
}
