/** What a look at a cluster is asked with: the same for every question. Built by plugin/flags from the command line. */

import type { ConnectionOptions } from '../kube/connection.ts';
import type { IdleSettings } from '../types/idle.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ReportProgress } from '../types/source.ts';

/** Which workloads are meant. */
export interface Scope {
  /** Undefined: the namespace of the context. */
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** `TYPE/NAME` arguments, resolved to kinds; empty for all. */
  readonly names: readonly { readonly kind: string; readonly name: string }[];
  readonly chunkSize: number;
}

/** How a Prometheus-compatible server is reached; all absent: found in the cluster. */
export interface PrometheusOptions {
  readonly url?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly token?: string;
  /** `cluster=prod`: added to every selector, for servers that hold many clusters. */
  readonly clusterLabel?: { readonly name: string; readonly value: string };
  /** False with `--prometheus=false`: not looked for. */
  readonly enabled: boolean;
}

export interface LookRequest {
  readonly connection: ConnectionOptions;
  /** True: the simulated cluster inside the program, no network. */
  readonly demo: boolean;
  /** Folder of the history that ships with the program for the simulated cluster (`demo/` beside it), written by the build. */
  readonly demoHistory: string;
  readonly scope: Scope;
  readonly prometheus: PrometheusOptions;
  /** Folder of the history; undefined: the user's data folder. False: neither read nor written. */
  readonly history: string | false | undefined;
  readonly settings: IdleSettings;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
}
