/** The state of a proposal before the API server was asked about it. */

import type { DryRunResult } from '../types/plan.ts';

export const NOT_ASKED: DryRunResult = { state: 'not-asked', reason: 'the API server has not been asked' };
