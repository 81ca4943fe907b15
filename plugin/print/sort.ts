/** --sort-by: a column's heading, or a JSONPath into an item. */

import { UpidError } from '../../lib/types/errors.ts';
import type { Json } from './item.ts';
import { compareValues, findAll } from './jsonpath/evaluate.ts';
import { parsePath } from './jsonpath/parse.ts';
import type { Column, Row } from './listing.ts';

/**
 * Before anything is asked: whether it can be sorted so.
 * @throws UpidError `usage`
 */
export function checkSortBy<T>(columns: readonly Column<T>[], sortBy: string | undefined): void {
  if (sortBy !== undefined) sortRows([], columns, sortBy);
}

/** @throws UpidError `usage` for a name that no column has. */
export function sortRows<T>(
  rows: readonly Row<T>[],
  columns: readonly Pick<Column<T>, 'heading' | 'sortKey' | 'ascending'>[],
  sortBy: string,
): readonly Row<T>[] {
  const column = columns.find(({ heading }) => heading.toLowerCase() === sortBy.toLowerCase());
  if (column) {
    return sortByKey(rows, ({ value }) => column.sortKey(value), column.ascending ?? false);
  }
  if (!/^[{.[]/.test(sortBy))
    throw new UpidError('usage', `invalid value for --sort-by: "${sortBy}"`, {
      remedy: `it should be one of ${columns.map(({ heading }) => heading.toLowerCase()).join(', ')}, or a JSONPath such as .confidence`,
    });
  const path = parsePath(sortBy);
  return sortByKey(rows, ({ item }) => findAll(path, item)[0], true);
}

function sortByKey<T>(rows: readonly Row<T>[], key: (row: Row<T>) => Json | undefined, ascending: boolean): readonly Row<T>[] {
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => {
      if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined);
      const order = compareValues(a.key, b.key);
      return typeof a.key === 'number' && !ascending ? -order : order;
    })
    .map(({ row }) => row);
}
