/** Columns of a sample part. A change of meaning needs a new version and a migration. */

export const SCHEMA_VERSION = 1;

/** Key under which a part carries its schema version in Parquet's key-value metadata. */
export const VERSION_KEY = 'upid_schema_version';

/** Key under which a merged part lists the parts whose rows it holds, one name a line. */
export const REPLACES_KEY = 'upid_replaces';

/** Instants are UTC; rates are per second; NULL is "not measured". A pod's network row has container ''. */
export const COLUMNS = {
  observed_at: 'TIMESTAMP_MS',
  namespace: 'VARCHAR',
  workload_kind: 'VARCHAR',
  workload_name: 'VARCHAR',
  pod: 'VARCHAR',
  container: 'VARCHAR',
  app: 'BOOLEAN',
  source: 'VARCHAR',
  cpu_cores: 'DOUBLE',
  memory_bytes: 'DOUBLE',
  network_bytes_per_second: 'DOUBLE',
  requests: 'DOUBLE',
  window_seconds: 'DOUBLE',
} as const;

/** Rows of a part lie in this order, which keeps one container's values side by side. */
export const ORDER = 'namespace, workload_kind, workload_name, pod, container, observed_at';

/** Options of COPY. The part has a temporary name already. */
export const FORMAT = 'FORMAT parquet, CODEC zstd, USE_TMP_FILE false';
