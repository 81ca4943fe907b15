/** The characters beyond ASCII that the views draw with, and what stands in for them on a terminal without UTF-8. */

export interface Glyphs {
  readonly ellipsis: string;
  readonly rule: string;
  readonly divider: string;
  readonly marker: string;
  readonly cursor: string;
  readonly up: string;
  readonly down: string;
  readonly dot: string;
  readonly arrow: string;
  readonly supports: string;
  readonly refutes: string;
  /** Sparkline levels, lowest first. */
  readonly levels: string;
}

const UNICODE: Glyphs = {
  ellipsis: '…',
  rule: '─',
  divider: '│',
  marker: '>',
  cursor: '█',
  up: '↑',
  down: '↓',
  dot: '·',
  arrow: '→',
  supports: '✓',
  refutes: '✗',
  levels: '▁▂▃▄▅▆▇█',
};

const ASCII: Glyphs = {
  ellipsis: '~',
  rule: '-',
  divider: '|',
  marker: '>',
  cursor: '_',
  up: '^',
  down: 'v',
  dot: '.',
  arrow: '->',
  supports: '+',
  refutes: 'x',
  levels: '_.:-=+*#',
};

export function glyphs(ascii: boolean): Glyphs {
  return ascii ? ASCII : UNICODE;
}
