import { type BrowseState, type Extent, type ListRow, press, startBrowsing } from '../../ui/browse.ts';
import { assert, suite } from '../harness.ts';

const test = suite('browse');

const EXTENT: Extent = { listRows: 4, detailLines: 10, detailRows: 4, overlayLines: 9, overlayRows: 6 };

function row(name: string, weight: number | undefined, extra = false): ListRow {
  return { id: name, cells: [{ text: name }], search: name, extra, sort: { weight: [weight], name: [name] } };
}

const ROWS = [
  row('delta', 1),
  row('alpha', 5),
  row('ghost', undefined, true),
  row('beta', 5),
  row('omega', 3),
  row('gamma', 2),
  row('zeta', 0),
];
const START = startBrowsing({
  view: 'idle',
  rows: ROWS,
  orders: [
    { name: 'weight', descending: true },
    { name: 'name', descending: false },
  ],
  showExtra: false,
  detailOpen: false,
});

const after = (...keys: string[]): BrowseState => keys.reduce((state, key) => press(state, key, EXTENT), START);
const names = (state: BrowseState): string[] => state.visible.map(({ id }) => id);
const selected = (state: BrowseState): string | undefined => state.visible[state.index]?.id;

test('starts sorted by the first order, ties by id, extras hidden', () => {
  assert.equal(names(START), ['alpha', 'beta', 'omega', 'gamma', 'delta', 'zeta']);
  assert.is(selected(START), 'alpha');
});

test('moves by rows and pages, and stops at the ends', () => {
  assert.is(selected(after('down', 'j')), 'omega');
  assert.is(selected(after('down', 'j', 'k', 'up', 'up')), 'alpha');
  assert.is(selected(after('pagedown')), 'delta');
  assert.is(selected(after('pagedown', 'pagedown')), 'zeta');
  assert.is(selected(after('G')), 'zeta');
  assert.is(selected(after('end', 'home')), 'alpha');
});

test('scrolls no more than needed', () => {
  assert.is(after('j', 'j', 'j').top, 0);
  assert.is(after('j', 'j', 'j', 'j').top, 1);
  assert.is(after('G').top, 2);
  assert.is(after('G', 'k').top, 2);
});

test('s takes the next order and comes back to the first; r and S reverse', () => {
  assert.equal(names(after('s'))[0], 'alpha');
  assert.equal(names(after('s')), ['alpha', 'beta', 'delta', 'gamma', 'omega', 'zeta']);
  assert.equal(names(after('s', 's')), names(START));
  assert.equal(names(after('r')), ['zeta', 'delta', 'gamma', 'omega', 'alpha', 'beta']);
  assert.equal(names(after('S', 'r')), names(START));
});

test('a new order is seen from its top', () => {
  assert.is(selected(after('G', 's')), 'alpha');
});

test('u shows the extras, last where they have no value in either direction, and keeps the selection', () => {
  const shown = after('j', 'u');
  assert.is(names(shown).at(-1), 'ghost');
  assert.is(names(press(shown, 'r', EXTENT)).at(-1), 'ghost');
  assert.is(selected(shown), 'beta');
  assert.is(selected(after('u', 'G', 'u')), 'alpha');
});

test('a key of another view does nothing', () => {
  assert.is(after('d'), START);
});

test('filters while typing; keys are text then', () => {
  const typing = after('/', 'e', 't', 'a');
  assert.equal(names(typing), ['beta', 'zeta']);
  assert.is(typing.typing, true);
  assert.is(after('/', 'q').done, false);
  assert.is(after('/', '?').overlay, undefined);
});

test('backspace widens the filter, Enter keeps it, Esc clears it', () => {
  assert.equal(names(after('/', 'b', 'x', 'backspace')), ['beta']);
  const kept = after('/', 'b', 'e', 'enter');
  assert.equal(names(kept), ['beta']);
  assert.is(kept.typing, false);
  assert.is(kept.detailOpen, false);
  assert.is(press(kept, 'escape', EXTENT).filter, '');
  assert.is(after('/', 'b', 'escape').visible.length, 6);
  assert.is(after('/', 'b', 'ctrl+u').filter, '');
});

test('arrows move and Ctrl-C quits while typing', () => {
  assert.is(selected(after('/', 'a', 'down')), 'beta');
  assert.is(after('/', 'a', 'ctrl+c').done, true);
});

test('the selected row stays selected while it passes the filter', () => {
  assert.is(selected(after('j', '/', 't', 'a')), 'beta');
  assert.is(selected(after('j', '/', 'o')), 'omega');
});

test('Enter and Tab open and close the detail; J and K scroll it within its lines', () => {
  assert.is(after('enter').detailOpen, true);
  assert.is(after('enter', 'tab').detailOpen, false);
  const scrolled = after('enter', 'J', 'J', 'J', 'J', 'J', 'J', 'J', 'J');
  assert.is(scrolled.detailTop, 6);
  assert.is(press(scrolled, 'K', EXTENT).detailTop, 5);
  assert.is(press(scrolled, 'down', EXTENT).detailTop, 0);
});

test('help and sources open over the list, scroll, and close', () => {
  assert.is(after('?').overlay, 'help');
  assert.is(after('?', 'i').overlay, 'sources');
  assert.is(after('?', '?').overlay, undefined);
  assert.is(after('?', 'escape').overlay, undefined);
  assert.is(after('?', 'G').overlayTop, 3);
  assert.is(after('?', 'j', 'j').index, 0);
});

test('Esc goes back one step at a time', () => {
  const deep = after('enter', '/', 'a', 'enter', '?');
  const steps = [1, 2, 3].map((count) =>
    Array<string>(count)
      .fill('escape')
      .reduce((state, key) => press(state, key, EXTENT), deep),
  );
  assert.equal(
    steps.map(({ overlay, filter, detailOpen }) => [overlay, filter, detailOpen]),
    [
      [undefined, 'a', true],
      [undefined, '', true],
      [undefined, '', false],
    ],
  );
});

test('q quits, from an overlay too', () => {
  assert.is(after('q').done, true);
  assert.is(after('?', 'q').done, true);
});

test('an empty list takes every key', () => {
  const empty = startBrowsing({ ...START, rows: [] });
  for (const key of ['down', 'up', 'pagedown', 'G', 'enter', 's', 'r', 'u', '?'])
    assert.is(press(empty, key, EXTENT).index >= -1, true, key);
  assert.is(press(press(empty, 'G', EXTENT), 'down', EXTENT).index, 0);
});

test('e explains the selected row over the list, which stays where it is; e and Esc close it, and without a row it does nothing', () => {
  assert.is(after('j', 'e').overlay, 'explanation');
  assert.is(after('j', 'e', 'j', 'j').overlayTop, 2);
  assert.is(after('j', 'e', 'e').overlay, undefined);
  assert.is(selected(after('j', 'e', 'j', 'escape')), selected(after('j')));
  assert.is(after('/', ...'zebra', 'enter', 'e').overlay, undefined);
});

test.run();
