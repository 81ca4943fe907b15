/**
 * What one round leaves for the next: readings of counters, and the pods that were there. Kept in a small file beside the history,
 * because the kubelet answers the same reading for some 15 seconds, so that a single run that wanted a rate by itself would have to wait
 * for that long. The file is a help, not a record: without it, or with one that cannot be read, the next round starts anew.
 */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeReading, PodReading } from '../../collect/kubelet/summary.ts';
import type { PodSample } from '../../types/observation.ts';
import type { Runtime } from '../../types/runtime.ts';

/** Of a pod that may go: what its last row will say. */
export type KnownPod = Pick<
  PodSample,
  'namespace' | 'workloadKind' | 'workloadName' | 'pod' | 'uid' | 'node' | 'phase' | 'restarts' | 'oomKills' | 'createdAtMs'
> & {
  /** Null where it had not started. */
  readonly startedAtMs: number | null;
};

export interface RoundState {
  readonly atMs: number;
  /** Empty for all. */
  readonly namespace: string;
  readonly pods: readonly KnownPod[];
  readonly readings: readonly (readonly [string, PodReading])[];
  readonly nodeReadings: readonly (readonly [string, NodeReading])[];
}

const VERSION = 1;
const FILE = 'last-round.json';

/** Undefined where there is none, or one of another version. */
export async function readState(folder: string): Promise<RoundState | undefined> {
  try {
    const { version, ...state } = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as RoundState & { version?: unknown };
    return version === VERSION && Array.isArray(state.pods) && Array.isArray(state.readings) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Put in place whole. A folder that cannot be written is told by the history itself, which comes first. */
export async function writeState(folder: string, state: RoundState, { random }: Pick<Runtime, 'random'>): Promise<void> {
  const temporary = join(folder, `.${FILE}.${Math.floor(random() * 2 ** 52).toString(36)}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify({ version: VERSION, ...state }), { mode: 0o600 });
    await rename(temporary, join(folder, FILE));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
