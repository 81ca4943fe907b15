/** The model behind a page that is scrolled. Pure: a state and a key give the next state. */

import { actionOf, type ViewName } from './keys.ts';

export interface ScrollState {
  readonly view: ViewName;
  readonly top: number;
  readonly overlay: 'help' | 'sources' | 'forecast' | undefined;
  /** Of the overlay; the page stays where it is meanwhile. */
  readonly overlayTop: number;
  readonly done: boolean;
}

/** Lines of what is on top, and how many of them can be seen. */
export interface ScrollExtent {
  readonly lines: number;
  readonly rows: number;
}

export function startScrolling(view: ViewName): ScrollState {
  return { view, top: 0, overlay: undefined, overlayTop: 0, done: false };
}

/** The state after one key. */
export function scroll(state: ScrollState, key: string, extent: ScrollExtent): ScrollState {
  const lowest = Math.max(0, extent.lines - extent.rows);
  const from = Math.min(lowest, state.overlay ? state.overlayTop : state.top);
  const to = (line: number): ScrollState => {
    const top = Math.max(0, Math.min(lowest, line));
    return state.overlay ? { ...state, overlayTop: top } : { ...state, top };
  };
  const action = actionOf(state.view, key);
  switch (action) {
    case 'up':
      return to(from - 1);
    case 'down':
      return to(from + 1);
    case 'page-up':
      return to(from - extent.rows);
    case 'page-down':
      return to(from + extent.rows);
    case 'first':
      return to(0);
    case 'last':
      return to(lowest);
    case 'help':
    case 'sources':
    case 'forecast':
      return { ...state, overlay: state.overlay === action ? undefined : action, overlayTop: 0 };
    case 'back':
      return { ...state, overlay: undefined };
    case 'quit':
      return { ...state, done: true };
    default:
      return state;
  }
}
