/** Figures with their unit, as short as a column needs. A figure that was not measured is `-`, never 0. */

import { formatAge } from '../lib/types/duration.ts';
import type { Factor } from '../lib/types/idle.ts';
import type { Money } from '../lib/types/money.ts';
import { formatBytesPerSecond, formatCores, formatMebibytes } from '../lib/types/quantity.ts';

export const MISSING = '-';

/** Writes a figure where there is one. */
export function orMissing<T>(value: T | undefined, format: (value: T) => string): string {
  return value === undefined ? MISSING : format(value);
}

/** Whole percent, rounded down below certainty: 99.6 % is not 100 %. */
export function formatPercent(fraction: number): string {
  const percent = Math.round(fraction * 100);
  return `${fraction < 1 ? Math.min(99, percent) : percent}%`;
}

export function formatMoney({ amount, currency }: Money): string {
  return `${amount.toFixed(2)} ${currency}`;
}

export function formatCount(count: number): string {
  return Number.isInteger(count) ? `${count}` : count.toFixed(1);
}

/** A factor's value or threshold in the factor's unit. */
export function formatFigure(value: number, unit: Factor['unit']): string {
  switch (unit) {
    case 'cores':
      return formatCores(value);
    case 'bytes':
      return formatMebibytes(value);
    case 'bytes/s':
      return formatBytesPerSecond(value);
    case 'fraction':
      return `${Number((value * 100).toFixed(1))}%`;
    case 'seconds':
      return formatAge(value);
    case 'requests':
    case undefined:
      return formatCount(value);
  }
}
