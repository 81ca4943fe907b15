/** What a case tells: a workload, what it does while nobody uses it, and when it is used. Written apart from lib/kube/simulated. */

import type { Verdict } from '../../../lib/types/idle.ts';

export interface Story {
  readonly family: string;
  readonly label: Verdict;
  /** Somebody uses it, or it works by itself. */
  readonly used: boolean;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'Pod';
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly ageHours: number;
  /** Age of the pods. */
  readonly podAgeHours: number;
  readonly requestCores: number | undefined;
  readonly requestBytes: number | undefined;
  /** At rest, share of the request (of 10m without one). */
  readonly cpuShare: number;
  readonly memoryShare: number;
  readonly memoryShape: 'flat' | 'sawtooth' | 'leak' | 'rotation';
  readonly noise: Noise;
  readonly probes: readonly Probe[];
  readonly scrape: { readonly everySeconds: number; readonly bytes: number } | undefined;
  /** Steady traffic besides, bytes per second. */
  readonly chatter: number;
  readonly sidecars: readonly { readonly name: string; readonly image: string; readonly cores: number; readonly bytes: number }[];
  readonly uses: readonly Use[];
  readonly counter: string | undefined;
  readonly stepSeconds: number;
  readonly days: number;
  /** Hours before now without any sample. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Share of samples that are lost one by one. */
  readonly lost: number;
  readonly withheld: readonly ('cpu' | 'memory' | 'network')[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
  readonly lease: 'own' | 'other' | undefined;
  readonly scaler: { readonly min: number; readonly max: number } | undefined;
  readonly budget: { readonly minAvailable?: number; readonly maxUnavailable?: number } | undefined;
  readonly restartedHoursAgo: number | undefined;
  readonly ready: boolean;
}

export interface Noise {
  /** Of the logarithm. */
  readonly sigma: number;
  /** Share of the deviation that lasts from one sample to the next. */
  readonly memory: number;
  /** Share of samples with a burst of garbage collection or a timer, and how much it multiplies the level. */
  readonly bursts: number;
  readonly burstFactor: number;
}

export interface Probe {
  readonly type: 'readiness' | 'liveness' | 'startup';
  readonly handler: 'http' | 'tcp' | 'exec' | 'grpc';
  readonly everySeconds: number;
  readonly bytes: number;
}

/** [fromMs, toMs) before everything is spread over the steps it touches. */
export interface Use {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cores: number;
  readonly bytesPerSecond: number;
  /** In all. */
  readonly requests: number;
  /** The one that is used; all where absent. */
  readonly replica?: number;
}
