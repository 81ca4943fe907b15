/** What a process hands to the rooms, made once in plugin/context.ts: no room reads `process`, the clock or randomness by itself. */

export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  readonly workingDirectory: string;
  /** Wall clock, Unix epoch milliseconds. */
  readonly now: () => number;
  /** Monotonic clock, milliseconds; durations are differences of it, so that a clock that jumps harms none. */
  readonly elapsed: () => number;
  /** In [0, 1): jitter of retries and names of temporary files. */
  readonly random: () => number;
  /** True when a person can answer on standard input (exec credential plugins that ask). */
  readonly stdinIsTerminal: boolean;
  /** Writes one line for the person on standard error. */
  readonly warn: (line: string) => void;
  /** klog-like verbosity: 0 quiet, 1 sources and their cost, 6 every request. */
  readonly verbosity: number;
  readonly process: ProcessIdentity;
}

/** Who runs this: for locks, and for the trail of what was done. */
export interface ProcessIdentity {
  readonly id: number;
  /** Name of the machine. */
  readonly host: string;
  /** Name of the machine's user; empty where the machine knows none. */
  readonly user: string;
  /** Whether a process of this number lives on this machine. */
  readonly isRunning: (id: number) => boolean;
}
