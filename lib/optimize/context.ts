/** What every proposal is made with, besides the workload itself. */

import type { SizingModel } from '../intelligence/sizing/recommend.ts';
import type { BusinessHours } from '../types/idle.ts';
import type { ResourcePrices } from '../types/money.ts';
import type { SizingRisk } from '../types/sizing.ts';
import type { ContainerLimitRange, Node, ResourceQuota } from '../types/workload.ts';
import type { OptimizeSettings } from './settings.ts';

export interface PlanContext {
  readonly madeAtMs: number;
  readonly limitRanges: readonly ContainerLimitRange[];
  readonly resourceQuotas: readonly ResourceQuota[];
  /** Empty where they may not be listed: then it is not checked that a pod still fits on one. */
  readonly nodes: readonly Node[];
  readonly prices: ResourcePrices;
  readonly settings: OptimizeSettings;
  /** Absent: whether most people work just now is not known. */
  readonly businessHours?: BusinessHours;
  /** What sizes a container whose hours are known; without it, and without hours, peaks are given a margin. */
  readonly peaks?: LearnedPeaks;
}

/** The learned peak of the coming week, and how rarely it may be exceeded. */
export interface LearnedPeaks {
  readonly model: SizingModel;
  readonly risk: SizingRisk;
}
