/**
 * The retention that a history was given, kept beside it, so that whoever records next keeps as much: else a look with the default
 * would remove what a collector was told to keep.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placePart } from './parts.ts';
import { RETENTION, type Retention } from './retention.ts';

const FILE = 'retention.json';

/** What the history was given last; the default where it was given none. What cannot be read keeps everything for as long as can be. */
export async function keptRetention(folder: string): Promise<Retention> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? RETENTION : FOREVER;
  }
  return parsed(text) ?? FOREVER;
}

/** What is not given stays as it was. @throws UpidError history-unwritable */
export async function keepRetention(folder: string, given: Partial<Retention>): Promise<void> {
  const kept = await keptRetention(folder);
  const retention = { ...kept, ...given };
  if (kept.rawSeconds === retention.rawSeconds && kept.hourlySeconds === retention.hourlySeconds) return;
  await placePart(join(folder, FILE), (temporary) => writeFile(temporary, `${JSON.stringify(retention)}\n`, { mode: 0o600 }));
}

const FOREVER: Retention = { rawSeconds: Number.MAX_SAFE_INTEGER / 1000, hourlySeconds: Number.MAX_SAFE_INTEGER / 1000 };

function parsed(text: string): Retention | undefined {
  try {
    const { rawSeconds, hourlySeconds } = JSON.parse(text) as Record<string, unknown>;
    return isLength(rawSeconds) && isLength(hourlySeconds) ? { rawSeconds, hourlySeconds } : undefined;
  } catch {
    return undefined;
  }
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && value >= 86_400;
}
