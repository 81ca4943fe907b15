/** Defaults of the rules that propose, each with its reason. */

import { DAY } from '../types/duration.ts';
import { MEBIBYTE } from '../types/quantity.ts';

export interface OptimizeSettings {
  /** Confidence from which an idle workload is proposed to be scaled to zero. */
  readonly idleConfidence: number;
  /** What is added to the measured need, fraction. */
  readonly cpuMargin: number;
  readonly memoryMargin: number;
  /** Requests are never proposed below these. */
  readonly cpuFloorCores: number;
  readonly memoryFloorBytes: number;
  /** After an OOM kill memory is at least the amount it was killed at times this factor, and at least that many bytes above it. */
  readonly oomFactor: number;
  readonly oomBytes: number;
  /** An OOM kill counts for so long. */
  readonly oomPeriodSeconds: number;
  /** From this share of throttled periods on a CPU request is not lowered. */
  readonly throttledShare: number;
  /** History below which requests are left. */
  readonly historySeconds: number;
  readonly samplesPerDay: number;
  /** Changes below this fraction of the present request are not proposed. */
  readonly smallestChange: number;
  /** Nor are reductions that free less than these over all replicas. */
  readonly smallestCpuCores: number;
  readonly smallestMemoryBytes: number;
  /** Workloads of these namespaces and priority classes keep the cluster itself running. */
  readonly systemNamespaces: readonly string[];
  readonly criticalPriorityClasses: readonly string[];
  /** Whether they are left alone. */
  readonly protectSystem: boolean;
}

export const DEFAULT_OPTIMIZE_SETTINGS: OptimizeSettings = {
  // One wrong in ten at most: what is scaled to zero answers nobody.
  idleConfidence: 0.9,
  // The margin of VPA and KRR. On the traces that the rules were compared on, the highest peak of 30 days and 15 % was
  // exceeded in the week after by 7 of 100 machines for memory; for CPU the percentile may be, because CPU waits and does not kill.
  cpuMargin: 0.15,
  memoryMargin: 0.15,
  // A hundredth of a core keeps a runtime's timers and health checks answering; below it the scheduler packs by memory alone anyway.
  cpuFloorCores: 0.01,
  // Room for a small runtime and its page cache; what was measured below it is mostly a process that has done nothing yet.
  memoryFloorBytes: 32 * MEBIBYTE,
  // As the vertical pod autoscaler does: what was asked for when it was killed is not known, only that it was more.
  oomFactor: 1.2,
  oomBytes: 100 * MEBIBYTE,
  oomPeriodSeconds: 30 * DAY,
  // A burst at the start is below it; the alert of kubernetes-mixin (CPUThrottlingHigh) begins at a quarter, when users have noticed.
  throttledShare: 0.05,
  // Three days hold every hour of the day thrice, so that a daily job was seen more than once. Forecasts need as much.
  historySeconds: 3 * DAY,
  // One in a quarter of an hour on the average: peaks between sparser samples are missed by more than the margin.
  samplesPerDay: 96,
  // As VPA's updater: smaller changes are not worth the restart.
  smallestChange: 0.1,
  // About half a dollar and a fifth of a dollar a month at list price.
  smallestCpuCores: 0.025,
  smallestMemoryBytes: 64 * MEBIBYTE,
  systemNamespaces: ['kube-system', 'kube-public', 'kube-node-lease'],
  criticalPriorityClasses: ['system-cluster-critical', 'system-node-critical'],
  // A mistake there is everybody's; who means it says so.
  protectSystem: true,
};
