/**
 * The look of each tone. Only the 16 colours that a terminal's own palette defines, so that dark and light themes both stay
 * readable (no yellow, no blue); without colour the weight of the text remains. No meaning rests on colour alone:
 * marks and words say the same.
 */

import type { Tone } from './text.ts';

export interface Look {
  readonly color?: 'cyan' | 'green' | 'magenta' | 'red';
  readonly bold?: boolean;
  readonly dimColor?: boolean;
}

const LOOKS: Readonly<Record<Tone, Look>> = {
  plain: {},
  strong: { bold: true },
  dim: { dimColor: true },
  accent: { color: 'cyan', bold: true },
  good: { color: 'green' },
  warning: { color: 'magenta', bold: true },
  bad: { color: 'red', bold: true },
};

/** How a tone looks; with `color` false (NO_COLOR, `--color=false`) by weight alone. */
export function lookOf(tone: Tone, color: boolean): Look {
  const look = LOOKS[tone];
  if (color || look.color === undefined) return look;
  return look.bold ? { bold: true } : {};
}
