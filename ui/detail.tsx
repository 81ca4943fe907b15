/** A pane of lines that can be scrolled: the detail of the selected row, the help, the sources. */

import { Box } from 'ink';
import type { ReactNode } from 'react';
import { glyphs } from './glyphs.ts';
import { LineView } from './line.tsx';
import { useStyle } from './style.ts';
import type { Line } from './text.ts';

export interface PaneProps {
  readonly lines: readonly Line[];
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The key that scrolls it down. */
  readonly downKey?: string;
}

/** `top` is held within the lines; where lines are out of sight below, the last one says how many, and the key. */
export function Pane({ lines, top, width, height, downKey = 'J' }: PaneProps): ReactNode {
  const { ascii } = useStyle();
  const first = Math.max(0, Math.min(top, lines.length - height));
  const below = lines.length - first - height;
  const visible = lines.slice(first, first + height);
  // Counts the line that the note itself covers.
  const note: Line = [{ text: `${glyphs(ascii).down} ${below + 1} more lines: ${downKey}`, tone: 'dim' }];
  return (
    <Box flexDirection="column" width={width} height={height}>
      {visible.map((line, position) => (
        <LineView key={position} line={below > 0 && position === height - 1 ? note : line} width={width} />
      ))}
    </Box>
  );
}
