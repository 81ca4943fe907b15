/** Everything behind the idle verdict on one workload: what `kubectl upid explain -o json` prints. */

import type { FactorName, IdleFinding, IdleSettings, Verdict } from './idle.ts';
import type { Provenance } from './result.ts';
import type { Autoscaler, DisruptionBudget, Lease, Management, Probe, RouteRule, Service } from './workload.ts';

/** A part of the confidence, taken away. */
export interface FactorEffect {
  readonly factor: FactorName;
  /** In log-odds towards the verdict. */
  readonly share: number;
  /** What the confidence would be without it, all else equal. */
  readonly confidenceWithout: number;
}

/** How the shares make the confidence: they add up to log-odds, whose probability is calibrated on labelled cases. */
export interface ConfidenceSum {
  /** Log-odds before any evidence. */
  readonly intercept: number;
  /** With all shares. */
  readonly logOdds: number;
  /** The logistic of it; the confidence itself is calibrated. */
  readonly uncalibrated: number;
}

/** What the verdict would be if something were otherwise: the judge asked again with that one thing changed. */
export interface Supposition {
  /** Completes "if": `one CPU sample were above 12m`. */
  readonly suppose: string;
  readonly factor?: FactorName;
  /** For evidence that is missing: how to get it. */
  readonly remedy?: string;
  readonly verdict: Verdict;
  readonly confidence: number;
  readonly reason: string;
}

/** What keeps a workload active. */
export interface Keeper {
  /** Absent for a standby, which is no factor. */
  readonly factor?: FactorName;
  readonly evidence: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly unit?: IdleFinding['factors'][number]['unit'];
  /** value ÷ threshold. */
  readonly times?: number;
  /** End of the last sample that was in use. */
  readonly lastMs?: number;
  /** From when on it would speak for idleness, were everything quiet from now on; absent where it never would. */
  readonly quietFromMs?: number;
}

/** A verdict that time brings. */
export interface Moment {
  readonly atMs: number;
  readonly verdict: Verdict;
  readonly confidence: number;
  /** The factor that decides then; absent where it is none. */
  readonly factor?: FactorName;
  /** What that factor says then, or the reason of the verdict. */
  readonly evidence: string;
}

export interface Outlook {
  /** What keeps it active, strongest first; empty for other verdicts. */
  readonly keepers: readonly Keeper[];
  readonly suppositions: readonly Supposition[];
  /** The first moment at which it would be idle, were it measured as now and quiet from now on; absent where it is idle. */
  readonly idleFrom?: Moment;
  /** Why quiet alone never makes it idle; absent where it does, or where it is idle. */
  readonly neverIdle?: string;
  /** When the verdict idle would end if nothing were measured any more. */
  readonly unmeasured?: Moment;
}

/** Traffic that the pod causes itself, each part as it was expected, and how much was subtracted. */
export interface OwnTraffic {
  /** `2 probes`, `scrapes`, `sidecars`. */
  readonly parts: readonly string[];
  /** Subtracted: the steady part of what was observed, at most what these can account for. Absent without network samples. */
  readonly subtractedBytesPerSecond?: number;
  readonly expectedAtMostBytesPerSecond: number;
  /** HTTP, gRPC and TCP probes that one pod answers in a second. */
  readonly probesPerSecond: number;
}

export interface ExplainedContainer {
  readonly name: string;
  readonly image: string;
  /** `sidecar`: left out of CPU and memory. */
  readonly judged: 'app' | 'sidecar' | 'init';
  readonly probes: readonly Probe[];
}

export interface ExplainedPod {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly startedAtMs: number;
  readonly node?: string;
  readonly lastTermination?: { readonly container: string; readonly reason: string; readonly atMs: number };
}

export interface Explanation {
  readonly finding: IdleFinding;
  /** The names it was asked by that are not its own: pods or ReplicaSets of it. */
  readonly askedBy: readonly { readonly kind: string; readonly name: string }[];
  /** By factor, for those that have a part in the confidence. */
  readonly effects: readonly FactorEffect[];
  /** Absent where the verdict's confidence is not told by shares. */
  readonly confidenceSum?: ConfidenceSum;
  readonly outlook: Outlook;
  readonly ownTraffic: OwnTraffic;
  readonly containers: readonly ExplainedContainer[];
  readonly pods: readonly ExplainedPod[];
  /** Why it stands by; absent where nothing says so. */
  readonly standby?: string;
  readonly autoscalers: readonly Autoscaler[];
  readonly disruptionBudgets: readonly DisruptionBudget[];
  readonly leases: readonly Lease[];
  readonly services: readonly Service[];
  readonly routes: readonly RouteRule[];
  readonly management?: Management;
  readonly desiredReplicas?: number;
}

export interface ExplainResult extends Provenance {
  readonly settings: IdleSettings;
  readonly explanations: readonly Explanation[];
}
