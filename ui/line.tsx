/** One line of segments on the screen, in exactly the given width: the one place where text meets the terminal. */

import { Text } from 'ink';
import type { ReactNode } from 'react';
import { lookOf } from './color.ts';
import { glyphs } from './glyphs.ts';
import { useStyle } from './style.ts';
import { fitLine, joinAlike, type Line, printable } from './text.ts';

export function LineView({ line, width, inverse = false }: { line: Line; width: number; inverse?: boolean }): ReactNode {
  const { color, ascii } = useStyle();
  const safe = line.map((segment) => ({ ...segment, text: printable(segment.text, ascii) }));
  const fitted = fitLine(safe, width, glyphs(ascii).ellipsis);
  const parts = inverse ? [{ text: fitted.map(({ text }) => text).join('') }] : joinAlike(fitted);
  return (
    <Text inverse={inverse} wrap="truncate">
      {parts.map((segment, position) => (
        <Text key={position} {...lookOf(segment.tone ?? 'plain', color)}>
          {segment.text}
        </Text>
      ))}
    </Text>
  );
}
