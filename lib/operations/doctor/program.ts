/** The program's own parts: Node, the database engine, and the memory it may use. */

import { freemem, totalmem } from 'node:os';
import { startHistoryEngine } from '../../store/history.ts';
import type { Check } from '../../types/doctor.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { MEBIBYTE } from '../../types/quantity.ts';
import type { DoctorRequest } from './request.ts';

/** Ten thousand pods with their history take about this much. */
const ENOUGH_BYTES = 512 * MEBIBYTE;

export function checkProgram({ surroundings: { versions } }: DoctorRequest): readonly Check[] {
  return [
    {
      subject: 'program',
      state: 'ok',
      says: `kubectl-upid ${versions.program} on Node ${versions.node}`,
      figures: { ...versions },
    },
  ];
}

export function checkMemory(): readonly Check[] {
  const [free, total] = [freemem(), totalmem()];
  const figures = { freeBytes: free, totalBytes: total };
  const says = `${Math.floor(free / MEBIBYTE)} of ${Math.floor(total / MEBIBYTE)} MiB are free`;
  if (free >= ENOUGH_BYTES) return [{ subject: 'memory', state: 'ok', says, figures }];
  return [
    { subject: 'memory', state: 'warning', says, remedy: 'for large clusters look at one namespace at a time with -n', figures },
  ];
}

/** Loads the engine's native library and starts it. */
export async function checkEngine({ runtime }: DoctorRequest): Promise<readonly Check[]> {
  try {
    const engine = await startHistoryEngine(runtime);
    await engine.close();
    return [{ subject: 'engine', state: 'ok', says: 'the database engine of the history starts' }];
  } catch (error) {
    const remedy =
      error instanceof UpidError && error.remedy
        ? error.remedy
        : 'install the program anew, or leave the history out by --no-history';
    return [
      {
        subject: 'engine',
        state: 'failed',
        says: `the database engine of the history does not start: ${messageOf(error)}`,
        remedy,
      },
    ];
  }
}
