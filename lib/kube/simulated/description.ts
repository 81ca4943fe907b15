/**
 * A cluster described in data: nodes, workloads, and how each is used over time. From it come the objects and series of
 * the demo, of the test cluster (real API server, Prometheus, VictoriaMetrics) and of the labelled cases, so that all
 * three tell the same story. Times are given relative to `now`, so that a description does not age.
 */

import type { Verdict } from '../../types/idle.ts';

export interface ClusterDescription {
  readonly name: string;
  readonly seed: number;
  readonly nodes: readonly NodeDescription[];
  readonly workloads: readonly WorkloadDescription[];
  readonly limitRanges?: readonly LimitRangeDescription[];
}

/** Bounds and defaults for the containers of one namespace. */
export interface LimitRangeDescription {
  readonly namespace: string;
  readonly name: string;
  readonly container: Readonly<
    Partial<Record<'min' | 'max' | 'default' | 'defaultRequest', { readonly cpu?: string; readonly memory?: string }>>
  >;
}

export interface NodeDescription {
  readonly name: string;
  readonly cpu: string;
  readonly memory: string;
  readonly instanceType?: string;
  readonly zone?: string;
}

export interface ProbeDescription {
  readonly type: 'startup' | 'readiness' | 'liveness';
  readonly handler: 'http' | 'tcp' | 'exec' | 'grpc';
  readonly periodSeconds: number;
  readonly path?: string;
  readonly port?: number;
  /** What one probe moves on the wire, both directions, bytes (an HTTP probe: 500 to 1,200). */
  readonly bytes: number;
}

export interface ContainerDescription {
  readonly name: string;
  readonly image: string;
  readonly requests?: { readonly cpu?: string; readonly memory?: string };
  readonly limits?: { readonly cpu?: string; readonly memory?: string };
  readonly probes?: readonly ProbeDescription[];
  readonly ports?: readonly { readonly name: string; readonly port: number }[];
  readonly env?: Readonly<Record<string, string>>;
  /** A native sidecar: init container with restartPolicy Always. */
  readonly nativeSidecar?: boolean;
  readonly usage: ContainerUsageDescription;
  /** Last termination, shown in the pod's status. */
  readonly oomKilledHoursAgo?: number;
}

/** Use of a container while nobody uses the app. */
export interface ContainerUsageDescription {
  readonly cpuCores: number;
  /** Relative standard deviation of the noise on CPU and network. */
  readonly noise?: number;
  readonly memoryBytes: number;
  /** Relative amplitude of a saw-tooth on memory (garbage collection), with its period. */
  readonly memorySawtooth?: { readonly amplitude: number; readonly periodMinutes: number };
  /** Steady traffic besides probes (telemetry, polling, scrapes), bytes per second, both directions. */
  readonly networkBytesPerSecond?: number;
}

/** When the app is used, and what one second of use costs. Patterns add up. */
export interface ActivityDescription {
  readonly pattern:
    | { readonly kind: 'constant' }
    /** Every day or on given ISO weekdays, from–to in local hours of the zone (fractions allowed). */
    | {
        readonly kind: 'hours';
        readonly timeZone: string;
        readonly weekdays: readonly number[];
        readonly from: number;
        readonly to: number;
      }
    /** Starts at a fixed local time, lasts `minutes`. */
    | { readonly kind: 'daily'; readonly timeZone: string; readonly at: number; readonly minutes: number }
    | {
        readonly kind: 'weekly';
        readonly timeZone: string;
        readonly weekday: number;
        readonly at: number;
        readonly minutes: number;
      }
    /** Every `everyMinutes`, for `minutes`, with a seeded jitter. */
    | { readonly kind: 'every'; readonly everyMinutes: number; readonly minutes: number; readonly jitterMinutes?: number }
    /** At given times before now. */
    | { readonly kind: 'at'; readonly hoursAgo: readonly number[]; readonly minutes: number }
    /** Constantly until then. */
    | { readonly kind: 'until'; readonly hoursAgo: number }
    /** For `minutes` after each pod's start. */
    | { readonly kind: 'startup'; readonly minutes: number };
  readonly container: string;
  readonly cpuCores: number;
  readonly memoryBytes?: number;
  readonly networkBytesPerSecond: number;
  /** User requests per second while active, seen by the request counter if the workload has one. */
  readonly requestsPerSecond?: number;
  /** Only these replicas are used (0-based); all when absent. */
  readonly replicas?: readonly number[];
}

export interface WorkloadDescription {
  /** Which labelled scenario this is, e.g. `forgotten-staging`; names in lib/kube/simulated/scenarios.ts. */
  readonly scenario: string;
  /** The verdict a right judge gives with all evidence at hand. */
  readonly label: Verdict;
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Pod';
  readonly name: string;
  readonly replicas: number;
  readonly ageHours: number;
  /** Age of the pods; that of the workload when absent. */
  readonly podAgeHours?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerDescription[];
  readonly activity: readonly ActivityDescription[];
  readonly hostNetwork?: boolean;
  /** Runs under a service account named like it, as what speaks to the API server does; else under `default`. */
  readonly ownServiceAccount?: boolean;
  readonly service?: { readonly name?: string; readonly port: number; readonly selector?: Readonly<Record<string, string>> };
  /** Counter that sees this workload's requests, if any: `nginx_ingress_controller_requests`, `istio_requests_total`, `http_requests_total`. */
  readonly requestCounter?: string;
  /** How Prometheus scrapes the pods' own metrics; the bytes this moves are among `networkBytesPerSecond`. */
  readonly scrape?: { readonly intervalSeconds: number; readonly samples: number };
  readonly autoscaler?: { readonly min: number; readonly max: number; readonly cpuUtilization: number };
  readonly disruptionBudget?: { readonly minAvailable: number | string };
  /** A leader-election lease held by the given replica. */
  readonly lease?: { readonly name: string; readonly holderReplica: number };
  readonly volumeClaim?: { readonly storage: string };
  readonly priorityClassName?: string;
  /** Parts of the history that are missing, hours before now. */
  readonly gaps?: readonly { readonly fromHoursAgo: number; readonly toHoursAgo: number }[];
  /** Custom owner above the built-in one, e.g. a Rollout or a Prometheus object. */
  readonly owner?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}
