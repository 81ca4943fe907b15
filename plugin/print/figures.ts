/** Figures in a table's cell. What was not measured is `<unknown>`, what is not set `<none>`; neither is ever 0. */

import { formatAge } from '../../lib/types/duration.ts';
import type { Money } from '../../lib/types/money.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';
import { NONE, UNKNOWN } from './table.ts';

export function orUnknown<T>(value: T | undefined, format: (value: T) => string): string {
  return value === undefined ? UNKNOWN : format(value);
}

export function orNone<T>(value: T | undefined, format: (value: T) => string): string {
  return value === undefined ? NONE : format(value);
}

/** Whole percent; what is not certain never reads 100%. */
export function formatPercent(fraction: number): string {
  const percent = Math.round(fraction * 100);
  return `${fraction < 1 ? Math.min(99, percent) : percent}%`;
}

export function formatMoney({ amount, currency }: Money): string {
  return `${amount.toFixed(2)} ${currency}`;
}

/** `5d3h`; with `+` where the evidence begins with the quiet, so that it may be longer. */
export function formatIdleFor(idleSinceMs: number, observedAtMs: number, atLeast: boolean | undefined): string {
  return `${formatAge((observedAtMs - idleSinceMs) / 1000)}${atLeast ? '+' : ''}`;
}

/** `deployment/web`: kubectl takes it as it is. */
export function typeAndName({ kind, name }: Pick<ObjectReference, 'kind' | 'name'>): string {
  return `${kind.toLowerCase()}/${name}`;
}

/** `1 workload`, `3 workloads`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
