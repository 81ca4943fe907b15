/** kubectl's tables: upper-case headings, left-aligned, three spaces between columns, no borders, no trailing blanks. */

import stringWidth from 'string-width';

/** As kubectl shows a value that is not set. */
export const NONE = '<none>';
/** As kubectl shows a value that is not known. */
export const UNKNOWN = '<unknown>';

/** kubectl's tabwriter: minimum width 6, padding 3. */
const MINIMUM_WIDTH = 6;
const PADDING = 3;

export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly headers: boolean },
): string {
  const lines = (options.headers ? [headings, ...rows] : rows).map((cells) => cells.map(oneLine));
  const widths = headings.map((_, column) =>
    lines.reduce((width, cells) => Math.max(width, stringWidth(cells[column] ?? '') + PADDING), MINIMUM_WIDTH),
  );
  return lines.map((cells) => `${formatLine(cells, widths)}\n`).join('');
}

function formatLine(cells: readonly string[], widths: readonly number[]): string {
  const last = cells.length - 1;
  return cells
    .map((cell, column) => (column === last ? cell : cell + ' '.repeat(widths[column]! - stringWidth(cell))))
    .join('')
    .trimEnd();
}

/** What came from a cluster must neither break the line nor steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}
