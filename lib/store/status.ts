/** What lies in the histories of a folder. Asks no cluster; a part that cannot be read is named and left out. */

import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UpidError } from '../types/errors.ts';
import type { ClusterHistory, HistoryStatus, TableStatus } from '../types/history.ts';
import type { Runtime } from '../types/runtime.ts';
import { findBroken } from './broken.ts';
import { type Engine, eachRow, isGone, numberOrUndefined } from './engine.ts';
import { startHistoryEngine } from './history.ts';
import { queryInterval } from './interval-query.ts';
import { keptRetention } from './kept-retention.ts';
import { findParts, type KnownFooters, leftOut, type Part } from './parts.ts';
import { readSql } from './relation.ts';
import { COLUMNS, HOURLY_TABLES, RAW_TABLES, type Table } from './schema.ts';

const DAY_MS = 86_400_000;

/**
 * Status of every history in `directory`, or of the one that is named by its folder.
 * @throws UpidError history-corrupt for a folder that cannot be read; history-missing where `only` is not there
 */
export async function historyStatus(directory: string, runtime: Runtime, only?: string): Promise<HistoryStatus> {
  const folders = await clusterFolders(directory);
  if (only !== undefined && !folders.includes(only))
    throw new UpidError('history-missing', `there is no history of ${only} in ${directory}`, {
      remedy: 'see which there are with data status',
    });
  const engine = await startHistoryEngine(runtime);
  try {
    const clusters: ClusterHistory[] = [];
    for (const cluster of only === undefined ? folders : [only]) clusters.push(await clusterStatus(engine, directory, cluster));
    const freeBytes = await free(directory);
    return { directory, ...(freeBytes !== undefined && { freeBytes }), clusters };
  } finally {
    engine.close();
  }
}

/** Folders that hold a table at least. @throws UpidError history-corrupt */
export async function clusterFolders(directory: string): Promise<readonly string[]> {
  const names = await namesIn(directory);
  const tables: ReadonlySet<string> = new Set([...RAW_TABLES, ...HOURLY_TABLES]);
  const holds = await Promise.all(
    names.map(async (name) => (await readdir(join(directory, name)).catch(() => [])).some((entry) => tables.has(entry))),
  );
  return names.filter((_, index) => holds[index]).toSorted();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UpidError('history-corrupt', `the history folder ${directory} cannot be read (${messageOf(error)})`, {
      remedy: 'check its permissions, or choose another folder by --history',
      cause: error,
    });
  }
}

async function clusterStatus(engine: Engine, directory: string, cluster: string): Promise<ClusterHistory> {
  const folder = join(directory, cluster);
  const known: KnownFooters = new Map();
  const problems: string[] = [];
  const tables: TableStatus[] = [];
  let intervalSeconds: number | undefined;
  for (const table of [...RAW_TABLES, ...HOURLY_TABLES]) {
    const found = await findParts(folder, table, 'all', known);
    problems.push(...found.problems);
    const { parts, broken } = await whole(engine, table, found.parts);
    problems.push(...broken);
    if (parts.length === 0) continue;
    const status = await tableStatus(engine, table, parts);
    tables.push(status);
    if (table === 'samples' && status.toMs !== undefined)
      intervalSeconds = await queryInterval(engine.connection, parts, { fromMs: status.toMs - DAY_MS, toMs: status.toMs });
  }
  return {
    cluster,
    folder,
    tables,
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(intervalSeconds !== undefined && { intervalSeconds }),
    retention: await keptRetention(folder),
    problems,
  };
}

/** Parts that can be read, and a sentence for each that cannot. */
async function whole(
  { connection }: Engine,
  table: Table,
  parts: readonly Part[],
): Promise<{ readonly parts: readonly Part[]; readonly broken: readonly string[] }> {
  const broken = new Map((await findBroken(connection, table, parts)).map(({ file, why }) => [file, why]));
  return {
    parts: parts.filter(({ file }) => !broken.has(file)),
    broken: [...broken].map(([file, why]) => leftOut(file, why)),
  };
}

async function tableStatus(engine: Engine, table: Table, parts: readonly Part[]): Promise<TableStatus> {
  const instant = 'observed_at' in COLUMNS[table] ? 'observed_at' : 'hour';
  const extent = `SELECT count(*)::DOUBLE, epoch_ms(min(${instant}))::DOUBLE, epoch_ms(max(${instant}))::DOUBLE FROM`;
  let [rows, fromMs, toMs] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const part of parts) {
    try {
      await eachRow(engine.connection, `${extent} ${readSql([part])}`, {}, (row) => {
        rows += Number(row(0));
        fromMs = Math.min(fromMs, numberOrUndefined(row(1)) ?? fromMs);
        toMs = Math.max(toMs, numberOrUndefined(row(2)) ?? toMs);
      });
    } catch (error) {
      // It was merged or pruned meanwhile.
      if (!isGone(error)) throw error;
    }
  }
  const sizes = await Promise.all(
    parts.map(({ file }) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return {
    table,
    parts: parts.length,
    rows,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    ...(fromMs <= toMs && { fromMs, toMs }),
    versions: [...new Set(parts.map(({ version }) => version))].toSorted((a, b) => a - b),
  };
}

/** Of the file system of the folder, or of the nearest one above it that is there. */
async function free(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
