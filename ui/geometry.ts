/** Where the parts of a view stand on a screen of a given size. All in cells. */

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Geometry {
  /** Below this size nothing sensible can be shown. */
  readonly tooSmall: boolean;
  /** Where the detail stands; undefined when it is closed. */
  readonly detail: 'below' | 'right' | undefined;
  readonly listColumns: number;
  /** Rows of the list without its heading. */
  readonly listRows: number;
  readonly detailColumns: number;
  readonly detailRows: number;
  /** Rows between title and footer: what an overlay fills. */
  readonly bodyRows: number;
}

export const SMALLEST: Size = { columns: 60, rows: 15 };

/** Two lines of header, the title, the footer. */
const FRAME_ROWS = 4;
const HEADING_ROWS = 1;
const RULE_ROWS = 1;
/** ` │ ` between list and detail. */
const DIVIDER_COLUMNS = 3;
/** From here on a list with all its columns and a readable detail fit side by side. */
const SIDE_BY_SIDE_COLUMNS = 150;
const SMALLEST_DETAIL_COLUMNS = 50;
const SMALLEST_LIST_ROWS = 4;
/** The evidence needs more room than the list above it. */
const LIST_SHARE = 0.36;

/** What the list would take: its width with all columns in full, and all its rows (filtered or not, so that nothing moves while typing). */
export interface Wanted {
  readonly width: number;
  readonly rows: number;
}

export function geometry(size: Size, detailOpen: boolean, list: Wanted): Geometry {
  const bodyRows = Math.max(0, size.rows - FRAME_ROWS);
  const tooSmall = size.columns < SMALLEST.columns || size.rows < SMALLEST.rows;
  const whole = { tooSmall, bodyRows, listColumns: size.columns, listRows: Math.max(1, bodyRows - HEADING_ROWS) };
  if (!detailOpen) return { ...whole, detail: undefined, detailColumns: 0, detailRows: 0 };
  if (size.columns >= SIDE_BY_SIDE_COLUMNS) {
    const listColumns = Math.min(list.width, size.columns - DIVIDER_COLUMNS - SMALLEST_DETAIL_COLUMNS);
    const detailColumns = size.columns - listColumns - DIVIDER_COLUMNS;
    return { ...whole, detail: 'right', listColumns, detailColumns, detailRows: bodyRows };
  }
  const listRows = Math.max(
    SMALLEST_LIST_ROWS,
    Math.min(list.rows, Math.floor((bodyRows - HEADING_ROWS - RULE_ROWS) * LIST_SHARE)),
  );
  const detailRows = Math.max(1, bodyRows - HEADING_ROWS - RULE_ROWS - listRows);
  return { ...whole, detail: 'below', listRows, detailColumns: size.columns, detailRows };
}

/** Whether the detail is open at the start: where it takes nothing away from the list that one would miss. */
export function opensWithDetail(size: Size): boolean {
  return size.columns >= SIDE_BY_SIDE_COLUMNS || size.rows >= 30;
}

/** The first visible row: moved no more than needed to keep `index` in sight, and never leaving empty rows at the end. */
export function scrollTo(top: number, index: number, visible: number, count: number): number {
  const lowest = Math.max(0, count - visible);
  return Math.max(0, Math.min(Math.max(Math.min(top, index), index - visible + 1), lowest));
}
