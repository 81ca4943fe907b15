/** kubectl's custom columns: `NAME:.name,CPU:.cpuCores`. */

import { UpidError } from '../../lib/types/errors.ts';
import type { JsonObject } from './item.ts';
import { findAll, written } from './jsonpath/evaluate.ts';
import { parsePath } from './jsonpath/parse.ts';
import type { Path } from './jsonpath/syntax.ts';
import { formatTable, NONE } from './table.ts';

export interface CustomColumn {
  readonly heading: string;
  readonly path: Path;
}

const FORM = 'it should look like NAME:.name,CPU:.cpuCores';

/** @throws UpidError `usage` for what names no columns. */
export function parseCustomColumns(text: string): readonly CustomColumn[] {
  return splitColumns(text).map((column) => {
    const colon = column.indexOf(':');
    if (colon < 1 || colon === column.length - 1)
      throw new UpidError('usage', `invalid custom column "${column}"`, { remedy: FORM });
    return { heading: column.slice(0, colon).trim(), path: parsePath(column.slice(colon + 1)) };
  });
}

/** The form of a file: headings on its first line, paths on its second, both divided by blanks. */
export function parseCustomColumnsFile(text: string, file: string): readonly CustomColumn[] {
  const [headings = [], paths = []] = text.split(/\r?\n/).map((line) => line.trim().split(/\s+/));
  if (headings.length !== paths.length || headings[0] === '' || paths[0] === '')
    throw new UpidError('usage', `${file} holds no custom columns`, {
      remedy: 'its first line should name the columns and its second give as many paths',
    });
  return headings.map((heading, index) => ({ heading, path: parsePath(paths[index]!) }));
}

export function formatCustomColumns(
  items: readonly JsonObject[],
  columns: readonly CustomColumn[],
  options: { readonly headers: boolean },
): Promise<string> {
  const rows = items.map((item) =>
    columns.map(({ path }) => {
      const found = findAll(path, item);
      return found.length === 0 ? NONE : found.map(written).join(',');
    }),
  );
  return formatTable(
    columns.map(({ heading }) => heading),
    rows,
    options,
  );
}

/** Commas within brackets belong to a path. */
function splitColumns(text: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '[') depth++;
    if (letter === ']') depth--;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
