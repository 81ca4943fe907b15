/** A view at a given size after given keys, as text: the very components and key table, without a terminal. */

import { renderToString } from 'ink';
import { type BrowseState, press, startBrowsing } from '../../ui/browse.ts';
import { BrowserScreen, partsOf, type Subject } from '../../ui/browser.tsx';
import { contentWidths } from '../../ui/columns.ts';
import { opensWithDetail, type Size } from '../../ui/geometry.ts';
import { OBSERVED_AT } from './sample.ts';

export interface Picture {
  readonly size: Size;
  readonly keys?: readonly string[];
  readonly ascii?: boolean;
}

export function stateAfter(subject: Subject, { size, keys = [] }: Picture): BrowseState {
  const widths = contentWidths(subject.columns, subject.rows);
  const first = startBrowsing({ ...subject, detailOpen: opensWithDetail(size) });
  return keys.reduce((state, key) => press(state, key, partsOf(subject, state, size, widths).extent), first);
}

export function picture(subject: Subject, options: Picture): string {
  const { size, ascii = false } = options;
  const state = stateAfter(subject, options);
  const widths = contentWidths(subject.columns, subject.rows);
  const parts = partsOf(subject, state, size, widths);
  const screen = (
    <BrowserScreen
      subject={subject}
      state={state}
      size={size}
      parts={parts}
      widths={widths}
      style={{ color: true, ascii }}
      nowMs={OBSERVED_AT + 125_000}
    />
  );
  return renderToString(screen, { columns: size.columns });
}
