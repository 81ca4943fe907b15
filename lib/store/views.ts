/** The history of one cluster as views of SQL, for whoever asks questions of their own: documented names and columns, read only. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { byDay } from './coverage.ts';
import { literal } from './engine.ts';
import { hoursSql } from './hourly.ts';
import { findParts, type KnownFooters, type Part } from './parts.ts';
import { partsSql } from './relation.ts';
import { HOURLY_OF, RAW_TABLES, type Table } from './schema.ts';

export interface Views {
  /** Paths of the files that the views read: nothing else needs to be allowed to a query over them. */
  readonly files: readonly string[];
  /** One sentence for each part that had to be left out. */
  readonly problems: readonly string[];
}

/** Bytes and cores within so many milliseconds belong to one round of collecting, also where nodes were asked one after another. */
const ROUND_MS = 300_000;

/**
 * Makes the views in a connection: one for each table of schema.ts (`samples`, `pods`, `workloads`, `nodes`, `hourly`,
 * `hourly_pods`, `hourly_workloads`, `hourly_nodes`) and `cluster_metrics`. Hours without a roll-up are aggregated from raw rows. They show the parts that are there now; parts that are
 * merged or pruned later are missed by a query only some minutes after that.
 *
 * `cluster_metrics (cluster_id, timestamp, cpu_usage, memory_usage, network_io, cost_per_hour)`: sums over the cluster in cores,
 * bytes, bytes per second and the currency of the nodes' prices. Where nodes were recorded they are sums over nodes, system
 * processes among them; in hours without, over containers, and the cost is missing. A row stands for five minutes where there are
 * raw rows, and for an hour before that; of several rows of one node or container within it the mean counts.
 *
 * @throws UpidError history-corrupt when a folder cannot be read
 */
export async function createViews(connection: DuckDBConnection, folder: string, clusterId: string): Promise<Views> {
  const known: KnownFooters = new Map();
  const files: string[] = [];
  const problems: string[] = [];
  const find = async (table: Table): Promise<readonly Part[]> => {
    const found = await findParts(folder, table, 'all', known);
    files.push(...found.parts.map(({ file }) => file));
    problems.push(...found.problems);
    return found.parts;
  };
  for (const table of RAW_TABLES) {
    const hourly = await find(HOURLY_OF[table]);
    const raw = await find(table);
    await connection.run(`CREATE OR REPLACE VIEW ${table} AS SELECT * FROM ${partsSql(table, raw)}`);
    const hours = hoursSql(table, byDay(raw, hourly), { raw: 'true', hourly: 'true' });
    await connection.run(`CREATE OR REPLACE VIEW ${HOURLY_OF[table]} AS ${hours}`);
  }
  await connection.run(clusterMetricsSql(clusterId));
  return { files, problems };
}

const round = (instant: string): string => `make_timestamp_ms(epoch_ms(${instant}) // ${ROUND_MS} * ${ROUND_MS})`;
const hourOf = (instant: string): string => `date_trunc('hour', ${instant})`;

const clusterMetricsSql = (clusterId: string): string => `
  CREATE OR REPLACE VIEW cluster_metrics AS
  WITH node_rounds AS (
    SELECT ${round('observed_at')} AS timestamp, node, avg(cpu_cores) AS cpu, avg(memory_bytes) AS memory,
      avg(network_bytes_per_second) AS network, avg(cost_per_hour) AS cost
    FROM nodes GROUP BY ALL),
  container_rounds AS (
    SELECT ${round('observed_at')} AS timestamp, namespace, pod, container, avg(cpu_cores) AS cpu, avg(memory_bytes) AS memory,
      avg(network_bytes_per_second) AS network, NULL::DOUBLE AS cost
    FROM samples GROUP BY ALL),
  raw AS (
    SELECT timestamp, sum(cpu) AS cpu, sum(memory) AS memory, sum(network) AS network, sum(cost) AS cost FROM node_rounds GROUP BY ALL
    UNION ALL
    SELECT timestamp, sum(cpu), sum(memory), sum(network), sum(cost) FROM container_rounds
    WHERE ${hourOf('timestamp')} NOT IN (SELECT ${hourOf('timestamp')} FROM node_rounds) GROUP BY ALL),
  hours AS (
    SELECT hour AS timestamp, sum(cpu_mean_cores) AS cpu, sum(memory_mean_bytes) AS memory, sum(network_mean_bytes_per_second) AS network,
      sum(cost_per_hour) AS cost
    FROM hourly_nodes GROUP BY ALL
    UNION ALL
    SELECT hour, sum(cpu_mean_cores), sum(memory_mean_bytes), sum(network_mean_bytes_per_second), NULL FROM hourly
    WHERE hour NOT IN (SELECT hour FROM hourly_nodes) GROUP BY ALL)
  SELECT ${literal(clusterId)} AS cluster_id, timestamp, cpu AS cpu_usage, memory AS memory_usage, network AS network_io, cost AS cost_per_hour
  FROM (SELECT * FROM raw UNION ALL
    SELECT * FROM hours WHERE timestamp NOT IN (SELECT ${hourOf('timestamp')} FROM raw))
  ORDER BY timestamp`;
