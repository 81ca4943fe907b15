/** Samples, histories in a folder of their own, and what lies in it. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type History, openHistory } from '../../lib/store/history.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = Date.parse('2026-11-24T12:00:00Z');

/** The main container of one pod of `shop/Deployment/web`, of which metrics-server told CPU and memory. */
export function sample(parts: Partial<Sample> = {}): Sample {
  return {
    atMs: NOW,
    namespace: 'shop',
    workloadKind: 'Deployment',
    workloadName: 'web',
    pod: 'web-1',
    container: 'main',
    app: true,
    source: 'metrics.k8s.io',
    cpuCores: 0.1,
    memoryBytes: 1e8,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
    windowSeconds: 15,
    ...parts,
  };
}

/** The network row of a pod. */
export function networkSample(parts: Partial<Sample>): Sample {
  return sample({ container: '', cpuCores: Number.NaN, memoryBytes: Number.NaN, ...parts });
}

export interface TestHistory {
  readonly history: History;
  readonly directory: string;
  /** Folder with the folders of days. */
  readonly samples: string;
  /** Sets the clock of `history`. */
  setClock(nowMs: number): void;
  /** Another reader or writer of the same history, at `nowMs`. */
  again(nowMs?: number): History;
}

export function testHistory(nowMs = NOW, directory = temporaryFolder()): TestHistory {
  let clock = nowMs;
  const open = (now: () => number): History =>
    openHistory({ directory, clusterId: 'test', runtime: testRuntime({ now, random: Math.random }) });
  return {
    history: open(() => clock),
    directory,
    samples: join(directory, 'test', 'samples'),
    setClock: (ms) => {
      clock = ms;
    },
    again: (ms = nowMs) => open(() => ms),
  };
}

/** Everything below a folder, hidden files too, sorted. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Runs SQL in an engine of the test's own and gives the rows. */
export async function rowsOf(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
