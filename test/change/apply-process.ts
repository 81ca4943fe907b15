/** Started by apply-faults.test.ts: carries out a plan, and may be killed at any moment. */

import process from 'node:process';
import { applyPlan } from '../../lib/operations/change/apply.ts';
import type { Recommendation } from '../../lib/types/plan.ts';
import type { ClusterIdentity } from '../../lib/types/workload.ts';
import { changeRequest } from './change-request.ts';

export interface ApplyJob {
  readonly kubeconfig: string;
  readonly home: string;
  readonly cluster: ClusterIdentity;
  readonly recommendations: readonly Recommendation[];
}

const { kubeconfig, home, ...plan } = JSON.parse(process.argv[2] ?? '') as ApplyJob;
await applyPlan(plan, {
  ...changeRequest(kubeconfig, home),
  // Asked right before the journal is begun: what comes before writes nothing.
  confirm: async () => {
    process.stdout.write('begins\n');
    return true;
  },
});
