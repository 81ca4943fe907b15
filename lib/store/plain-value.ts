/** Values of the engine as plain ones that JSON and CSV can hold, without losing digits. */

import type { DuckDBValue } from '@duckdb/node-api';
import type { QueryValue } from '../types/history.ts';
import { DuckDBDateValue, DuckDBListValue, DuckDBStructValue, DuckDBTimestampTZValue, DuckDBTimestampValue } from './duckdb.ts';

/** Instants are ISO 8601 in UTC; what a number cannot hold exactly is text; what is neither number nor list is as the engine writes it. */
export function plainValue(value: DuckDBValue): QueryValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return instantOf(value.micros);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, field]) => [name, plainValue(field)]));
  return value.toString();
}

/** Milliseconds only where there are some, microseconds only where there are some. */
function instantOf(micros: bigint): string {
  const millis = Number(micros / 1000n);
  const rest = Number(micros % 1000n);
  if (Math.abs(millis) > 8.64e15) return micros > 0n ? 'infinity' : '-infinity';
  const text = new Date(millis).toISOString();
  if (rest !== 0) return text.replace('Z', `${String(Math.abs(rest)).padStart(3, '0')}Z`);
  return text.replace('.000Z', 'Z');
}
