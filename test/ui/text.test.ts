import { lookOf } from '../../ui/color.ts';
import { contentWidths, naturalWidth, placeColumns } from '../../ui/columns.ts';
import { formatPercent } from '../../ui/figures.ts';
import { compileFilter } from '../../ui/filter.ts';
import { IDLE_COLUMNS, idleRows } from '../../ui/idle-rows.ts';
import { formatInstant } from '../../ui/instant.ts';
import { sortRows } from '../../ui/sort.ts';
import { sourcesInShort } from '../../ui/sources.ts';
import { cells, fit, fitLine, joinAlike, lineCells, printable, wrap } from '../../ui/text.ts';
import { assert, suite } from '../harness.ts';
import { sampleIdle } from './sample.ts';

const test = suite('text');

test('counts cells, not characters', () => {
  assert.is(cells('abc'), 3);
  assert.is(cells('日本'), 4);
  assert.is(cells('▁█'), 2);
});

test('fits text to a width from either side', () => {
  assert.is(fit('ab', 4, '…'), 'ab  ');
  assert.is(fit('ab', 4, '…', 'right'), '  ab');
  assert.is(fit('abcdef', 4, '…'), 'abc…');
  assert.is(fit('日本語', 4, '…'), '日… ');
  assert.is(fit('abc', 0, '…'), '');
});

test('a fitted line is exactly as wide as asked for, and marks what it cut', () => {
  const line = [{ text: 'abc' }, { text: 'defg' }];
  const text = (width: number): string =>
    fitLine(line, width, '…')
      .map((segment) => segment.text)
      .join('');
  assert.is(text(9), 'abcdefg  ');
  assert.is(text(7), 'abcdefg');
  assert.is(text(5), 'abcd…');
  assert.is(text(3), 'ab…');
  for (let width = 0; width < 12; width++) assert.is(lineCells(fitLine(line, width, '…')), width);
});

test('joins neighbours of one tone, and only those', () => {
  const joined = joinAlike([{ text: 'a' }, { text: 'b', tone: 'plain' }, { text: 'c', tone: 'dim' }, { text: 'd' }]);
  assert.equal(joined, [{ text: 'ab' }, { text: 'c', tone: 'dim' }, { text: 'd' }]);
});

test('wraps at spaces and breaks words that are too long', () => {
  assert.equal(wrap('the quick brown fox', 9), ['the quick', 'brown fox']);
  assert.equal(wrap('abcdefghij kl', 4), ['abcd', 'efgh', 'ij', 'kl']);
  assert.equal(wrap('', 4), ['']);
});

test('takes away what would steer the terminal', () => {
  assert.is(printable('a\u001b[31mb\u0007\u009bc\u202ed', false), 'a [31mb  c d');
  assert.is(printable('5 % – 3 × “x” → é', true), '5 % - 3 x "x" -> ?');
});

test('filters by all words, without those marked by !', () => {
  assert.is(compileFilter('Shop web')('shop deploy/web'), true);
  assert.is(compileFilter('shop db')('shop deploy/web'), false);
  assert.is(compileFilter('shop !web')('shop deploy/web'), false);
  assert.is(compileFilter('!')('anything'), true);
  assert.is(compileFilter('  ')('anything'), true);
});

test('sorts by several values, missing ones last', () => {
  const rows = [
    { id: 'a', sort: { x: [1, 2] } },
    { id: 'b', sort: { x: [1, 3] } },
    { id: 'c', sort: { x: [undefined, 9] } },
    { id: 'd', sort: { x: [2, 0] } },
  ];
  const ids = (reversed: boolean): string =>
    sortRows(rows, { name: 'x', descending: true }, reversed)
      .map(({ id }) => id)
      .join('');
  assert.is(ids(false), 'dbac');
  assert.is(ids(true), 'abdc');
});

test('without colour the weight of a tone remains', () => {
  assert.equal(lookOf('bad', true), { color: 'red', bold: true });
  assert.equal(lookOf('bad', false), { bold: true });
  assert.equal(lookOf('good', false), {});
  assert.equal(lookOf('dim', false), { dimColor: true });
});

test('certainty is not rounded up to', () => {
  assert.is(formatPercent(0.996), '99%');
  assert.is(formatPercent(1), '100%');
  assert.is(formatPercent(0.845), '85%');
});

test('an instant is shown in the time zone asked for', () => {
  const at = Date.UTC(2026, 0, 1, 23, 5);
  assert.is(formatInstant(at, 'UTC'), '2026-01-01 23:05');
  assert.is(formatInstant(at, 'Asia/Kathmandu'), '2026-01-02 04:50');
  assert.is(formatInstant(Date.UTC(2026, 0, 1), 'UTC'), '2026-01-01 00:00');
});

test('columns give way in turn: headings, names, then whole columns', () => {
  const widths = contentWidths(IDLE_COLUMNS, idleRows(sampleIdle(), 0.85));
  const natural = naturalWidth(IDLE_COLUMNS, widths);
  const headings = (available: number): string[] => placeColumns(IDLE_COLUMNS, widths, available).map(({ heading }) => heading);
  assert.is(headings(natural).includes('CONFIDENCE'), true);
  assert.is(headings(natural - 1).includes('CONF'), true);
  assert.is(headings(80).length, IDLE_COLUMNS.length);
  assert.is(headings(72).includes('NET'), false);
  for (let width = 60; width < 200; width++) {
    const placed = placeColumns(IDLE_COLUMNS, widths, width);
    const used = placed.reduce((sum, column) => sum + column.width + 2, 0);
    assert.ok(used <= width, `${used} cells of ${width}`);
    assert.is(placed[1]?.heading, 'NAME');
  }
});

test('the header names troubled object lists and leaves healthy ones together', () => {
  const text = sourcesInShort(sampleIdle().sources)
    .map((segment) => segment.text)
    .join('');
  assert.is(text, 'objects, metrics.k8s.io, prometheus, leases (forbidden), history (absent)');
});

test.run();
