/** Durations as they are typed, and ages as kubectl prints them. */

import { DAY, formatAge, formatDuration, HOUR, MINUTE, parseDuration } from '../../lib/types/duration.ts';
import { assert, suite } from '../harness.ts';

const test = suite('durations');

const VALID: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['0s', 0],
  ['24h', DAY],
  ['1h30m', 5400],
  ['7d', 7 * DAY],
  ['2w', 14 * DAY],
  ['1.5h', 5400],
  ['250ms', 0.25],
  ['1m500ms', 60.5],
  ['15.123s', 15.123],
  ['1d2h3m4s', DAY + 2 * HOUR + 3 * MINUTE + 4],
  ['90m', 5400],
];

for (const [text, seconds] of VALID) {
  test(`${text} is ${seconds} seconds`, () => {
    const parsed = parseDuration(text);
    assert.ok(parsed !== undefined && Math.abs(parsed - seconds) < 1e-9, `${parsed}`);
  });
}

for (const text of ['', '5', 'h', '-1h', '1 h', '1h ', '1y', '1H', 'one hour', '1h-30m', '.5h', '1.h', '1e3s', '∞']) {
  test(`${JSON.stringify(text)} is none`, () => assert.is(parseDuration(text), undefined));
}

/** From apimachinery's own table of duration.HumanDuration. */
const AGES: readonly (readonly [number, string])[] = [
  [1, '1s'],
  [70, '70s'],
  [119, '119s'],
  [120, '2m'],
  [121, '2m1s'],
  [190, '3m10s'],
  [599, '9m59s'],
  [600, '10m'],
  [70 * MINUTE, '70m'],
  [179 * MINUTE + 59, '179m'],
  [180 * MINUTE, '3h'],
  [47 * HOUR, '47h'],
  [49 * HOUR, '2d1h'],
  [3 * HOUR + 5 * MINUTE, '3h5m'],
  [8 * HOUR + 30 * MINUTE, '8h'],
  [48 * HOUR, '2d'],
  [7 * DAY + 23 * HOUR, '7d23h'],
  [8 * DAY + 2 * HOUR, '8d'],
  [367 * DAY, '367d'],
  [729 * DAY, '729d'],
  [730 * DAY, '2y'],
  [2 * 365 * DAY + 25 * DAY, '2y25d'],
  [8 * 365 * DAY + 2 * DAY, '8y'],
  [0, '0s'],
  [0.9, '0s'],
  [-0.5, '0s'],
  [-1, '0s'],
  [-1.9, '0s'],
  [-2, '<invalid>'],
];

for (const [seconds, text] of AGES) {
  test(`${seconds} seconds of age are ${text}`, () => assert.is(formatAge(seconds), text));
}

test('what is written back is read as the same', () => {
  for (const seconds of [
    0,
    0.25,
    1,
    59,
    60,
    61,
    3599,
    3600,
    5400,
    DAY,
    DAY + 1,
    3 * DAY,
    3 * DAY + HOUR,
    30 * DAY,
    366 * DAY,
    12_345.678,
  ]) {
    const parsed = parseDuration(formatDuration(seconds));
    assert.ok(parsed !== undefined && Math.abs(parsed - seconds) < 0.001, `${seconds} is written ${formatDuration(seconds)}`);
  }
  for (let seconds = 0; seconds < 400_000; seconds += 977) assert.is(parseDuration(formatDuration(seconds)), seconds);
});

test('settings are written as one would type them', () => {
  assert.is(formatDuration(DAY), '24h');
  assert.is(formatDuration(7 * DAY), '7d');
  assert.is(formatDuration(5400), '1h30m');
  assert.is(formatDuration(0.5), '0.5s');
  assert.is(formatDuration(0), '0s');
});

test.run();
