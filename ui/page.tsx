/** A page of lines that fills the screen and is scrolled: what `explain` shows. */

import { Box, useApp, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useMemo, useReducer } from 'react';
import type { Provenance } from '../lib/types/result.ts';
import { useClock } from './clock.ts';
import { Pane } from './detail.tsx';
import { geometry, type Size } from './geometry.ts';
import { keyNames, type ViewName } from './keys.ts';
import { Footer, Header, helpLines, TitleRule, TooSmall } from './layout.tsx';
import { type RowPage, useRowPage } from './row-page.ts';
import { type ScrollExtent, type ScrollState, scroll, startScrolling } from './scroll.ts';
import { sourceLines } from './sources.ts';
import { type Style, StyleContext } from './style.ts';
import type { Line } from './text.ts';

/** What a page is about. */
export interface PageSubject {
  readonly view: ViewName;
  readonly data: Provenance;
  readonly title: string;
  readonly lines: (width: number) => readonly Line[];
  /** What f opens over it; of no row, as a page has none. */
  readonly forecast?: RowPage;
}

export interface PageProps {
  readonly subject: PageSubject;
  readonly style: Style;
  readonly now: () => number;
}

/** Id of what a page is about, as a whole. */
const WHOLE = '';

/** The live view: keys, size and clock. */
export function Page({ subject, style, now }: PageProps): ReactNode {
  const { exit } = useApp();
  const size = useWindowSize();
  const nowMs = useClock(now);
  const [state, dispatch] = useReducer(
    (current: ScrollState, { key, extent }: { key: string; extent: ScrollExtent }) => scroll(current, key, extent),
    subject.view,
    startScrolling,
  );
  const lines = useMemo(() => subject.lines(size.columns), [subject, size.columns]);
  useRowPage(state.overlay === 'forecast' ? subject.forecast : undefined, WHOLE);
  const shown = shownLines(subject, state, size, lines);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) dispatch({ key: name, extent: extentOf(shown, size) });
  });
  useEffect(() => {
    if (state.done) exit();
  }, [state.done, exit]);
  return <PageScreen subject={subject} state={state} size={size} lines={lines} style={style} nowMs={nowMs} />;
}

function shownLines(subject: PageSubject, { overlay }: ScrollState, { columns }: Size, lines: readonly Line[]): readonly Line[] {
  if (overlay === 'help') return helpLines(subject.view);
  if (overlay === 'forecast') return subject.forecast?.lines(WHOLE, columns) ?? [];
  return overlay === 'sources' ? sourceLines(subject.data.sources, subject.data.traffic, columns) : lines;
}

/** How far one can scroll on a screen of this size. */
export function extentOf(lines: readonly Line[], size: Size): ScrollExtent {
  return { lines: lines.length, rows: bodyRows(size) };
}

function bodyRows(size: Size): number {
  return geometry(size, false, { width: 0, rows: 0 }).bodyRows;
}

export interface PageScreenProps {
  readonly subject: PageSubject;
  readonly state: ScrollState;
  readonly size: Size;
  readonly lines: readonly Line[];
  readonly style: Style;
  readonly nowMs: number;
}

/** One picture of the view: nothing but its arguments decides what is on the screen. */
export function PageScreen({ subject, state, size, lines, style, nowMs }: PageScreenProps): ReactNode {
  if (geometry(size, false, { width: 0, rows: 0 }).tooSmall) return <TooSmall size={size} />;
  const shown = shownLines(subject, state, size, lines);
  return (
    <StyleContext value={style}>
      <Box flexDirection="column" width={size.columns} height={size.rows}>
        <Header view={subject.view} data={subject.data} nowMs={nowMs} width={size.columns} />
        <TitleRule title={[{ text: subject.title, tone: 'strong' }]} width={size.columns} />
        <Pane
          lines={shown}
          top={state.overlay ? state.overlayTop : state.top}
          width={size.columns}
          height={bodyRows(size)}
          downKey="j"
        />
        <Footer view={subject.view} width={size.columns} />
      </Box>
    </StyleContext>
  );
}
