/** Orders of a list. A row without a value stands last in either direction. */

export type SortValue = number | string | undefined;

export interface SortOrder {
  readonly name: string;
  /** The direction that a first press of the sort key gives: what one wants to see first. */
  readonly descending: boolean;
}

interface Sortable {
  readonly id: string;
  /** By name of the order: one or more values, compared one after the other. */
  readonly sort: Readonly<Record<string, readonly SortValue[]>>;
}

/** A sorted copy; rows that are equal stand by id, so that the order never jumps. */
export function sortRows<Row extends Sortable>(rows: readonly Row[], order: SortOrder, reversed: boolean): Row[] {
  const descending = order.descending !== reversed;
  return [...rows].sort((a, b) => compareRows(a, b, order.name, descending) || compareText(a.id, b.id));
}

function compareRows(a: Sortable, b: Sortable, name: string, descending: boolean): number {
  const left = a.sort[name] ?? [];
  const right = b.sort[name] ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = compareValues(left[index], right[index], descending);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareValues(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const difference = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
  return descending ? -difference : difference;
}

/** By code unit: the order of kubectl, the same in every locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
