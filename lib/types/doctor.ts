/** What was checked about this machine and the cluster, and what to do about it. */

export type CheckState = 'ok' | 'warning' | 'failed' | 'skipped';

/** One check. `failed`: commands need it; `warning`: they say less without it. */
export interface Check {
  /** `connection`, `server`, `rights`, `metrics`, `prometheus`, `history`, `clock`, `disk`, `tools`, `terminal`, `program`. */
  readonly subject: string;
  readonly state: CheckState;
  /** One sentence without a full stop: what was found, or why it was skipped. */
  readonly says: string;
  /** What to do: a command, a flag, a manifest. */
  readonly remedy?: string;
  /** Figures behind it, each with its unit in the name. */
  readonly figures?: Readonly<Record<string, string | number | boolean>>;
}

export interface Diagnosis {
  readonly simulated: boolean;
  readonly checkedAtMs: number;
  readonly context: string;
  readonly server: string;
  readonly checks: readonly Check[];
}
