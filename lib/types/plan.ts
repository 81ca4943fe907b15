/**
 * A plan: changes that are proposed, each with the values it presumes, what it saves, and the evidence for every number.
 * It is what `optimize` prints and what `simulate` and `apply` read.
 */

import type { Money } from './money.ts';
import type { ClusterIdentity, ObjectReference, Resources } from './workload.ts';

/** `schedule` and `storage` change no object that is there: the one is emitted as manifests, the other is reported. */
export type RecommendationKind = 'scale-to-zero' | 'rightsize' | 'schedule' | 'storage';

/** RFC 6902 operations. Each replacement is preceded by a `test` of the value it presumes. */
export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** One number that changes, with the rule that it comes from. */
export interface ValueChange {
  /** Absent for replicas. */
  readonly container?: string;
  readonly field: 'replicas' | 'requests.cpu' | 'requests.memory' | 'limits.cpu' | 'limits.memory';
  /** As written in the object; absent where it was not set. */
  readonly from?: string;
  readonly to: string;
  /**
   * Named rule: `peak quantile 95 % of weeks`, `highest memory peak`, `highest CPU peak`, `p99 of peaks + 15 %`, `peak + 15 %`, `floor`, `OOM kill + 20 %`, `OOM kill + 100 MiB`, `limit kept at its ratio`,
   * `limit equals request`, `CPU limit`, `LimitRange minimum`, `LimitRange maximum`, `LimitRange ratio`, `idle`.
   */
  readonly rule: string;
  /** What was measured, in words with source, period and sample count. */
  readonly evidence: string;
  /** Absent where no history was left that it was not made from. */
  readonly replayed?: ReplayedHours;
}

export interface Savings {
  /** Requests that are no longer held, over all replicas; negative where a request grows. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
  /** List price of these requests over a month of 730 hours. Requests are not money: nothing falls off a bill until a node goes. */
  readonly monthly: Money;
  readonly priceSource: string;
}

/** One reason for or against a change, by its share of the log-odds: positive makes it riskier. */
export interface RiskFactor {
  /** Stable name: `single replica`, `no disruption budget`, `owned by GitOps`, … */
  readonly name: string;
  readonly logOdds: number;
  /** What was seen that says so. */
  readonly evidence: string;
}

/** How likely it is that somebody regrets the change. */
export interface Risk {
  /** 0–1: the logistic function of the sum of the factors, the base rate among them. */
  readonly value: number;
  /** The weightiest first. */
  readonly factors: readonly RiskFactor[];
}

export type RiskLevel = 'low' | 'medium' | 'high';

/** Below it a risk is low: applied without --force. */
export const LOW_RISK = 0.3;
/** From it on a risk is high. */
const HIGH_RISK = 0.6;

export function riskLevel(value: number): RiskLevel {
  return value < LOW_RISK ? 'low' : value < HIGH_RISK ? 'medium' : 'high';
}

/** What a person carries out elsewhere, because the cluster is not where it is decided or because it is a new object. */
export interface Emitted {
  /** `kustomize`: a strategic merge patch; `helm-values`: values for the release; `manifests`: objects to be created. */
  readonly form: 'kustomize' | 'helm-values' | 'manifests';
  /** YAML, one or more documents. */
  readonly text: string;
  /** Where it belongs: `the repository of Argo CD application shop`. */
  readonly destination: string;
}

/** How often the values of a recommendation would have been exceeded in history that they were not made from. */
export interface ReplayedHours {
  readonly hours: number;
  readonly exceeded: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The API server's answer to the dry-run of one patch. */
export type DryRunResult =
  | { readonly state: 'accepted' }
  | { readonly state: 'rejected' | 'forbidden' | 'failed'; readonly reason: string }
  | { readonly state: 'not-asked'; readonly reason: string };

export interface Recommendation {
  readonly kind: RecommendationKind;
  readonly target: ObjectReference;
  readonly replicas: number;
  readonly reason: string;
  readonly confidence?: number;
  readonly risk: Risk;
  readonly changes: readonly ValueChange[];
  /** Empty where nothing is written to the cluster: then `emitted` or `reason` says what to do. */
  readonly patch: readonly JsonPatchOperation[];
  /** Brings the presumed values back. */
  readonly undo: readonly JsonPatchOperation[];
  readonly emitted?: Emitted;
  readonly requestedBefore: Resources;
  readonly savings: Savings;
  readonly warnings: readonly string[];
  readonly dryRun: DryRunResult;
}

/** A workload (or one resource of it) that was examined and got no recommendation, and why. */
export interface Declined {
  readonly target: ObjectReference;
  readonly container?: string;
  readonly resource?: 'cpu' | 'memory' | 'replicas';
  readonly reason: string;
}

export interface Plan {
  readonly apiVersion: 'upid.dev/v1alpha1';
  readonly kind: 'OptimizationPlan';
  readonly cluster: ClusterIdentity;
  readonly madeAtMs: number;
  readonly evidence: { readonly fromMs: number; readonly toMs: number; readonly sources: readonly string[] };
  readonly recommendations: readonly Recommendation[];
  readonly declined: readonly Declined[];
  readonly savings: Savings;
}
