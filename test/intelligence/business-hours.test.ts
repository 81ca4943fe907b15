import { businessDaySeconds, businessSeconds, parseBusinessHours } from '../../lib/intelligence/idle/business-hours.ts';
import { defaultBusinessHours } from '../../lib/intelligence/idle/settings.ts';
import { between } from '../../lib/kube/simulated/random.ts';
import type { BusinessHours } from '../../lib/types/idle.ts';
import { assert, suite } from '../harness.ts';
import { isNear } from './build.ts';

const test = suite('business hours');

const HOUR = 3600;

function hours(text: string): BusinessHours {
  const parsed = parseBusinessHours(text, 'UTC');
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function seconds(of: BusinessHours, from: string, to: string): number {
  return businessSeconds(of, Date.parse(from), Date.parse(to));
}

test('are read with days as ranges and lists, with and without a zone', () => {
  assert.equal(hours('Mon-Fri 08:00-18:00 Europe/Berlin'), {
    weekdays: [1, 2, 3, 4, 5],
    fromMinute: 480,
    toMinute: 1080,
    timeZone: 'Europe/Berlin',
  });
  assert.equal(hours('Sat-Mon,Wed 9:30-24:00'), { weekdays: [1, 3, 6, 7], fromMinute: 570, toMinute: 1440, timeZone: 'UTC' });
});

const WRONG = [
  ['whenever', 'should look like "Mon-Fri 08:00-18:00 Europe/Berlin"'],
  ['Mon-Fry 08:00-18:00', '"Mon-Fry" names no weekdays'],
  ['Mon-Fri 08:00-25:00', 'from 00:00 to 24:00'],
  ['Mon-Fri 08:60-18:00', 'from 00:00 to 24:00'],
  ['Mon-Fri 18:00-08:00', 'should end after they begin'],
  ['Mon-Fri 08:00-18:00 Europe/Atlantis', 'no time zone'],
] as const;

for (const [text, message] of WRONG) {
  test(`that are none are refused with what would be right: ${text}`, () => {
    const answer = parseBusinessHours(text, 'UTC');
    assert.type(answer, 'string');
    assert.match(answer as string, message);
  });
}

test('are counted within a day, over a night and not at weekends', () => {
  const usual = defaultBusinessHours('UTC');
  assert.is(businessDaySeconds(usual), 10 * HOUR);
  // Wednesday.
  assert.is(seconds(usual, '2026-05-13T00:00Z', '2026-05-14T00:00Z'), 10 * HOUR);
  assert.is(seconds(usual, '2026-05-13T12:00Z', '2026-05-14T09:00Z'), 7 * HOUR);
  // Friday evening to Monday morning.
  assert.is(seconds(usual, '2026-05-15T18:00Z', '2026-05-18T08:00Z'), 0);
});

test('lie where the users are, however far from UTC', () => {
  // Wednesday 08:00 to 18:00 in Auckland (UTC+12) is Tuesday 20:00 to Wednesday 06:00 in UTC.
  const auckland = defaultBusinessHours('Pacific/Auckland');
  assert.is(seconds(auckland, '2026-05-12T20:00Z', '2026-05-13T06:00Z'), 10 * HOUR);
  assert.is(seconds(auckland, '2026-05-13T06:00Z', '2026-05-13T20:00Z'), 0);
  // Kiritimati is fourteen hours ahead: its Monday begins while it is Sunday in UTC.
  assert.is(seconds(defaultBusinessHours('Pacific/Kiritimati'), '2026-05-17T18:00Z', '2026-05-18T04:00Z'), 10 * HOUR);
  // Kathmandu is 5 h 45 min ahead.
  assert.is(seconds(defaultBusinessHours('Asia/Kathmandu'), '2026-05-13T02:15Z', '2026-05-13T12:15Z'), 10 * HOUR);
});

test('keep to the clock on the wall when summer time begins or ends', () => {
  const always = hours('Mon-Sun 00:00-24:00 Europe/Berlin');
  // The Sunday of 23 hours, and that of 25.
  assert.is(seconds(always, '2026-03-28T23:00Z', '2026-03-29T22:00Z'), 23 * HOUR);
  assert.is(seconds(always, '2026-10-24T22:00Z', '2026-10-25T23:00Z'), 25 * HOUR);
  const usual = defaultBusinessHours('Europe/Berlin');
  // Friday before, 08:00 is 07:00 UTC; Monday after, it is 06:00 UTC.
  assert.is(seconds(usual, '2026-03-27T07:00Z', '2026-03-27T17:00Z'), 10 * HOUR);
  assert.is(seconds(usual, '2026-03-30T06:00Z', '2026-03-30T16:00Z'), 10 * HOUR);
  assert.is(seconds(usual, '2026-03-30T16:00Z', '2026-03-30T17:00Z'), 0);
});

test('of a week are those of five days, at whatever moment and in whatever zone it is counted', () => {
  const zones = ['UTC', 'America/St_Johns', 'Asia/Kolkata', 'Pacific/Honolulu', 'Africa/Lagos'];
  for (let seed = 0; seed < 60; seed++) {
    const usual = defaultBusinessHours(zones[seed % zones.length]!);
    // Weeks of winter, in which no clock changes.
    const from = Math.round(between(Date.UTC(2026, 0, 5), Date.UTC(2026, 1, 5), seed));
    assert.ok(isNear(businessSeconds(usual, from, from + 7 * 86_400_000), 50 * HOUR), `seed ${seed}`);
  }
});

test('of adjoining periods add up', () => {
  const usual = defaultBusinessHours('America/New_York');
  for (let seed = 0; seed < 100; seed++) {
    const from = Math.round(between(Date.UTC(2026, 0, 1), Date.UTC(2026, 11, 1), seed, 'from'));
    const to = from + Math.round(between(0, 10 * 86_400_000, seed, 'length'));
    const middle = Math.round(between(from, to, seed, 'middle'));
    const parts = businessSeconds(usual, from, middle) + businessSeconds(usual, middle, to);
    assert.ok(isNear(parts, businessSeconds(usual, from, to)), `seed ${seed}`);
  }
});

test.run();
