/** The one table of keys: it drives input, the footer and the help. */

import type { Key } from 'ink';

export type Action =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'detail'
  | 'detail-up'
  | 'detail-down'
  | 'filter'
  | 'sort'
  | 'reverse'
  | 'extra'
  | 'sources'
  | 'explanation'
  | 'forecast'
  | 'help'
  | 'back'
  | 'quit';

/** Pages about one row, shown over it. */
export type PageName = Extract<Action, 'explanation' | 'forecast'>;

export type ViewName = 'idle' | 'optimize' | 'explain' | 'forecast';

/** Views of a list with a detail; the others are pages. */
const LISTS: readonly ViewName[] = ['idle', 'optimize', 'forecast'];

export interface KeyBinding {
  readonly action: Action;
  /** Names as `keyNames` gives them. */
  readonly keys: readonly string[];
  /** As a person reads them. */
  readonly shown: string;
  readonly help: string;
  /** The word beside the key in the footer; absent: only in the help. */
  readonly footer?: string;
  /** Absent: in every view. */
  readonly views?: readonly ViewName[];
}

const KEYS: readonly KeyBinding[] = [
  {
    action: 'detail',
    keys: ['enter', 'tab'],
    shown: 'Enter',
    help: 'open or close the detail (or Tab)',
    footer: 'detail',
    views: LISTS,
  },
  {
    action: 'filter',
    keys: ['/'],
    shown: '/',
    help: 'filter: words that must occur, !word must not',
    footer: 'filter',
    views: LISTS,
  },
  {
    action: 'explanation',
    keys: ['e'],
    shown: 'e',
    help: 'explain: all behind the verdict, what would change it',
    footer: 'explain',
    views: ['idle', 'forecast'],
  },
  {
    action: 'forecast',
    keys: ['f'],
    shown: 'f',
    help: 'forecast: what will be needed in the coming week',
    footer: 'forecast',
    views: ['idle', 'explain'],
  },
  { action: 'sort', keys: ['s'], shown: 's', help: 'next sort order', footer: 'sort', views: LISTS },
  {
    action: 'extra',
    keys: ['u'],
    shown: 'u',
    help: 'show or hide what is unknown for want of evidence',
    footer: 'unknown',
    views: ['idle'],
  },
  {
    action: 'extra',
    keys: ['d'],
    shown: 'd',
    help: 'show or hide what got no recommendation',
    footer: 'declined',
    views: ['optimize'],
  },
  {
    action: 'extra',
    keys: ['u'],
    shown: 'u',
    help: 'show or hide what has too little history',
    footer: 'too short',
    views: ['forecast'],
  },
  { action: 'sources', keys: ['i'], shown: 'i', help: 'sources: what each gave, what is missing', footer: 'sources' },
  { action: 'reverse', keys: ['S', 'r'], shown: 'r', help: 'reverse the order (or S)', footer: 'reverse', views: LISTS },
  { action: 'help', keys: ['?'], shown: '?', help: 'these keys', footer: 'help' },
  { action: 'quit', keys: ['q', 'ctrl+c'], shown: 'q', help: 'quit (or Ctrl-C)', footer: 'quit' },
  { action: 'up', keys: ['up', 'k'], shown: 'Up, k', help: 'one row up' },
  { action: 'down', keys: ['down', 'j'], shown: 'Down, j', help: 'one row down' },
  { action: 'page-up', keys: ['pageup', 'ctrl+b'], shown: 'PgUp', help: 'one page up (or Ctrl-B)' },
  { action: 'page-down', keys: ['pagedown', 'ctrl+f'], shown: 'PgDn', help: 'one page down (or Ctrl-F)' },
  { action: 'first', keys: ['home', 'g'], shown: 'Home, g', help: 'first row' },
  { action: 'last', keys: ['end', 'G'], shown: 'End, G', help: 'last row' },
  { action: 'detail-up', keys: ['K', '['], shown: 'K', help: 'scroll the detail up (or [)', views: LISTS },
  { action: 'detail-down', keys: ['J', ']'], shown: 'J', help: 'scroll the detail down (or ])', views: LISTS },
  { action: 'back', keys: ['escape'], shown: 'Esc', help: 'back: close this, clear the filter, close the detail' },
];

/** The bindings of one view, in the order that the footer and the help show them. */
export function keysOf(view: ViewName): readonly KeyBinding[] {
  return KEYS.filter((binding) => binding.views?.includes(view) ?? true);
}

export function actionOf(view: ViewName, name: string): Action | undefined {
  return keysOf(view).find((binding) => binding.keys.includes(name))?.action;
}

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  // Most terminals send DEL for the backspace key, and Ink calls that `delete`.
  ['delete', 'backspace'],
];

const CONTROL_CHARACTERS: Readonly<Record<string, string>> = { '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u0003': 'ctrl+c' };

/**
 * The keys in one event of Ink. Keys that are typed fast, or pasted, come as one event with a text of several characters: each is a
 * key of its own here.
 */
export function keyNames(input: string, key: Key): string[] {
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named) return [named[1]];
  if (key.ctrl) return [`ctrl+${input}`];
  if (key.meta) return [];
  return [...input].map((character) => CONTROL_CHARACTERS[character] ?? character);
}
