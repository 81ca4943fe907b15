/** What an operation returns to its caller: the findings with the provenance that every output carries. */

import type { IdleFinding, IdleSettings } from './idle.ts';
import type { Plan } from './plan.ts';
import type { SourceReport, SourceTraffic } from './source.ts';
import type { ClusterIdentity } from './workload.ts';

export interface Provenance {
  readonly cluster: ClusterIdentity;
  readonly observedAtMs: number;
  /** Namespace that was asked; empty for all. */
  readonly namespace: string;
  readonly windowSeconds: number;
  /** What was asked for by name and is not there. */
  readonly notFound: readonly { readonly kind: string; readonly name: string }[];
  readonly sources: readonly SourceReport[];
  readonly traffic: readonly SourceTraffic[];
}

export interface IdleResult extends Provenance {
  readonly settings: IdleSettings;
  /** Every workload that was examined, whatever its verdict, in no particular order. */
  readonly findings: readonly IdleFinding[];
}

export interface OptimizeResult extends Provenance {
  readonly plan: Plan;
}
