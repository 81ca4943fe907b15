/** One result in all the forms it can be printed in, so that text and JSON cannot disagree. */

import type { JsonObject } from './item.ts';

export interface Column<T> {
  readonly heading: string;
  readonly cell: (value: T) => string;
  /** What --sort-by orders by: numbers largest first, as `kubectl top` does, unless `ascending`; text in its order. Missing last. */
  readonly sortKey: (value: T) => string | number | undefined;
  readonly ascending?: boolean;
  /** Only with -o wide. */
  readonly wide?: boolean;
}

export interface Row<T> {
  readonly value: T;
  readonly item: JsonObject;
}

export interface Listing<T> {
  readonly columns: readonly Column<T>[];
  readonly rows: readonly Row<T>[];
  /** What -o json prints, around its items. */
  readonly list: (items: readonly JsonObject[]) => JsonObject;
  /** `deployment.apps/web`. */
  readonly name: (value: T) => string;
  /** Fields of an item that become columns of CSV. */
  readonly csvColumns: readonly string[];
}
