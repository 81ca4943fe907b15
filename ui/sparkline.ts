/** A series as one row of block characters. */

import { glyphs } from './glyphs.ts';

/**
 * One character a bucket: the highest value within it against `ceiling` (at least the highest value of all), from zero up.
 * A series that is longer than `width` is gathered into `width` buckets; buckets without a value are spaces, so that a gap
 * is not read as zero.
 */
export function sparkline(
  values: readonly (number | null)[],
  options: { readonly width: number; readonly ascii: boolean; readonly ceiling?: number },
): string {
  const buckets = gather(values, options.width);
  const highest = buckets.reduce<number>((top, value) => Math.max(top, value ?? 0), options.ceiling ?? 0);
  const levels = glyphs(options.ascii).levels;
  return buckets.map((value) => (value === null ? ' ' : levelOf(value, highest, levels))).join('');
}

/** At most `width` buckets, each the highest of its values, null where it has none. */
export function gather(values: readonly (number | null)[], width: number): (number | null)[] {
  const count = Math.min(values.length, Math.max(0, Math.floor(width)));
  return Array.from({ length: count }, (_, bucket) => {
    const from = Math.floor((bucket * values.length) / count);
    const to = Math.floor(((bucket + 1) * values.length) / count);
    return highestOf(values.slice(from, to));
  });
}

function highestOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (top, value) => (value === null || Number.isNaN(value) ? top : Math.max(top ?? value, value)),
    null,
  );
}

/** The lowest level is zero's alone only by rounding: a value of 1/16 of the highest already rises above it. */
function levelOf(value: number, highest: number, levels: string): string {
  const fraction = highest > 0 ? Math.max(0, value) / highest : 0;
  return levels[Math.min(levels.length - 1, Math.round(fraction * (levels.length - 1)))] ?? ' ';
}
