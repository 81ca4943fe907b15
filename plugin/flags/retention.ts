/** How long a history is kept, as a flag: `raw=7d,hourly=90d`. */

import type { Retention } from '../../lib/operations/data/keep.ts';
import { parseDuration } from '../../lib/types/duration.ts';
import { readAs } from './validators.ts';

export const isRetention = readAs(parseRetention, 'durations of whole days such as raw=7d,hourly=90d');

const DAY_SECONDS = 86_400;

function parseRetention(text: string): Partial<Retention> | undefined {
  const found: { rawSeconds?: number; hourlySeconds?: number } = {};
  for (const part of text.split(',')) {
    const [name, value = ''] = part.split('=');
    const seconds = parseDuration(value);
    if (seconds === undefined || seconds < DAY_SECONDS || seconds % DAY_SECONDS !== 0) return undefined;
    if (name === 'raw' && found.rawSeconds === undefined) found.rawSeconds = seconds;
    else if (name === 'hourly' && found.hourlySeconds === undefined) found.hourlySeconds = seconds;
    else return undefined;
  }
  return found;
}
