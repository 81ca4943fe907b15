/** Columns of a sample part. A change of meaning needs a new version and a migration. */

export const SCHEMA_VERSION = 1;

/** Key under which a part carries its schema version in Parquet's key-value metadata. */
export const VERSION_KEY = 'upid_schema_version';

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

export const CREATE_BUFFER = `CREATE OR REPLACE TEMP TABLE buffer (${Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`;
