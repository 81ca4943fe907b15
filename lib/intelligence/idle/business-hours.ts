/** Business hours: read from text, and measured within periods. Calendar arithmetic is Temporal's. */

import type { BusinessHours } from '../../types/idle.ts';

const DAY_NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const FORM = /^(\S+)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?$/;

export const BUSINESS_HOURS_EXAMPLE = 'Mon-Fri 08:00-18:00 Europe/Berlin';

/**
 * Reads `Mon-Fri 08:00-18:00 Europe/Berlin`; days also as `Mon,Wed,Sat-Sun`, the zone an IANA name, `fallbackTimeZone`
 * when it is left out. Returns what is wrong as a string.
 */
export function parseBusinessHours(text: string, fallbackTimeZone: string): BusinessHours | string {
  const match = FORM.exec(text.trim());
  if (!match) return `business hours should look like "${BUSINESS_HOURS_EXAMPLE}"`;
  const [, days = '', fromHour, fromMinutes, toHour, toMinutes, zone = fallbackTimeZone] = match;
  const weekdays = parseWeekdays(days);
  if (!weekdays) return `"${days}" names no weekdays; it should look like Mon-Fri or Mon,Wed,Sat`;
  const fromMinute = Number(fromHour) * 60 + Number(fromMinutes);
  const toMinute = Number(toHour) * 60 + Number(toMinutes);
  if (Number(fromMinutes) > 59 || Number(toMinutes) > 59 || toMinute > 24 * 60) return 'business hours go from 00:00 to 24:00';
  if (fromMinute >= toMinute) return 'business hours should end after they begin';
  if (!isTimeZone(zone)) return `"${zone}" is no time zone; it should be an IANA name such as Europe/Berlin`;
  return { weekdays, fromMinute, toMinute, timeZone: zone };
}

function parseWeekdays(text: string): readonly number[] | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [from = '', to = from] = part.split('-');
    const first = DAY_NAMES.indexOf(from);
    const last = DAY_NAMES.indexOf(to);
    if (first < 0 || last < 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day + 1);
      if (day === last) break;
    }
  }
  return [...days].sort((a, b) => a - b);
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** By the period, of each business hours: workloads are measured over the same few periods, and calendars are slow. */
const known = new WeakMap<BusinessHours, Map<string, number>>();

/** Seconds of business time within a period. */
export function businessSeconds(hours: BusinessHours, fromMs: number, toMs: number): number {
  const ofHours = known.get(hours) ?? new Map<string, number>();
  known.set(hours, ofHours);
  const period = `${fromMs} ${toMs}`;
  const seconds = ofHours.get(period) ?? businessSecondsOf(hours, fromMs, toMs);
  ofHours.set(period, seconds);
  return seconds;
}

function businessSecondsOf(hours: BusinessHours, fromMs: number, toMs: number): number {
  let seconds = 0;
  for (const [start, end] of businessPeriods(hours, fromMs, toMs)) {
    seconds += Math.max(0, Math.min(end, toMs) - Math.max(start, fromMs)) / 1000;
  }
  return seconds;
}

/** Length of one business day, seconds. */
export function businessDaySeconds(hours: BusinessHours): number {
  return (hours.toMinute - hours.fromMinute) * 60;
}

/** Business periods that touch [fromMs, toMs], as instants; days of 23 or 25 hours are right. */
function businessPeriods(hours: BusinessHours, fromMs: number, toMs: number): readonly (readonly [number, number])[] {
  const periods: (readonly [number, number])[] = [];
  let day = localDay(hours, fromMs);
  const last = localDay(hours, toMs);
  while (Temporal.PlainDate.compare(day, last) <= 0) {
    if (hours.weekdays.includes(day.dayOfWeek))
      periods.push([instantOf(hours, day, hours.fromMinute), instantOf(hours, day, hours.toMinute)]);
    day = day.add({ days: 1 });
  }
  return periods;
}

function localDay(hours: BusinessHours, ms: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(hours.timeZone).toPlainDate();
}

function instantOf(hours: BusinessHours, day: Temporal.PlainDate, minute: number): number {
  const midnight = day.toPlainDateTime('00:00').add({ minutes: minute });
  return midnight.toZonedDateTime(hours.timeZone).epochMilliseconds;
}
