/** What each source of evidence was asked and gave: shown by `-v`, kept in every output's metadata. */

import type { Right } from './right.ts';

export type SourceState = 'used' | 'partial' | 'forbidden' | 'absent' | 'failed' | 'not-asked';

export interface SourceReport {
  /** `pods`, `replicasets`, …, `metrics.k8s.io`, `prometheus`, `history`. */
  readonly source: string;
  readonly state: SourceState;
  /** What it gave, in words: `1000 pods`, `v1beta1, 998 pods`, `monitoring/prometheus:9090 through the service proxy`. */
  readonly gave?: string;
  /** Why it gave nothing or only a part: one sentence. */
  readonly reason?: string;
  /** What to do about it: a command, a flag, a right to grant. */
  readonly remedy?: string;
  /** The right that is missing. */
  readonly right?: Right;
}

/** Cost of asking one source. */
export interface SourceTraffic {
  readonly source: string;
  readonly requests: number;
  /** Body bytes received, decompressed. */
  readonly bytes: number;
  readonly seconds: number;
  readonly retries: number;
}

/** A step of a running operation, for the progress line. */
export interface Progress {
  readonly step: string;
  readonly done?: number;
  readonly of?: number;
}

export type ReportProgress = (progress: Progress) => void;
