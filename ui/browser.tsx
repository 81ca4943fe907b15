/** A list with its detail: the screen that idle, optimize and forecast share. */

import { Box, useApp, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useMemo, useReducer } from 'react';
import type { Provenance } from '../lib/types/result.ts';
import { type BrowseState, type Extent, type ListRow, press, startBrowsing } from './browse.ts';
import { useClock } from './clock.ts';
import { type Column, contentWidths, naturalWidth } from './columns.ts';
import { Pane } from './detail.tsx';
import { type Geometry, geometry, opensWithDetail, type Size, scrollTo } from './geometry.ts';
import { glyphs } from './glyphs.ts';
import { keyNames, type PageName, type ViewName } from './keys.ts';
import { Footer, Header, helpLines, TitleRule, TooSmall } from './layout.tsx';
import { LineView } from './line.tsx';
import { List } from './list.tsx';
import { type RowPage, useRowPage } from './row-page.ts';
import type { SortOrder } from './sort.ts';
import { sourceLines } from './sources.ts';
import { type Style, StyleContext } from './style.ts';
import type { Line } from './text.ts';

/** What a view is about; everything else is the same for all. */
export interface Subject {
  readonly view: ViewName;
  readonly data: Provenance;
  readonly columns: readonly Column[];
  readonly rows: readonly ListRow[];
  readonly orders: readonly SortOrder[];
  readonly showExtra: boolean;
  /** Said in the title beside the number of rows: `8 idle of 48 workloads`. */
  readonly summary: (state: BrowseState) => string;
  /** Said where no row is there to be shown, and no filter is to blame. */
  readonly empty: string;
  readonly detail: (id: string, width: number) => readonly Line[];
  /** What a key opens over the list, about the selected row. */
  readonly pages?: Readonly<Partial<Record<PageName, RowPage>>>;
}

export interface BrowserProps {
  readonly subject: Subject;
  readonly style: Style;
  readonly now: () => number;
}

/** The live view: keys, size and clock. */
export function Browser({ subject, style, now }: BrowserProps): ReactNode {
  const { exit } = useApp();
  const size = useWindowSize();
  const nowMs = useClock(now);
  const [state, dispatch] = useReducer(
    (current: BrowseState, { key, extent }: { key: string; extent: Extent }) => press(current, key, extent),
    subject,
    (initial) => startBrowsing({ ...initial, detailOpen: opensWithDetail(size) }),
  );
  const widths = useMemo(() => contentWidths(subject.columns, subject.rows), [subject]);
  useRowPage(openPage(subject, state), state.visible[state.index]?.id);
  const parts = partsOf(subject, state, size, widths);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) dispatch({ key: name, extent: parts.extent });
  });
  useEffect(() => {
    if (state.done) exit();
  }, [state.done, exit]);
  return <BrowserScreen subject={subject} state={state} size={size} parts={parts} widths={widths} style={style} nowMs={nowMs} />;
}

export interface Parts {
  readonly place: Geometry;
  readonly detail: readonly Line[];
  readonly overlay: readonly Line[];
  readonly extent: Extent;
}

/** The lines of the open panes and how much of them can be seen. */
export function partsOf(subject: Subject, state: BrowseState, size: Size, widths: readonly number[]): Parts {
  const place = geometry(size, state.detailOpen, { width: naturalWidth(subject.columns, widths), rows: state.rows.length });
  const selected = state.visible[state.index];
  const detail = place.detail && selected ? subject.detail(selected.id, place.detailColumns) : [];
  const overlay = overlayLines(subject, state, size.columns);
  const extent = {
    listRows: place.listRows,
    detailLines: detail.length,
    detailRows: place.detailRows,
    overlayLines: overlay.length,
    overlayRows: place.bodyRows,
  };
  return { place, detail, overlay, extent };
}

function overlayLines(subject: Subject, state: BrowseState, width: number): readonly Line[] {
  if (state.overlay === 'help') return helpLines(subject.view);
  const selected = state.visible[state.index];
  const page = openPage(subject, state);
  if (page) return selected ? page.lines(selected.id, width) : [];
  return state.overlay === 'sources' ? sourceLines(subject.data.sources, subject.data.traffic, width) : [];
}

function openPage({ pages }: Subject, { overlay }: BrowseState): RowPage | undefined {
  return overlay === 'explanation' || overlay === 'forecast' ? pages?.[overlay] : undefined;
}

export interface BrowserScreenProps {
  readonly subject: Subject;
  readonly state: BrowseState;
  readonly size: Size;
  readonly parts: Parts;
  readonly widths: readonly number[];
  readonly style: Style;
  readonly nowMs: number;
}

/** One picture of the view: nothing but its arguments decides what is on the screen. */
export function BrowserScreen({ subject, state, size, parts, widths, style, nowMs }: BrowserScreenProps): ReactNode {
  if (parts.place.tooSmall) return <TooSmall size={size} />;
  return (
    <StyleContext value={style}>
      <Box flexDirection="column" width={size.columns} height={size.rows}>
        <Header view={subject.view} data={subject.data} nowMs={nowMs} width={size.columns} />
        <TitleRule title={titleOf(subject, state, style)} note={orderOf(state, style)} width={size.columns} />
        {state.overlay ? (
          <Pane lines={parts.overlay} top={state.overlayTop} width={size.columns} height={parts.place.bodyRows} downKey="j" />
        ) : (
          <Body subject={subject} state={state} size={size} parts={parts} widths={widths} style={style} />
        )}
        <Footer view={subject.view} width={size.columns} />
      </Box>
    </StyleContext>
  );
}

function Body({ subject, state, size, parts, widths, style }: Omit<BrowserScreenProps, 'nowMs'>): ReactNode {
  const { place, detail } = parts;
  const list = (
    <List
      columns={subject.columns}
      widths={widths}
      rows={state.visible}
      index={state.index}
      top={scrollTo(state.top, state.index, place.listRows, state.visible.length)}
      width={place.listColumns}
      height={place.listRows}
      empty={state.filter === '' ? subject.empty : `Nothing matches "${state.filter}". Esc clears the filter.`}
    />
  );
  if (place.detail === undefined) return list;
  const pane = <Pane lines={detail} top={state.detailTop} width={place.detailColumns} height={place.detailRows} />;
  if (place.detail === 'below') {
    return (
      <Box flexDirection="column">
        {list}
        <TitleRule title={[{ text: 'detail', tone: 'strong' }]} width={size.columns} />
        {pane}
      </Box>
    );
  }
  return (
    <Box>
      {list}
      <Divider height={place.bodyRows} style={style} />
      {pane}
    </Box>
  );
}

function Divider({ height, style }: { height: number; style: Style }): ReactNode {
  const line: Line = [{ text: ` ${glyphs(style.ascii).divider} `, tone: 'dim' }];
  return (
    <Box flexDirection="column" width={3}>
      {Array.from({ length: height }, (_, row) => (
        <LineView key={row} line={line} width={3} />
      ))}
    </Box>
  );
}

function titleOf(subject: Subject, state: BrowseState, style: Style): Line {
  const summary: Line = [{ text: subject.summary(state), tone: 'strong' }];
  if (!state.typing && state.filter === '') return summary;
  const cursor = state.typing ? glyphs(style.ascii).cursor : '';
  return [{ text: `/${state.filter}${cursor}`, tone: 'accent' }, { text: `  ${state.visible.length} match  ` }, ...summary];
}

function orderOf(state: BrowseState, style: Style): Line {
  const order = state.orders[state.order];
  if (!order) return [];
  const { up, down } = glyphs(style.ascii);
  return [{ text: `by ${order.name} ${order.descending !== state.reversed ? down : up}` }];
}
