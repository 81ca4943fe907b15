/** Idle verdicts and the evidence behind each: what `kubectl upid idle -o json` prints. */

import type { ObjectReference, Resources } from './workload.ts';

export type Verdict = 'idle' | 'active' | 'unknown';

export type FactorName = 'cpu' | 'memory' | 'network' | 'requests' | 'business-hours' | 'life' | 'earlier-use';

/** `supports` idleness, `refutes` it, cannot tell (`unknown`), or does not bear on it (`neutral`). */
export type FactorState = 'supports' | 'refutes' | 'unknown' | 'neutral';

/** A short series for a sparkline; null where nothing was measured. */
export interface FactorSeries {
  readonly startMs: number;
  readonly slotSeconds: number;
  readonly unit: 'cores' | 'bytes' | 'bytes/s' | 'requests';
  readonly values: readonly (number | null)[];
}

export interface Factor {
  readonly factor: FactorName;
  readonly state: FactorState;
  /** One sentence: what was seen against what was asked for. */
  readonly evidence: string;
  /** Highest value within the quiet run, or the value that broke it, in `unit`. */
  readonly value?: number;
  readonly threshold?: number;
  readonly unit?: 'cores' | 'bytes' | 'bytes/s' | 'requests' | 'fraction' | 'seconds';
  /** Length of the quiet run that reaches to the end of the evidence. */
  readonly quietSeconds?: number;
  readonly requiredSeconds?: number;
  readonly source?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Slots with a value ÷ slots in the period. */
  readonly coverage?: number;
  /** Its part of the confidence, in log-odds towards the verdict idle. */
  readonly share?: number;
  readonly series?: FactorSeries;
}

export interface MissingEvidence {
  /** The factor, and what it lacks: `network: no receive and transmit rates`. */
  readonly what: string;
  /** How to get it. */
  readonly remedy: string;
}

export interface IdleFinding {
  readonly workload: ObjectReference;
  /** The workload's own labels; absent where they were not kept. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly verdict: Verdict;
  /** Probability that the verdict is right, 0–1. */
  readonly confidence: number;
  /** One sentence: why this verdict. */
  readonly reason: string;
  readonly pods: number;
  /** Start of the common quiet run of all factors that count; absent unless idle. */
  readonly idleSinceMs?: number;
  /** True where idleSinceMs is the start of the evidence, so that it may have been idle for longer. */
  readonly idleAtLeast?: boolean;
  readonly lastUsedMs?: number;
  readonly nextUseMs?: number;
  /** True where it is active because it stands by, whether it is used at present or not. */
  readonly standsBy?: true;
  /** Highest use within the window, of the busiest replica; a signal that is missing is absent. */
  readonly use: {
    readonly cpuCores?: number;
    readonly memoryBytes?: number;
    readonly networkBytesPerSecond?: number;
    /** Requests within the requests period (6 h unless told otherwise). */
    readonly requests?: number;
    readonly requestsSource?: string;
  };
  /** Sum of the pods' requests (app containers and sidecars): what is held without being used. */
  readonly requested: Resources;
  readonly factors: readonly Factor[];
  readonly missing: readonly MissingEvidence[];
}

/** The rule's settings; defaults and their sources stand in lib/intelligence/idle/settings.ts. */
export interface IdleSettings {
  readonly windowSeconds: number;
  readonly cpuFraction: number;
  /** Request assumed where a container has neither request nor limit, cores. */
  readonly cpuAssumedRequestCores: number;
  readonly cpuQuietSeconds: number;
  readonly memoryFraction: number;
  readonly memoryMovement: number;
  readonly memoryQuietSeconds: number;
  readonly networkBytesPerSecond: number;
  readonly networkQuietSeconds: number;
  readonly requestsQuietSeconds: number;
  readonly earlierUseSeconds: number;
  readonly startupSeconds: number;
  /** A run ends at a gap longer than this many sample intervals. */
  readonly gapIntervals: number;
  /** Confidence from which an idle workload is listed. */
  readonly confidence: number;
  readonly businessHours: BusinessHours;
  /** Container names or image fragments that are sidecars, besides the known ones. */
  readonly sidecars: readonly string[];
}

/** Hours of use: ISO weekdays 1 (Monday) to 7, minutes of the day, IANA time zone. */
export interface BusinessHours {
  readonly weekdays: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly timeZone: string;
}
