/**
 * The model behind a list with a detail: what is selected, filtered, sorted and open. Pure: a state and a key give the
 * next state. Knows neither React nor what the rows are about.
 */

import { compileFilter } from './filter.ts';
import { scrollTo } from './geometry.ts';
import { type Action, actionOf, type PageName, type ViewName } from './keys.ts';
import { type SortOrder, type SortValue, sortRows } from './sort.ts';
import type { Segment } from './text.ts';

export interface ListRow {
  readonly id: string;
  /** One for each column. */
  readonly cells: readonly Segment[];
  /** What the filter looks at, in lower case. */
  readonly search: string;
  /** Shown only when asked for: unknown verdicts, declined recommendations. */
  readonly extra: boolean;
  readonly sort: Readonly<Record<string, readonly SortValue[]>>;
}

export interface BrowseState {
  readonly view: ViewName;
  readonly rows: readonly ListRow[];
  readonly orders: readonly SortOrder[];
  readonly order: number;
  readonly reversed: boolean;
  readonly showExtra: boolean;
  readonly filter: string;
  /** True while keys go into the filter. */
  readonly typing: boolean;
  /** Rows that pass, in order. */
  readonly visible: readonly ListRow[];
  readonly index: number;
  readonly top: number;
  readonly detailOpen: boolean;
  readonly detailTop: number;
  readonly overlay: 'help' | 'sources' | PageName | undefined;
  readonly overlayTop: number;
  readonly done: boolean;
}

/** What the screen can show at the moment of a key: paging and scrolling depend on it. */
export interface Extent {
  readonly listRows: number;
  readonly detailLines: number;
  readonly detailRows: number;
  readonly overlayLines: number;
  readonly overlayRows: number;
}

export function startBrowsing(options: {
  readonly view: ViewName;
  readonly rows: readonly ListRow[];
  readonly orders: readonly SortOrder[];
  readonly showExtra: boolean;
  readonly detailOpen: boolean;
}): BrowseState {
  return select({
    ...options,
    order: 0,
    reversed: false,
    filter: '',
    typing: false,
    visible: [],
    index: 0,
    top: 0,
    detailTop: 0,
    overlay: undefined,
    overlayTop: 0,
    done: false,
  });
}

/** The state after one key. */
export function press(state: BrowseState, key: string, extent: Extent): BrowseState {
  if (state.typing) {
    const typed = pressWhileTyping(state, key);
    if (typed) return typed;
  }
  const action = actionOf(state.view, key);
  if (action === undefined) return state;
  return state.overlay ? actOnOverlay(state, action, extent) : actOnList(state, action, extent);
}

/** Undefined for keys that mean the same while typing: arrows, pages, Ctrl-C. */
function pressWhileTyping(state: BrowseState, key: string): BrowseState | undefined {
  if (key === 'escape') return select({ ...state, filter: '', typing: false });
  if (key === 'enter' || key === 'tab') return { ...state, typing: false };
  if (key === 'backspace') return select({ ...state, filter: [...state.filter].slice(0, -1).join('') });
  if (key === 'ctrl+u') return select({ ...state, filter: '' });
  return [...key].length === 1 ? select({ ...state, filter: state.filter + key }) : undefined;
}

function actOnOverlay(state: BrowseState, action: Action, extent: Extent): BrowseState {
  const lowest = Math.max(0, extent.overlayLines - extent.overlayRows);
  const to = (top: number): BrowseState => ({ ...state, overlayTop: Math.max(0, Math.min(lowest, top)) });
  switch (action) {
    case 'quit':
      return { ...state, done: true };
    case 'help':
    case 'sources':
    case 'explanation':
    case 'forecast':
      return { ...state, overlay: state.overlay === action ? undefined : action, overlayTop: 0 };
    case 'back':
    case 'detail':
      return { ...state, overlay: undefined };
    case 'up':
    case 'detail-up':
      return to(state.overlayTop - 1);
    case 'down':
    case 'detail-down':
      return to(state.overlayTop + 1);
    case 'page-up':
      return to(state.overlayTop - extent.overlayRows);
    case 'page-down':
      return to(state.overlayTop + extent.overlayRows);
    case 'first':
      return to(0);
    case 'last':
      return to(lowest);
    default:
      return state;
  }
}

function actOnList(state: BrowseState, action: Action, extent: Extent): BrowseState {
  const lowestDetail = Math.max(0, extent.detailLines - extent.detailRows);
  switch (action) {
    case 'up':
      return move(state, state.index - 1, extent);
    case 'down':
      return move(state, state.index + 1, extent);
    case 'page-up':
      return move(state, state.index - extent.listRows, extent);
    case 'page-down':
      return move(state, state.index + extent.listRows, extent);
    case 'first':
      return move(state, 0, extent);
    case 'last':
      return move(state, state.visible.length - 1, extent);
    case 'detail':
      return { ...state, detailOpen: !state.detailOpen, detailTop: 0 };
    case 'detail-up':
      return { ...state, detailTop: Math.max(0, Math.min(lowestDetail, state.detailTop) - 1) };
    case 'detail-down':
      return { ...state, detailTop: Math.min(lowestDetail, state.detailTop + 1) };
    case 'filter':
      return { ...state, typing: true };
    case 'sort':
      return fromTheTop(select({ ...state, order: (state.order + 1) % state.orders.length, reversed: false }));
    case 'reverse':
      return fromTheTop(select({ ...state, reversed: !state.reversed }));
    case 'extra':
      return select({ ...state, showExtra: !state.showExtra });
    case 'help':
    case 'sources':
      return { ...state, overlay: action, overlayTop: 0 };
    case 'explanation':
    case 'forecast':
      return state.visible.length === 0 ? state : { ...state, overlay: action, overlayTop: 0 };
    case 'back':
      return state.filter === '' ? { ...state, detailOpen: false } : select({ ...state, filter: '' });
    case 'quit':
      return { ...state, done: true };
  }
}

function move(state: BrowseState, to: number, extent: Extent): BrowseState {
  const index = Math.max(0, Math.min(state.visible.length - 1, to));
  const top = scrollTo(state.top, index, extent.listRows, state.visible.length);
  return { ...state, index, top, detailTop: index === state.index ? state.detailTop : 0 };
}

/** Who asks for another order wants to see what now comes first, not the old row at its new place. */
function fromTheTop(state: BrowseState): BrowseState {
  return { ...state, index: 0, top: 0, detailTop: 0 };
}

/** Filters and sorts anew. The selected row stays selected where it is still there; else the first one is. */
function select(state: BrowseState): BrowseState {
  const passes = compileFilter(state.filter);
  const order = state.orders[state.order] ?? { name: 'name', descending: false };
  const kept = state.rows.filter((row) => (state.showExtra || !row.extra) && passes(row.search));
  const visible = sortRows(kept, order, state.reversed);
  const selected = state.visible[state.index]?.id;
  const found = selected === undefined ? -1 : visible.findIndex((row) => row.id === selected);
  return { ...state, visible, index: Math.max(0, found), detailTop: found >= 0 ? state.detailTop : 0 };
}
