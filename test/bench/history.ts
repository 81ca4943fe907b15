/**
 * A quarter of a year of 1,000 pods: what it takes on the disk, and how long the last day takes to be read. The values are made by
 * the engine itself: a daily rhythm and lognormal noise, so that no two are the same.
 */

import { copyFileSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { eachRow } from '../../lib/store/engine.ts';
import { openHistory } from '../../lib/store/history.ts';
import { HALF_PER_CENT, QUARTER_PER_CENT, roundedSql } from '../../lib/store/precision.ts';
import { columnsOf, FORMAT, ORDER, SCHEMA_VERSION, type Table, VERSION_KEY } from '../../lib/store/schema.ts';
import { testRuntime } from '../kube/runtime.ts';
import { median, milliseconds, ratio, temporaryFolder, times } from './measure.ts';
import type { Part } from './report.ts';

const PODS = 1000;
const WORKLOADS = 200;
const RAW_DAYS = 7;
const HOURLY_DAYS = 90;
const STEP_MS = 300_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROUNDS = 5;

/** Shortly after a midnight, so that all days are over. */
const NOW = Date.parse('2026-11-24T00:40:00Z');
const TODAY = Date.parse('2026-11-24T00:00:00Z');

export const history: Part = {
  title: `A history of ${PODS} pods over ${HOURLY_DAYS} days`,
  async measure(say) {
    const directory = temporaryFolder();
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const runtime = testRuntime({ now: () => NOW, random: Math.random });
    const own = openHistory({ directory, clusterId: 'bench', runtime });
    try {
      say(`writing ${RAW_DAYS} days of raw rows`);
      await writeRaw(connection, own.folder);
      say('rolling them up');
      const rollUpMs = await timed(() => own.prune());
      say('merging each day');
      await own.compact();
      backdate(own.folder);
      await own.compact();
      repeatWeeks(own.folder);
      say('comparing sizes');
      const raw = await sizesOf(connection, own.folder, 'samples', RAW_DAYS);
      const hourly = await sizesOf(connection, own.folder, 'hourly', HOURLY_DAYS);
      const stored = raw.stored + hourly.stored;
      const ofPlain = stored / (raw.plain + hourly.plain);
      const ofCsv = stored / (raw.csv + hourly.csv);
      say('reading a day');
      const one = join(directory, 'one.parquet');
      await connection.run(
        `COPY (SELECT * FROM '${own.folder}/samples/*/*.parquet' ORDER BY ${ORDER.samples}) TO '${one}' (FORMAT parquet, CODEC zstd)`,
      );
      const period = { fromMs: NOW - DAY_MS, toMs: NOW, slotSeconds: STEP_MS / 1000 };
      const found = { read: [] as number[], plain: [] as number[] };
      for (let round = -1; round < ROUNDS; round++) {
        const read = await timed(() => own.usage(period));
        const plain = await timed(() => eachRow(connection, plainSql(one), {}, () => undefined));
        // The first one loads what the others find loaded.
        if (round < 0) continue;
        found.read.push(read);
        found.plain.push(plain);
      }
      return {
        headings: ['WHAT', 'STORED', 'OF PLAIN', 'OF CSV.GZ'],
        rows: [
          sizeRow(`raw, ${RAW_DAYS} days`, raw),
          sizeRow(`hourly, ${HOURLY_DAYS} days`, hourly),
          sizeRow('all', { stored, plain: raw.plain + hourly.plain, csv: raw.csv + hourly.csv }),
        ],
        figures: {
          'size of a history': ofPlain,
          'size of a history to CSV': ofCsv,
          'time of a day of use': ratio(found.read, found.plain),
        },
        notes: [
          'Plain: 8 bytes for each value that is there. CSV.gz: the same rows of one day, times the days.',
          `Use of a day in slots of 5 minutes: ${milliseconds(median(found.read))}, ${times(ratio(found.read, found.plain))} of plain DuckDB on one file (${milliseconds(median(found.plain))}).`,
          `Rolling up a day: ${milliseconds(rollUpMs / RAW_DAYS)}. Weeks before the last one repeat its roll-ups; each file is compressed by itself.`,
        ],
      };
    } finally {
      await own.close();
      connection.closeSync();
      instance.closeSync();
    }
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Parts as `collect` leaves them on the same day: one for each hour. */
async function writeRaw(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run('SET threads = 1');
  await connection.run('SELECT setseed(0.5)');
  for (let hourMs = TODAY - RAW_DAYS * DAY_MS; hourMs < NOW; hourMs += HOUR_MS) {
    const instant = new Date(hourMs).toISOString();
    const day = join(folder, 'samples', `day=${instant.slice(0, 10)}`);
    mkdirSync(day, { recursive: true });
    const file = join(day, `${instant.slice(0, 13).replaceAll('-', '')}-merged.parquet`);
    await connection.run(
      `COPY (${rawSql(hourMs, Math.min(hourMs + HOUR_MS, NOW))} ORDER BY ${ORDER.samples}) TO '${file}' (${FORMAT}, KV_METADATA {${VERSION_KEY}: '${SCHEMA_VERSION}'})`,
    );
  }
}

/** Standard normal, by Box and Muller. */
const NORMAL = 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())';

/** A container and a network row of each pod every five minutes. */
function rawSql(fromMs: number, toMs: number): string {
  const values: Readonly<Record<string, string>> = {
    observed_at: 'make_timestamp_ms(at_ms + pod % 60 * 250)::TIMESTAMP_MS',
    namespace: `'team-' || (workload % 20)`,
    workload_kind: `'Deployment'`,
    workload_name: `'service-' || workload`,
    pod: `'service-' || workload || '-' || substr(md5('w' || workload), 1, 9) || '-' || substr(md5('p' || pod), 1, 5)`,
    container: `CASE WHEN network THEN '' ELSE 'app' END`,
    app: 'true',
    source: `CASE WHEN network THEN 'kubelet' ELSE 'metrics.k8s.io' END`,
    cpu_cores: `CASE WHEN NOT network THEN ${roundedSql('(level * rhythm * 0.05 * exp(0.5 * noise))', HALF_PER_CENT)} END`,
    memory_bytes: `CASE WHEN NOT network THEN ${roundedSql('(level * 2e8 * (1 + 0.1 * rhythm) * exp(0.01 * noise))', QUARTER_PER_CENT)} END`,
    network_bytes_per_second: `CASE WHEN network THEN ${roundedSql('(level * rhythm * 2e4 * exp(0.7 * noise))', HALF_PER_CENT)} END`,
    requests: 'CASE WHEN network AND workload % 2 = 0 THEN floor(level * rhythm * 100 * exp(0.3 * noise)) END',
    window_seconds: '15',
  };
  const columns = columnsOf('samples').map(([name, type]) => `(${values[name] ?? 'NULL'})::${type} AS ${name}`);
  return `SELECT ${columns.join(', ')} FROM (
    SELECT at_ms, pod, pod % ${WORKLOADS} AS workload, network, exp(sin(pod % ${WORKLOADS}) * 1.5) AS level,
      1.2 + sin((at_ms % ${DAY_MS}) / ${DAY_MS} * 2 * pi() + workload / 30) AS rhythm, ${NORMAL} AS noise
    FROM range(${fromMs}, ${toMs}, ${STEP_MS}) t(at_ms), range(${PODS}) p(pod), (VALUES (true), (false)) n(network))`;
}

/** What was merged goes when it has been replaced for a while. */
function backdate(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), TODAY / 1000, TODAY / 1000);
}

/** Days before the raw ones: what is left of them is their roll-up. */
function repeatWeeks(folder: string): void {
  const hourly = join(folder, 'hourly');
  const files = readdirSync(hourly, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.parquet'));
  for (let back = RAW_DAYS; back < HOURLY_DAYS; back++) {
    const file = files[back % files.length]!;
    const day = new Date(TODAY - (back + 1) * DAY_MS).toISOString().slice(0, 10);
    mkdirSync(join(hourly, `day=${day}`));
    copyFileSync(join(hourly, file), join(hourly, `day=${day}`, basename(file)));
  }
}

interface Sizes {
  readonly stored: number;
  readonly plain: number;
  readonly csv: number;
}

async function sizesOf(connection: DuckDBConnection, folder: string, table: Table, days: number): Promise<Sizes> {
  const files = readdirSync(join(folder, table), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.parquet'))
    .map((file) => join(folder, table, file));
  const day = files.filter((file) => file.includes('day=2026-11-23')).map((file) => `'${file}'`);
  const csv = join(dirname(folder), `${table}.csv.gz`);
  const rows = `FROM read_parquet([${day}], hive_partitioning = false)`;
  await connection.run(`COPY (SELECT * ${rows} ORDER BY ${ORDER[table]}) TO '${csv}' (FORMAT csv, COMPRESSION gzip)`);
  const counts = columnsOf(table).map(([name]) => `count(${name})`);
  let values = 0;
  await eachRow(connection, `SELECT (${counts.join(' + ')})::DOUBLE ${rows}`, {}, (row) => {
    values = Number(row(0));
  });
  const whole = files.filter((file) => !file.includes('day=2026-11-24'));
  const stored = whole.reduce((sum, file) => sum + statSync(file).size, 0);
  return { stored, plain: values * 8 * days, csv: statSync(csv).size * days };
}

function sizeRow(what: string, { stored, plain, csv }: Sizes): readonly string[] {
  const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;
  return [what, `${(stored / 1e6).toFixed(1)} MB`, percent(stored, plain), percent(stored, csv)];
}

/** The use of each workload's busiest pod in slots, as one would ask DuckDB without us. */
const plainSql = (file: string): string => `
  WITH containers AS (
    SELECT namespace, workload_kind, workload_name, pod, container, epoch_ms(observed_at) // ${STEP_MS} AS slot,
      max(cpu_cores) AS cpu, max(memory_bytes) AS memory, min(memory_bytes) AS low, max(network_bytes_per_second) AS network,
      median(network_bytes_per_second) AS network_median, sum(requests) AS requests
    FROM '${file}' WHERE observed_at > make_timestamp_ms(${NOW - DAY_MS}) AND observed_at <= make_timestamp_ms(${NOW}) GROUP BY ALL),
  pods AS (
    SELECT namespace, workload_kind, workload_name, pod, slot, sum(cpu) AS cpu, sum(memory) AS memory, sum(low) AS low,
      max(network) AS network, max(network_median) AS network_median, sum(requests) AS requests
    FROM containers GROUP BY ALL)
  SELECT namespace, workload_kind, workload_name, slot, max(cpu), max(memory), max(1 - low / memory), max(network),
    max(network_median), sum(requests), count(*)
  FROM pods GROUP BY ALL`;
