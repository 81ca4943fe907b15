/** Text in cells of a terminal: segments with a tone, lines, widths, padding and wrapping. Knows no colour and no React. */

import stringWidth from 'string-width';

/** What a piece of text is, not how it looks: ui/color.ts gives each tone its look. */
export type Tone = 'plain' | 'strong' | 'dim' | 'accent' | 'good' | 'warning' | 'bad';

export interface Segment {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Segment[];

const PRINTABLE_ASCII = /^[ -~]*$/;
/** C0 and C1 controls and bidirectional overrides: text from a cluster or a kubeconfig must not steer the terminal. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ASCII_FORM: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '−': '-',
  '×': 'x',
  '÷': '/',
  '·': '.',
  '…': '...',
  '≥': '>=',
  '≤': '<=',
  '±': '+-',
  '→': '->',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '\u00a0': ' ',
  '\u202f': ' ',
};

/** Cells that a text takes. */
export function cells(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text without what would steer a terminal; with `ascii`, other characters become their nearest ASCII form or `?`. */
export function printable(text: string, ascii: boolean): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const clean = text.replace(CONTROLS, ' ');
  return ascii ? clean.replace(/[^ -~]/gu, (character) => ASCII_FORM[character] ?? '?') : clean;
}

/** The beginning of a text that fits, closed with `ellipsis` where something was cut off. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (cells(text) <= width) return text;
  const room = width - cells(ellipsis);
  if (room <= 0) return ellipsis.slice(0, Math.max(0, width));
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += cells(character);
    if (used > room) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** The text in exactly `width` cells. */
export function fit(text: string, width: number, ellipsis: string, align: 'left' | 'right' = 'left'): string {
  const shown = truncate(text, width, ellipsis);
  const space = ' '.repeat(Math.max(0, width - cells(shown)));
  return align === 'left' ? shown + space : space + shown;
}

/** A line in exactly `width` cells: what is too long is cut off, what is short is filled with spaces. */
export function fitLine(line: Line, width: number, ellipsis: string): Line {
  const fitted: Segment[] = [];
  let left = width;
  for (const [index, segment] of line.entries()) {
    const isLast = index === line.length - 1;
    const size = cells(segment.text);
    const needsEllipsis = size > left || (size === left && !isLast && line.slice(index + 1).some((next) => next.text !== ''));
    const text = needsEllipsis ? truncate(`${segment.text}${ellipsis}`, left, ellipsis) : segment.text;
    fitted.push({ ...segment, text });
    left -= cells(text);
    if (needsEllipsis) break;
  }
  return left > 0 ? [...fitted, { text: ' '.repeat(left) }] : fitted;
}

/** Neighbours of one tone as one segment: what is drawn costs by the segment. */
export function joinAlike(line: Line): Segment[] {
  const joined: Segment[] = [];
  for (const segment of line) {
    const last = joined.at(-1);
    if (last !== undefined && (last.tone ?? 'plain') === (segment.tone ?? 'plain'))
      joined[joined.length - 1] = { ...last, text: last.text + segment.text };
    else joined.push(segment);
  }
  return joined;
}

/** Breaks at spaces; a word that is longer than the line is broken where the line ends. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(1, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`;
    if (cells(candidate) <= room) {
      line = candidate;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function breakWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && cells(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** A paragraph as lines of one tone, each indented. */
export function paragraph(text: string, width: number, options: { readonly indent?: number; readonly tone?: Tone } = {}): Line[] {
  const indent = ' '.repeat(options.indent ?? 0);
  return wrap(text, width - indent.length).map((part) => [
    { text: indent },
    { text: part, ...(options.tone && { tone: options.tone }) },
  ]);
}

/** Cells that a line takes. */
export function lineCells(line: Line): number {
  return line.reduce((sum, segment) => sum + cells(segment.text), 0);
}
