/**
 * The tables of a history and their columns. A change of meaning needs a new version; parts of an older version go on being read,
 * with NULL in the columns they do not have, and become the newest version when they are merged.
 *
 * Instants are UTC; rates are per second; NULL is "not measured", "not set" or "has not happened".
 */

/** 1: samples only. 2: highest values within an interval; pods, workloads, nodes; hourly roll-ups. */
export const SCHEMA_VERSION = 2;

/** Key under which a part carries its schema version in Parquet's key-value metadata. */
export const VERSION_KEY = 'upid_schema_version';

/** Key under which a merged part lists the parts whose rows it holds, one name a line. */
export const REPLACES_KEY = 'upid_replaces';

/** Key under which a roll-up lists the parts of its day that it was made from, and what those had replaced, one name a line. */
export const COVERS_KEY = 'upid_covers';

/** FLOAT is for figures of few digits: half the bytes that do not compress. */
export type ColumnType = 'TIMESTAMP_MS' | 'VARCHAR' | 'BOOLEAN' | 'DOUBLE' | 'FLOAT' | 'INTEGER';

/** What the engine calls a column that it reads from a part: Parquet's timestamps come in the engine's own resolution. */
export function readType(type: ColumnType): string {
  return type === 'TIMESTAMP_MS' ? 'TIMESTAMP' : type;
}

/** What is recorded at an instant. */
export type RawTable = 'samples' | 'pods' | 'workloads' | 'nodes';

/** What is left of it hour by hour. */
export type HourlyTable = 'hourly' | 'hourly_pods' | 'hourly_workloads' | 'hourly_nodes';

export type Table = RawTable | HourlyTable;

const WORKLOAD = { namespace: 'VARCHAR', workload_kind: 'VARCHAR', workload_name: 'VARCHAR' } as const;

/** What names a pod, where it runs and how it is. */
const POD = {
  ...WORKLOAD,
  pod: 'VARCHAR',
  uid: 'VARCHAR',
  node: 'VARCHAR',
  phase: 'VARCHAR',
  ready: 'BOOLEAN',
} as const;

/** What a roll-up keeps of a pod as it was last seen. */
const POD_STATE = {
  restarts: 'DOUBLE',
  oom_kills: 'DOUBLE',
  created_at: 'TIMESTAMP_MS',
  started_at: 'TIMESTAMP_MS',
  ended_at: 'TIMESTAMP_MS',
  cpu_request_cores: 'DOUBLE',
  memory_request_bytes: 'DOUBLE',
  cpu_limit_cores: 'DOUBLE',
  memory_limit_bytes: 'DOUBLE',
} as const;

/** What a roll-up keeps of a workload. */
const WORKLOAD_STATE = {
  desired_replicas: 'DOUBLE',
  pods: 'DOUBLE',
  ready_pods: 'DOUBLE',
  restarts: 'DOUBLE',
  cpu_request_cores: 'DOUBLE',
  memory_request_bytes: 'DOUBLE',
  cost_per_hour: 'DOUBLE',
} as const;

/** What a node offers, what of it is requested, and what that costs. */
const NODE_STATE = {
  allocatable_cpu_cores: 'DOUBLE',
  allocatable_memory_bytes: 'DOUBLE',
  requested_cpu_cores: 'DOUBLE',
  requested_memory_bytes: 'DOUBLE',
  pods: 'DOUBLE',
  cost_per_hour: 'DOUBLE',
  currency: 'VARCHAR',
  price_source: 'VARCHAR',
} as const;

/** Columns of each table, in their order. */
export const COLUMNS = {
  /** One container, or one pod's network (container ''), at one instant. */
  samples: {
    observed_at: 'TIMESTAMP_MS',
    ...WORKLOAD,
    pod: 'VARCHAR',
    container: 'VARCHAR',
    app: 'BOOLEAN',
    source: 'VARCHAR',
    cpu_cores: 'DOUBLE',
    memory_bytes: 'DOUBLE',
    network_bytes_per_second: 'DOUBLE',
    requests: 'DOUBLE',
    window_seconds: 'DOUBLE',
    cpu_peak_cores: 'DOUBLE',
    memory_peak_bytes: 'DOUBLE',
    network_peak_bytes_per_second: 'DOUBLE',
  },
  pods: {
    observed_at: 'TIMESTAMP_MS',
    ...POD,
    ...POD_STATE,
  },
  workloads: {
    observed_at: 'TIMESTAMP_MS',
    ...WORKLOAD,
    uid: 'VARCHAR',
    ...WORKLOAD_STATE,
  },
  nodes: {
    observed_at: 'TIMESTAMP_MS',
    node: 'VARCHAR',
    ready: 'BOOLEAN',
    source: 'VARCHAR',
    cpu_cores: 'DOUBLE',
    memory_bytes: 'DOUBLE',
    network_bytes_per_second: 'DOUBLE',
    ...NODE_STATE,
    window_seconds: 'DOUBLE',
  },
  /**
   * One container, or one pod's network, over one hour of UTC that begins at `hour`. `*_max` are over the highest values within an
   * interval too, where these are known; the other figures over the values alone. `*_seconds` is how much of the hour the
   * samples stand for.
   */
  hourly: {
    hour: 'TIMESTAMP_MS',
    ...WORKLOAD,
    pod: 'VARCHAR',
    container: 'VARCHAR',
    app: 'BOOLEAN',
    source: 'VARCHAR',
    samples: 'INTEGER',
    first_at: 'TIMESTAMP_MS',
    last_at: 'TIMESTAMP_MS',
    window_seconds: 'DOUBLE',
    cpu_mean_cores: 'FLOAT',
    cpu_p50_cores: 'FLOAT',
    cpu_p95_cores: 'FLOAT',
    cpu_p99_cores: 'FLOAT',
    cpu_max_cores: 'DOUBLE',
    cpu_seconds: 'DOUBLE',
    memory_mean_bytes: 'FLOAT',
    memory_p50_bytes: 'FLOAT',
    memory_p95_bytes: 'FLOAT',
    memory_p99_bytes: 'FLOAT',
    memory_max_bytes: 'DOUBLE',
    memory_min_bytes: 'DOUBLE',
    memory_seconds: 'DOUBLE',
    network_mean_bytes_per_second: 'FLOAT',
    network_p50_bytes_per_second: 'FLOAT',
    network_p95_bytes_per_second: 'FLOAT',
    network_p99_bytes_per_second: 'FLOAT',
    network_max_bytes_per_second: 'DOUBLE',
    network_seconds: 'DOUBLE',
    requests: 'DOUBLE',
  },
  /** A pod as it was last seen within the hour. */
  hourly_pods: {
    hour: 'TIMESTAMP_MS',
    ...POD,
    samples: 'INTEGER',
    last_at: 'TIMESTAMP_MS',
    ...POD_STATE,
  },
  /** Means over the hour; restarts are the highest count. */
  hourly_workloads: {
    hour: 'TIMESTAMP_MS',
    ...WORKLOAD,
    uid: 'VARCHAR',
    samples: 'INTEGER',
    last_at: 'TIMESTAMP_MS',
    ...WORKLOAD_STATE,
  },
  /** Means over the hour, and the highest use; ready when it always was. */
  hourly_nodes: {
    hour: 'TIMESTAMP_MS',
    node: 'VARCHAR',
    ready: 'BOOLEAN',
    source: 'VARCHAR',
    samples: 'INTEGER',
    last_at: 'TIMESTAMP_MS',
    cpu_mean_cores: 'FLOAT',
    cpu_max_cores: 'DOUBLE',
    memory_mean_bytes: 'FLOAT',
    memory_max_bytes: 'DOUBLE',
    network_mean_bytes_per_second: 'FLOAT',
    network_max_bytes_per_second: 'DOUBLE',
    ...NODE_STATE,
  },
} as const satisfies Readonly<Record<Table, Readonly<Record<string, ColumnType>>>>;

export const RAW_TABLES: readonly RawTable[] = ['samples', 'pods', 'workloads', 'nodes'];

export const HOURLY_TABLES: readonly HourlyTable[] = ['hourly', 'hourly_pods', 'hourly_workloads', 'hourly_nodes'];

export const HOURLY_OF: Readonly<Record<RawTable, HourlyTable>> = {
  samples: 'hourly',
  pods: 'hourly_pods',
  workloads: 'hourly_workloads',
  nodes: 'hourly_nodes',
};

/** Columns that came with version 2. */
const NEW_IN_2: ReadonlySet<string> = new Set(['cpu_peak_cores', 'memory_peak_bytes', 'network_peak_bytes_per_second']);

/** Names and types of the columns that a part of this version has. */
export function columnsOf(table: Table, version: number = SCHEMA_VERSION): readonly (readonly [string, ColumnType])[] {
  const all = Object.entries<ColumnType>(COLUMNS[table]);
  return version >= 2 ? all : all.filter(([name]) => !NEW_IN_2.has(name));
}

/** Rows of a part lie in this order, which keeps the values of one container, or of one hour, side by side. */
export const ORDER: Readonly<Record<Table, string>> = {
  samples: 'namespace, workload_kind, workload_name, pod, container, observed_at',
  pods: 'namespace, workload_kind, workload_name, pod, observed_at',
  workloads: 'namespace, workload_kind, workload_name, observed_at',
  nodes: 'node, observed_at',
  hourly: 'namespace, workload_kind, workload_name, pod, container, hour',
  hourly_pods: 'namespace, workload_kind, workload_name, pod, hour',
  hourly_workloads: 'namespace, workload_kind, workload_name, hour',
  hourly_nodes: 'node, hour',
};

/** A part of a whole day is sorted within pieces of so many hours, so that reading a few hours of it leaves the others out. */
const PIECE_MS = 4 * 3_600_000;

/** The order of a merged raw part. */
export function mergedOrder(table: RawTable): string {
  return `epoch_ms(observed_at) // ${PIECE_MS}, ${ORDER[table]}`;
}

/** Options of COPY. The part has a temporary name already. */
export const FORMAT = 'FORMAT parquet, CODEC zstd, USE_TMP_FILE false';
