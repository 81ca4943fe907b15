/** Rows of a query in the forms they can be printed in; CSV and JSON lines are written as they come, and hold no more than some rows. */

import { stringify } from 'csv-stringify/sync';
import type { QueryColumn, QueryValue } from '../../lib/types/history.ts';
import { guardFormula } from './csv.ts';
import type { Json, JsonObject } from './item.ts';
import { formatTable, NONE } from './table.ts';

export const QUERY_FORMS = ['table', 'json', 'jsonl', 'yaml', 'csv'] as const;
export type QueryForm = (typeof QUERY_FORMS)[number];

type Rows = AsyncIterable<readonly (readonly QueryValue[])[]>;

export interface Printable {
  readonly columns: readonly QueryColumn[];
  readonly rows: Rows;
}

/** Pieces of text, in their order. */
export async function* formatQuery(answer: Printable, form: QueryForm, headers: boolean): AsyncGenerator<string> {
  const names = answer.columns.map(({ name }) => name);
  switch (form) {
    case 'csv':
      if (headers) yield csvOf([names]);
      for await (const rows of answer.rows) yield csvOf(rows.map((row) => row.map(csvCell)));
      return;
    case 'jsonl':
      for await (const rows of answer.rows) yield rows.map((row) => `${JSON.stringify(itemOf(names, row))}\n`).join('');
      return;
    case 'json':
    case 'yaml': {
      const items: JsonObject[] = [];
      for await (const rows of answer.rows) items.push(...rows.map((row) => itemOf(names, row)));
      const list: JsonObject = {
        apiVersion: 'upid.dev/v1alpha1',
        kind: 'QueryResult',
        metadata: { columns: answer.columns.map(({ name, type }) => ({ name, type })) },
        items,
      };
      yield form === 'json' ? `${JSON.stringify(list, undefined, 2)}\n` : (await import('./yaml.ts')).formatYaml(list);
      return;
    }
    case 'table': {
      const cells: string[][] = [];
      for await (const rows of answer.rows) cells.push(...rows.map((row) => row.map(tableCell)));
      if (cells.length > 0)
        yield await formatTable(
          names.map((name) => name.toUpperCase()),
          cells,
          { headers },
        );
    }
  }
}

function csvOf(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  );
}

function itemOf(names: readonly string[], row: readonly QueryValue[]): JsonObject {
  return Object.fromEntries(names.map((name, column) => [name, (row[column] ?? null) as Json]));
}

function csvCell(value: QueryValue): string {
  if (value === null) return '';
  return guardFormula(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function tableCell(value: QueryValue): string {
  if (value === null) return NONE;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
