/** What pruning would remove, without removing anything. */

import { join } from 'node:path';
import { bytesOf } from './merge.ts';
import { dayFolder, entriesOf, isPartName } from './parts.ts';
import { oldDays, type Removed, type Retention, recordedDays } from './retention.ts';
import { HOURLY_OF, RAW_TABLES, type Table } from './schema.ts';

/** Parts of days that are older than the retention. Raw ones among them go only once a roll-up covers them, which pruning makes first. */
export async function prunable(folder: string, { rawSeconds, hourlySeconds }: Retention, nowMs: number): Promise<Removed> {
  let removed: Removed = { files: 0, bytes: 0 };
  for (const table of RAW_TABLES) {
    const raw = await recordedDays(folder, table);
    const hourly = await recordedDays(folder, HOURLY_OF[table]);
    const recorded = [...new Set([...raw, ...hourly])];
    const oldRaw = oldDays(recorded, rawSeconds, nowMs).filter((day) => raw.includes(day));
    const oldHourly = oldDays(recorded, Math.max(hourlySeconds, rawSeconds), nowMs).filter((day) => hourly.includes(day));
    const days: readonly (readonly [Table, string])[] = [
      ...oldRaw.map((day) => [table, day] as const),
      ...oldHourly.map((day) => [HOURLY_OF[table], day] as const),
    ];
    for (const [each, day] of days) {
      const where = dayFolder(folder, each, day);
      const files = (await entriesOf(where)).filter(isPartName).map((name) => ({ file: join(where, name) }));
      removed = { files: removed.files + files.length, bytes: removed.bytes + (await bytesOf(files)) };
    }
  }
  return removed;
}
