/** kubectl's tables: upper-case headings, left-aligned, three spaces between columns, no borders, no trailing blanks. */

/** As kubectl shows a value that is not set. */
export const NONE = '<none>';
/** As kubectl shows a value that is not known. */
export const UNKNOWN = '<unknown>';

/** kubectl's tabwriter: minimum width 6, padding 3. */
const MINIMUM_WIDTH = 6;
const PADDING = 3;

export async function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly headers: boolean },
): Promise<string> {
  const lines = (options.headers ? [headings, ...rows] : rows).map((cells) => cells.map(oneLine));
  const widthOf = await widthMeasure(lines);
  const widths = headings.map((_, column) =>
    lines.reduce((width, cells) => Math.max(width, widthOf(cells[column] ?? '') + PADDING), MINIMUM_WIDTH),
  );
  const formatLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell + ' '.repeat(widths[column]! - widthOf(cell))))
      .join('')
      .trimEnd();
  return lines.map((cells) => `${formatLine(cells)}\n`).join('');
}

const PRINTABLE_ASCII = /^[ -~]*$/;

/** Columns that a text takes. Names of Kubernetes are ASCII; what measures other text takes as long to load as Node to start. */
async function widthMeasure(lines: readonly (readonly string[])[]): Promise<(text: string) => number> {
  if (lines.every((cells) => cells.every((cell) => PRINTABLE_ASCII.test(cell)))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return stringWidth;
}

/** What came from a cluster must neither break the line nor steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}
