/** The page of an explanation, as text and as a view. */

import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { explainSubject } from '../../ui/explain.tsx';
import { explanationLines } from '../../ui/explanation-lines.ts';
import type { Size } from '../../ui/geometry.ts';
import { extentOf, PageScreen } from '../../ui/page.tsx';
import { scroll, startScrolling } from '../../ui/scroll.ts';
import { cells, lineCells } from '../../ui/text.ts';
import { assert, suite } from '../harness.ts';
import { matchesGolden } from './golden.ts';
import { OBSERVED_AT } from './sample.ts';
import { sampleExplain } from './sample-explain.ts';

const test = suite('the page of an explanation');

const SMALL: Size = { columns: 80, rows: 24 };
const ALL = sampleExplain('idle', 'active', 'unknown');

function textOf(width: number): string {
  const lines = explanationLines(ALL, { width, ascii: false, timeZone: 'UTC' });
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
}

function picture(size: Size, keys: readonly string[] = [], ascii = false): string {
  const subject = explainSubject(ALL, { ascii, timeZone: 'UTC' });
  const lines = subject.lines(size.columns);
  const state = keys.reduce((so, key) => scroll(so, key, extentOf(lines, size)), startScrolling('explain'));
  return renderToString(
    <PageScreen
      subject={subject}
      state={state}
      size={size}
      lines={lines}
      style={{ color: true, ascii }}
      nowMs={OBSERVED_AT + 125_000}
    />,
    { columns: size.columns },
  );
}

test('the whole page looks as reviewed', () => matchesGolden('explain-page-80', textOf(80)));

test('no line is longer than the page is wide, and no word is lost where it is narrow', () => {
  const words = (width: number): string => textOf(width).replaceAll(/[▁▂▃▄▅▆▇█ ]+|\s+/g, '');
  for (let width = 60; width <= 120; width += 5) {
    for (const line of explanationLines(ALL, { width, ascii: false, timeZone: 'UTC' }))
      assert.ok(lineCells(line) <= width, `${width}: ${line.map(({ text }) => text).join('')}`);
    assert.is(words(width), words(120), `at ${width} columns`);
  }
});

for (const [name, size, keys] of [
  ['explain-80x24', SMALL, []],
  ['explain-scrolled-80x24', SMALL, ['pagedown', 'j']],
  ['explain-help-80x24', SMALL, ['?']],
  ['explain-sources-120x35', { columns: 120, rows: 35 }, ['i']],
] as const) {
  test(`${name} looks as reviewed`, () => matchesGolden(name, picture(size, keys)));
}

test('every size from the smallest on is filled exactly, with header and footer', () => {
  for (const columns of [60, 80, 133, 200]) {
    for (const rows of [15, 24, 60]) {
      const lines = stripVTControlCharacters(picture({ columns, rows }, ['G'])).split('\n');
      assert.is(lines.length, rows);
      assert.match(lines[0] ?? '', /upid explain/);
      assert.match(lines.at(-1) ?? '', /<q> quit/);
      for (const line of lines) assert.ok(cells(line) <= columns, line);
    }
  }
});

test('it is scrolled by line, page, to the end and back, and no further', () => {
  const extent = { lines: 100, rows: 20 };
  const after = (...keys: readonly string[]): number =>
    keys.reduce((state, key) => scroll(state, key, extent), startScrolling('explain')).top;
  assert.is(after('up'), 0);
  assert.is(after('j', 'down', 'k'), 1);
  assert.is(after('pagedown'), 20);
  assert.is(after('G'), 80);
  assert.is(after('G', 'down', 'pageup'), 60);
  assert.is(after('G', 'g'), 0);
});

test('help and sources lie over the page, which stays where it is; Esc and the same key close them, q ends all', () => {
  const extent = { lines: 100, rows: 20 };
  const after = (...keys: readonly string[]) => keys.reduce((so, key) => scroll(so, key, extent), startScrolling('explain'));
  assert.is(after('j', '?').overlay, 'help');
  assert.is(after('j', '?', 'j').overlayTop, 1);
  assert.equal({ ...after('j', '?', 'j', 'escape'), overlayTop: 0 }, after('j'));
  assert.is(after('i', 'i').overlay, undefined);
  assert.ok(after('?', 'q').done);
});

test('a screen of ASCII has nothing but ASCII', () => {
  assert.match(stripVTControlCharacters(picture({ columns: 100, rows: 200 }, [], true)), /^[ -~\n]*$/);
});

test.run();
