/** CSV (RFC 4180) that a spreadsheet opens without running anything. */

import { stringify } from 'csv-stringify/sync';
import type { Json, JsonObject } from './item.ts';

/** First characters that make a spreadsheet take a cell for a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function formatCsv(
  items: readonly JsonObject[],
  columns: readonly string[],
  options: { readonly headers: boolean },
): string {
  const rows = items.map((item) => columns.map((column) => cellOf(item[column])));
  return stringify(options.headers ? [columns, ...rows] : rows, { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}

function cellOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return guardFormula(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Text that a spreadsheet would calculate gets an apostrophe in front, which shows it as text; numbers stay numbers. */
export function guardFormula(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
