/** What pruning would remove, without removing anything. */

import { join } from 'node:path';
import { bytesOf } from './merge.ts';
import { dayFolder, entriesOf, isPartName } from './parts.ts';
import { daysToPrune, type Removed, type Retention } from './retention.ts';
import { HOURLY_OF, RAW_TABLES } from './schema.ts';

/** Parts of days that are older than the retention. Raw ones among them go only once a roll-up covers them, which pruning makes first. */
export async function prunable(folder: string, retention: Retention, nowMs: number): Promise<Removed> {
  let removed: Removed = { files: 0, bytes: 0 };
  for (const table of RAW_TABLES) {
    const { raw, hourly } = await daysToPrune(folder, table, retention, nowMs);
    const folders = [
      ...raw.map((day) => dayFolder(folder, table, day)),
      ...hourly.map((day) => dayFolder(folder, HOURLY_OF[table], day)),
    ];
    for (const where of folders) {
      const files = (await entriesOf(where)).filter(isPartName).map((name) => ({ file: join(where, name) }));
      removed = { files: removed.files + files.length, bytes: removed.bytes + (await bytesOf(files)) };
    }
  }
  return removed;
}
