/** What is told of a history: what lies in it, and rows that a query of one's own gives. */

/** A value of a query's row. Integers and decimals that a number cannot hold exactly are text; instants are ISO 8601 in UTC. */
export type QueryValue = string | number | boolean | null | readonly QueryValue[] | { readonly [field: string]: QueryValue };

export interface QueryColumn {
  readonly name: string;
  /** As the engine names it: `TIMESTAMP`, `DOUBLE`. */
  readonly type: string;
}

/** What of a history can be asked for by name, in the order in which it is documented. */
export const VIEW_NAMES = [
  'samples',
  'pods',
  'workloads',
  'nodes',
  'hourly',
  'hourly_pods',
  'hourly_workloads',
  'hourly_nodes',
  'cluster_metrics',
] as const;

export type ViewName = (typeof VIEW_NAMES)[number];

/** A column of a view, as it is documented. */
export interface ViewColumn extends QueryColumn {
  readonly view: string;
  /** What a value means, with its unit. */
  readonly meaning: string;
}

/** What lies in one table of a cluster's history. Instants are Unix epoch milliseconds. */
export interface TableStatus {
  readonly table: string;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Versions of the schema that its parts have, the oldest first. */
  readonly versions: readonly number[];
}

/** History of one cluster. */
export interface ClusterHistory {
  /** UID of kube-system, as its folder is named. */
  readonly cluster: string;
  readonly folder: string;
  readonly tables: readonly TableStatus[];
  readonly bytes: number;
  /** Usual distance of consecutive samples within the last day that has some. */
  readonly intervalSeconds?: number;
  /** How long raw rows and their hourly roll-ups are kept. */
  readonly retention: { readonly rawSeconds: number; readonly hourlySeconds: number };
  /** One sentence for each part that is left out. */
  readonly problems: readonly string[];
}

export interface HistoryStatus {
  /** Folder of all histories. */
  readonly directory: string;
  /** Bytes that are free where it lies; absent where that is not known. */
  readonly freeBytes?: number;
  readonly clusters: readonly ClusterHistory[];
}

/** Files, rows and bytes of a history. */
export interface HistorySize {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What pruning or compacting a history did, or would do. */
export interface Housekeeping {
  readonly cluster: string;
  readonly folder: string;
  readonly action: 'prune' | 'compact';
  /** True: nothing was done. */
  readonly dryRun: boolean;
  /** Days that were rolled up into hours. */
  readonly daysRolledUp: number;
  /** Parts that were merged into others, or removed as they were older than the retention. */
  readonly parts: number;
  readonly before: HistorySize;
  /** Absent where nothing was done. */
  readonly after?: HistorySize;
  readonly problems: readonly string[];
}
