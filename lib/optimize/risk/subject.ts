/** What a risk is told of. */

import type { IdleFinding } from '../../types/idle.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import type { Proposal } from '../proposal.ts';

/** A proposal with all that its risk is told from. */
export interface Subject {
  readonly proposal: Proposal;
  readonly workload: Workload;
  readonly usages: readonly ContainerUsage[];
  readonly finding: IdleFinding | undefined;
  readonly context: PlanContext;
}
