/**
 * What `collect` is asked with, and what each round tells.
 *
 * Rights (`operations/auth/rights.ts` has them as data): all lists of a look; `list nodes.metrics.k8s.io` (use of nodes);
 * `watch pods` with --every (pods that come and go between rounds); `get nodes/proxy` with --kubelet; `list services` and
 * `get services/proxy` for a Prometheus in the cluster. Only `list pods` is indispensable.
 */

import type { Retention } from '../../store/retention.ts';
import type { SourceReport } from '../../types/source.ts';
import type { ClusterIdentity } from '../../types/workload.ts';
import type { LookRequest } from '../request.ts';

export interface CollectRequest extends LookRequest {
  /** Asks the kubelets as well. */
  readonly kubelet: boolean;
  /** Undefined: the history's own; what is left out is the default. */
  readonly retention: Partial<Retention> | undefined;
  /** Seconds that are filled from Prometheus where the history has nothing; undefined: none. */
  readonly backfillSeconds: number | undefined;
}

export interface RepeatedCollectRequest extends CollectRequest {
  readonly everySeconds: number;
  /** Undefined: until it is stopped. */
  readonly forSeconds: number | undefined;
  /** Told after each round that was recorded. */
  readonly onRound: (round: RoundSummary) => void;
}

/** What was recorded by one round. */
export interface RoundSummary {
  readonly cluster: ClusterIdentity;
  readonly atMs: number;
  readonly namespace: string;
  readonly folder: string;
  readonly pods: number;
  /** Pods that ended or went since the round before. */
  readonly ended: number;
  readonly containers: number;
  /** Pods whose network rate is known. */
  readonly networks: number;
  readonly workloads: number;
  readonly nodes: number;
  readonly sources: readonly SourceReport[];
  /** Samples added from Prometheus where the history had none. */
  readonly backfilledSamples: number;
  /** Seconds of the round, from the first request until the rows were safe. */
  readonly seconds: number;
  /** Of all answers. */
  readonly receivedBytes: number;
  /** Sentences about parts of the history that could not be read or tidied. */
  readonly problems: readonly string[];
}

/** What a repeated collection came to. */
export interface CollectOutcome {
  readonly rounds: number;
  readonly failedRounds: number;
  /** Ticks that passed while a round took longer than the interval. */
  readonly skippedTicks: number;
}
