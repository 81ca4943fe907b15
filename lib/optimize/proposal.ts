/** A recommendation before its risk is known. */

import type { Recommendation } from '../types/plan.ts';

export type Proposal = Omit<Recommendation, 'risk'>;
