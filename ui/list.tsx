/** A list in a window: only the rows in sight are rendered, however many there are. */

import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { ListRow } from './browse.ts';
import { type Column, GAP, MARKER_COLUMNS, placeColumns } from './columns.ts';
import { glyphs } from './glyphs.ts';
import { LineView } from './line.tsx';
import { useStyle } from './style.ts';
import { fit, type Line, paragraph } from './text.ts';

export interface ListProps {
  readonly columns: readonly Column[];
  /** Widest cell of each column. */
  readonly widths: readonly number[];
  readonly rows: readonly ListRow[];
  readonly index: number;
  readonly top: number;
  readonly width: number;
  /** Rows in sight, the heading not counted. */
  readonly height: number;
  /** Said where there is no row. */
  readonly empty: string;
}

export function List({ columns, widths, rows, index, top, width, height, empty }: ListProps): ReactNode {
  const { ascii } = useStyle();
  const { ellipsis, marker } = glyphs(ascii);
  const placed = placeColumns(columns, widths, width);
  const gap = { text: ' '.repeat(GAP) };
  const join = (mark: string, parts: Line): Line => [
    { text: fit(mark, MARKER_COLUMNS, '') },
    ...parts.flatMap((part, at) => (at === 0 ? [part] : [gap, part])),
  ];
  const heading = placed.map((column) => ({
    text: fit(column.heading, column.width, ellipsis, column.align),
    tone: 'strong' as const,
  }));
  return (
    <Box flexDirection="column" width={width} height={height + 1}>
      <LineView line={join('', heading)} width={width} />
      {rows.length === 0 &&
        paragraph(empty, width - MARKER_COLUMNS, { indent: MARKER_COLUMNS, tone: 'dim' }).map((line, at) => (
          <LineView key={at} line={line} width={width} />
        ))}
      {rows.slice(top, top + height).map((row, offset) => {
        const selected = top + offset === index;
        const parts = placed.map((column): Line[number] => {
          const cell = row.cells[column.index] ?? { text: '' };
          return { ...cell, text: fit(cell.text, column.width, ellipsis, column.align) };
        });
        return <LineView key={row.id} line={join(selected ? marker : '', parts)} width={width} inverse={selected} />;
      })}
    </Box>
  );
}
