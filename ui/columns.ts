/** How wide each column of a list is: as wide as its widest cell where there is room, and what gives way where there is not. */

import type { ListRow } from './browse.ts';
import { cells } from './text.ts';

export interface Column {
  readonly heading: string;
  /** For screens where the full heading is wider than what stands under it. */
  readonly short: string;
  readonly align: 'left' | 'right';
  /** Names give way to this width, cut off with an ellipsis; others never. */
  readonly shrinksTo?: number;
  /** Left out where even that is not enough, the highest first; absent: never left out. */
  readonly dropped?: number;
}

export interface PlacedColumn {
  /** Position in the row's cells. */
  readonly index: number;
  readonly heading: string;
  readonly align: 'left' | 'right';
  readonly width: number;
}

export const GAP = 2;
/** The mark of the selected row and a space. */
export const MARKER_COLUMNS = 2;

/** Widest cell of each column, over all rows, so that filtering and scrolling never move a column. */
export function contentWidths(columns: readonly Column[], rows: readonly ListRow[]): number[] {
  return columns.map((_, index) => rows.reduce((widest, row) => Math.max(widest, cells(row.cells[index]?.text ?? '')), 0));
}

/** Width of a list with full headings and nothing cut off. */
export function naturalWidth(columns: readonly Column[], widths: readonly number[]): number {
  return total(place(columns, widths, 'heading'));
}

/** Fits the columns: full headings; else short ones; else names shrink; else columns are left out. */
export function placeColumns(columns: readonly Column[], widths: readonly number[], available: number): PlacedColumn[] {
  const full = place(columns, widths, 'heading');
  if (total(full) <= available) return full;
  let placed = place(columns, widths, 'short');
  for (;;) {
    placed = shrink(columns, placed, total(placed) - available);
    if (total(placed) <= available) return placed;
    const next = nextToDrop(columns, placed);
    if (next === undefined) return placed;
    placed = place(columns, widths, 'short').filter(({ index }) => index !== next && placed.some((kept) => kept.index === index));
  }
}

function place(columns: readonly Column[], widths: readonly number[], form: 'heading' | 'short'): PlacedColumn[] {
  return columns.map((column, index) => ({
    index,
    heading: column[form],
    align: column.align,
    width: Math.max(cells(column[form]), widths[index] ?? 0),
  }));
}

function total(placed: readonly PlacedColumn[]): number {
  return placed.reduce((sum, { width }) => sum + width, MARKER_COLUMNS + GAP * Math.max(0, placed.length - 1));
}

/** Takes `excess` cells from the columns that may shrink, each in proportion to what it can give. */
function shrink(columns: readonly Column[], placed: readonly PlacedColumn[], excess: number): PlacedColumn[] {
  const spare = placed.map(({ index, width }) => Math.max(0, width - (columns[index]?.shrinksTo ?? width)));
  const allSpare = spare.reduce((sum, value) => sum + value, 0);
  if (excess <= 0 || allSpare === 0) return [...placed];
  let left = Math.min(excess, allSpare);
  return placed.map((column, position) => {
    const taken = Math.min(left, Math.ceil(((spare[position] ?? 0) / allSpare) * Math.min(excess, allSpare)));
    left -= taken;
    return { ...column, width: column.width - taken };
  });
}

function nextToDrop(columns: readonly Column[], placed: readonly PlacedColumn[]): number | undefined {
  return placed
    .filter(({ index }) => columns[index]?.dropped !== undefined)
    .sort((a, b) => (columns[b.index]?.dropped ?? 0) - (columns[a.index]?.dropped ?? 0))[0]?.index;
}
