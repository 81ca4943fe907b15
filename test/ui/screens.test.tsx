import { stripVTControlCharacters } from 'node:util';
import type { Subject } from '../../ui/browser.tsx';
import { forecastSubject } from '../../ui/forecast.tsx';
import { idleSubject } from '../../ui/idle.tsx';
import { optimizeSubject } from '../../ui/optimize.tsx';
import { cells } from '../../ui/text.ts';
import { assert, suite } from '../harness.ts';
import { matchesGolden } from './golden.ts';
import { type Picture, picture } from './picture.tsx';
import { largeIdle, sampleIdle, sampleOptimize } from './sample.ts';
import { sampleExplain } from './sample-explain.ts';
import { sampleForecast } from './sample-forecast.ts';

const test = suite('screens');

const STYLE = { color: true, ascii: false, confidence: 0.85, includeUnknown: false, timeZone: 'UTC' };
const SMALL = { columns: 80, rows: 24 };
const MIDDLE = { columns: 120, rows: 35 };
const WIDE = { columns: 200, rows: 50 };

const idle = idleSubject(sampleIdle(), STYLE);
const explained = idleSubject(sampleIdle(), { ...STYLE, explain: () => sampleExplain('idle') });
const demo = idleSubject(sampleIdle(true), { ...STYLE, includeUnknown: true });
const ascii = idleSubject(sampleIdle(true), { ...STYLE, ascii: true });
const optimize = optimizeSubject(sampleOptimize(), STYLE);
const forecast = forecastSubject(sampleForecast(), STYLE);
const forecastAscii = forecastSubject(sampleForecast(), { ...STYLE, ascii: true });
const nothing = idleSubject({ ...sampleIdle(), findings: [], namespace: 'empty' }, STYLE);

const SCREENS: readonly (Picture & { readonly name: string; readonly subject: Subject })[] = [
  { name: 'idle-80x24', subject: idle, size: SMALL },
  { name: 'idle-detail-80x24', subject: idle, size: SMALL, keys: ['down', 'enter'] },
  { name: 'idle-detail-scrolled-80x24', subject: idle, size: SMALL, keys: ['enter', ...Array<string>(12).fill('J')] },
  { name: 'idle-filter-80x24', subject: idle, size: SMALL, keys: ['/', ...'staging'] },
  { name: 'idle-filter-nothing-80x24', subject: idle, size: SMALL, keys: ['/', ...'zebra', 'enter'] },
  { name: 'idle-help-80x24', subject: idle, size: SMALL, keys: ['?'] },
  { name: 'idle-sources-80x24', subject: idle, size: SMALL, keys: ['i'] },
  { name: 'idle-explained-80x24', subject: explained, size: SMALL, keys: ['e', 'j'] },
  { name: 'idle-empty-80x24', subject: nothing, size: SMALL },
  { name: 'idle-smallest-60x15', subject: idle, size: { columns: 60, rows: 15 }, keys: ['enter'] },
  { name: 'idle-too-small-59x15', subject: idle, size: { columns: 59, rows: 15 } },
  { name: 'idle-ascii-80x24', subject: ascii, size: SMALL, keys: ['enter'], ascii: true },
  { name: 'idle-simulated-unknown-120x35', subject: demo, size: MIDDLE, keys: ['G'] },
  { name: 'idle-by-waste-120x35', subject: idle, size: MIDDLE, keys: ['s'] },
  { name: 'idle-160x48', subject: idle, size: { columns: 160, rows: 48 }, keys: ['j'] },
  { name: 'idle-200x50', subject: demo, size: WIDE, keys: ['j'] },
  { name: 'optimize-80x24', subject: optimize, size: SMALL },
  { name: 'optimize-detail-120x35', subject: optimize, size: MIDDLE, keys: ['j'] },
  { name: 'optimize-declined-200x50', subject: optimize, size: WIDE, keys: ['d', 'G'] },
  { name: 'optimize-200x50', subject: optimize, size: WIDE },
  { name: 'forecast-80x24', subject: forecast, size: SMALL },
  { name: 'forecast-detail-80x24', subject: forecast, size: SMALL, keys: ['enter'] },
  { name: 'forecast-growing-120x35', subject: forecast, size: MIDDLE, keys: ['j'] },
  { name: 'forecast-anomaly-scrolled-120x35', subject: forecast, size: MIDDLE, keys: ['j', 'j', ...Array<string>(9).fill('J')] },
  { name: 'forecast-too-short-200x50', subject: forecast, size: WIDE, keys: ['u', '/', ...'newcomer', 'enter'] },
  { name: 'forecast-200x50', subject: forecast, size: WIDE },
  { name: 'forecast-ascii-80x24', subject: forecastAscii, size: SMALL, keys: ['enter'], ascii: true },
  { name: 'forecast-help-80x24', subject: forecast, size: SMALL, keys: ['?'] },
];

for (const { name, subject, ...options } of SCREENS) {
  test(`${name} looks as reviewed`, () => matchesGolden(name, picture(subject, options)));

  test(`${name} fills its screen exactly`, () => {
    const lines = stripVTControlCharacters(picture(subject, options)).split('\n');
    assert.ok(lines.length <= options.size.rows, `${lines.length} lines on ${options.size.rows} rows`);
    for (const line of lines) assert.ok(cells(line) <= options.size.columns, line);
  });
}

test('every size from the smallest on has header, selected row and footer', () => {
  for (let columns = 60; columns <= 220; columns += 8) {
    for (let rows = 15; rows <= 60; rows += 5) {
      const lines = stripVTControlCharacters(picture(demo, { size: { columns, rows }, keys: ['enter', 'j'] })).split('\n');
      const where = `at ${columns}x${rows}`;
      assert.equal(lines.length, rows, where);
      assert.match(lines[0] ?? '', /upid idle .*SIMULATED/, where);
      assert.ok(
        lines.some((line) => line.startsWith('> ')),
        `no selected row ${where}`,
      );
      assert.match(lines.at(-1) ?? '', /<\?> help {2}<q> quit/, where);
    }
  }
});

test('a screen of ASCII has nothing but ASCII', () => {
  for (const keys of [['enter'], ['?'], ['i'], ['/', 'x']]) {
    for (const subject of [ascii, forecastAscii])
      assert.match(stripVTControlCharacters(picture(subject, { size: WIDE, keys, ascii: true })), /^[ -~\n]*$/);
  }
});

test('a name that would steer the terminal is shown harmless', () => {
  const result = sampleIdle();
  const [first, ...others] = result.findings;
  const evil = { ...first!, reason: 'red \u001b[31malert\u0007 \u202etxt.exe' };
  const shown = picture(idleSubject({ ...result, findings: [evil, ...others] }, STYLE), { size: SMALL, keys: ['j', 'enter'] });
  assert.match(stripVTControlCharacters(shown), /red {2}\[31malert {3}txt\.exe/);
  assert.not.match(shown, /\u001b\[31malert|\u0007|\u202e/);
});

test('5,000 rows cost about as much per key as 50', () => {
  const few = idleSubject(largeIdle(50), STYLE);
  const many = idleSubject(largeIdle(5000), STYLE);
  const cost = (subject: Subject): number => {
    const times = Array.from({ length: 9 }, (_, at) => {
      const keys = Array<string>(at).fill('down');
      const before = performance.now();
      picture(subject, { size: MIDDLE, keys });
      return performance.now() - before;
    });
    return times.sort((a, b) => a - b)[4]!;
  };
  cost(few);
  const [small, large] = [cost(few), cost(many)];
  // Widths and order are computed once in the live view, here each time: hence the room.
  assert.ok(large < small * 5 + 50, `${large.toFixed(1)} ms against ${small.toFixed(1)} ms`);
});

test.run();
