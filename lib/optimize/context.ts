/** What every proposal is made with, besides the workload itself. */

import type { ResourcePrices } from '../types/money.ts';
import type { ContainerLimitRange, Node } from '../types/workload.ts';
import type { OptimizeSettings } from './settings.ts';

export interface PlanContext {
  readonly madeAtMs: number;
  readonly limitRanges: readonly ContainerLimitRange[];
  /** Empty where they may not be listed: then it is not checked that a pod still fits on one. */
  readonly nodes: readonly Node[];
  readonly prices: ResourcePrices;
  readonly settings: OptimizeSettings;
}
