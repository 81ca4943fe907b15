/** Explanations as text to be read, as `kubectl describe` writes: the lines of the view, without its colours. */

import type { ExplainResult } from '../../lib/types/explanation.ts';

export interface PageOptions {
  readonly width: number;
  readonly ascii: boolean;
  /** IANA name. */
  readonly timeZone: string;
}

/** Columns of a page that no terminal has a width for. */
export const PAGE_COLUMNS = 80;

/** Longer lines are hard to read. */
const WIDEST = 120;

/** Empty where nothing was found. */
export async function formatExplanations(result: ExplainResult, options: PageOptions): Promise<string> {
  if (result.explanations.length === 0) return '';
  const [{ explanationLines }, { printable }] = await Promise.all([
    import('../../ui/explanation-lines.ts'),
    import('../../ui/text.ts'),
  ]);
  return explanationLines(result, options)
    .map((line) => `${printable(line.map(({ text }) => text).join(''), options.ascii).trimEnd()}\n`)
    .join('');
}

/** As wide as the terminal, within what can be read. */
export function pageColumns(columns: number | undefined): number {
  return Math.max(60, Math.min(WIDEST, columns ?? PAGE_COLUMNS));
}
