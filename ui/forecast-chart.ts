/**
 * History and forecast of one series as a chart: a solid line for what was measured and for what is expected, the 95 % interval as scattered
 * dots with the 50 % interval denser in it, a column of dots where now is, and a row of dots at the request where it fits on the scale.
 */

import type { ForecastFinding } from '../lib/types/forecast.ts';
import { formatUse } from '../lib/types/forecast-figures.ts';
import type { SlotValues } from '../lib/types/usage.ts';
import { Canvas, type Layer } from './braille.ts';
import { cells, type Line } from './text.ts';

export interface ChartOptions {
  /** Cells, axis and labels among them. */
  readonly width: number;
  readonly height: number;
  readonly ascii: boolean;
  /** IANA name. */
  readonly timeZone: string;
}

const HOUR_MS = 3_600_000;

/** So much of the past is drawn beside a week of forecast. */
const PAST_HOURS = 168;

/** Rows below the canvas: the names of the days. */
const AXIS_ROWS = 1;

/** A bound far above all values would press them flat. */
const BOUND_WITHIN = 1.25;

const WIDE = 0;
const NARROW = 1;
const BOUND = 2;
const NOW = 3;
const PAST = 4;
const EXPECTED = 5;

const LAYERS: readonly Layer[] = [
  { tone: 'dim', ascii: '.' },
  { tone: 'dim', ascii: ':' },
  { tone: 'warning', ascii: '-' },
  { tone: 'dim', ascii: '|' },
  { tone: 'plain', ascii: '*' },
  { tone: 'accent', ascii: 'o' },
];

/** Nothing where there is neither a history nor room for a chart. */
export function forecastChart(finding: ForecastFinding, { width, height, ascii, timeZone }: ChartOptions): Line[] {
  const span = spanOf(finding);
  const ceiling = ceilingOf(finding, span);
  const labels = [ceiling, ceiling / 2, 0].map((value) => formatUse(finding.metric, value));
  const margin = Math.max(...labels.map(cells)) + 1;
  const columns = width - margin;
  const rows = height - AXIS_ROWS;
  if (!(ceiling > 0) || columns < 10 || rows < 3) return [];
  const canvas = new Canvas({ columns, rows, ascii, layers: LAYERS });
  draw(canvas, finding, span, ceiling);
  const middle = Math.floor((rows - 1) / 2);
  const labelAt = (row: number): string =>
    row === 0 ? labels[0]! : row === middle ? labels[1]! : row === rows - 1 ? labels[2]! : '';
  return [
    ...canvas.lines().map((line, row) => [{ text: `${labelAt(row).padStart(margin - 1)} `, tone: 'dim' as const }, ...line]),
    [{ text: `${' '.repeat(margin)}${dayAxis(span, columns, timeZone)}`, tone: 'dim' }],
  ];
}

/** Hours that are drawn: the last of the history, then all of the forecast. */
interface Span {
  readonly startMs: number;
  readonly hours: number;
  readonly pastHours: number;
}

function spanOf({ history, forecast }: ForecastFinding): Span {
  const first = Math.max(
    0,
    history.mean.findIndex((value) => !Number.isNaN(value)),
  );
  const pastHours = Math.min(PAST_HOURS, history.grid.slots - first);
  const endMs = history.grid.startMs + history.grid.slots * HOUR_MS;
  return { startMs: endMs - pastHours * HOUR_MS, pastHours, hours: pastHours + (forecast?.grid.slots ?? 0) };
}

function pastOf({ history }: ForecastFinding, { pastHours }: Span): SlotValues {
  return history.mean.subarray(history.mean.length - pastHours);
}

function widest({ forecast }: ForecastFinding, level: number) {
  return forecast?.intervals.find((interval) => interval.level === level);
}

function ceilingOf(finding: ForecastFinding, span: Span): number {
  const values = [...pastOf(finding, span), ...(finding.forecast?.mean ?? []), ...(widest(finding, 0.95)?.high ?? [])];
  const top = values.reduce((highest, value) => (Number.isNaN(value) ? highest : Math.max(highest, value)), 0);
  const { request } = finding;
  return request !== undefined && request <= top * BOUND_WITHIN ? Math.max(top, request) : top;
}

function draw(canvas: Canvas, finding: ForecastFinding, span: Span, ceiling: number): void {
  const yOf = (value: number): number => Math.round((1 - Math.max(0, value) / ceiling) * (canvas.height - 1));
  const xOf = (hour: number): number => Math.floor((hour / span.hours) * canvas.width);
  const from = xOf(span.pastHours);
  band(canvas, finding, 0.95, from, yOf, (x, y) => x % 2 === 0 && (y + (x % 4)) % 4 === 0, WIDE);
  band(canvas, finding, 0.5, from, yOf, (x, y) => (x + y) % 2 === 0, NARROW);
  if (finding.request !== undefined && finding.request <= ceiling)
    for (let x = 0; x < canvas.width; x += 3) canvas.dot(x, yOf(finding.request), BOUND);
  for (let y = 0; y < canvas.height; y += 2) canvas.dot(from, y, NOW);
  curve(canvas, pastOf(finding, span), 0, from, yOf, PAST);
  if (finding.forecast) curve(canvas, finding.forecast.mean, from, canvas.width, yOf, EXPECTED);
}

/** The interval in every column from `from` to the end, in the pattern that `isSet` makes. */
function band(
  canvas: Canvas,
  finding: ForecastFinding,
  level: number,
  from: number,
  yOf: (value: number) => number,
  isSet: (x: number, y: number) => boolean,
  layer: number,
): void {
  const interval = widest(finding, level);
  if (!interval) return;
  const lows = perColumn(interval.low, canvas.width - from, Math.min);
  const highs = perColumn(interval.high, canvas.width - from, Math.max);
  for (const [at, high] of highs.entries()) {
    if (Number.isNaN(high)) continue;
    for (let y = yOf(high); y <= yOf(lows[at]!); y++) if (isSet(from + at, y)) canvas.dot(from + at, y, layer);
  }
}

/** Neighbouring columns are joined; a gap stays one. */
function curve(
  canvas: Canvas,
  values: SlotValues,
  from: number,
  to: number,
  yOf: (value: number) => number,
  layer: number,
): void {
  const lows = perColumn(values, to - from, Math.min);
  const highs = perColumn(values, to - from, Math.max);
  let before: number | undefined;
  for (const [at, high] of highs.entries()) {
    if (Number.isNaN(high)) {
      before = undefined;
      continue;
    }
    const [top, bottom] = [yOf(high), yOf(lows[at]!)];
    canvas.column(from + at, top, bottom, layer);
    if (before !== undefined && before < top) canvas.column(from + at, before + 1, top, layer);
    if (before !== undefined && before > bottom) canvas.column(from + at, bottom, before - 1, layer);
    before = Math.round((top + bottom) / 2);
  }
}

/** One value a column: of the hours that fall into it; NaN where none was measured. */
function perColumn(values: SlotValues, columns: number, join: (a: number, b: number) => number): number[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    return values.slice(from, to).reduce((joined, value) => {
      if (Number.isNaN(value)) return joined;
      return Number.isNaN(joined) ? value : join(joined, value);
    }, Number.NaN);
  });
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The name of each day stands where it begins, unless it would touch the one before. */
function dayAxis({ startMs, hours }: Span, columns: number, timeZone: string): string {
  let axis = '';
  for (let hour = 0; hour < hours; hour++) {
    const local = Temporal.Instant.fromEpochMilliseconds(startMs + hour * HOUR_MS).toZonedDateTimeISO(timeZone);
    if (local.hour !== 0) continue;
    const column = Math.floor((hour / hours) * columns);
    const name = WEEKDAYS[local.dayOfWeek - 1]!;
    if (column < axis.length + (axis === '' ? 0 : 1) || column + name.length > columns) continue;
    axis = axis.padEnd(column) + name;
  }
  return axis;
}
