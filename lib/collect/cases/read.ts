/** One case of a file of cases: a moment of a workload with its objects, samples and counted requests, as one line of JSON. */

import { UpidError } from '../../types/errors.ts';

/** Samples at equal distances; NaN where none was taken. */
export interface Series {
  readonly startMs: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

export const METRICS = ['cpuCores', 'memoryBytes', 'networkReceiveBytesPerSecond', 'networkTransmitBytesPerSecond'] as const;

export type Metric = (typeof METRICS)[number];

export interface SampledSeries extends Series {
  readonly pod: string;
  /** Empty for the network of a pod. */
  readonly container: string;
  readonly metric: Metric;
}

/** Requests within each step, probes excluded. */
export interface CountedSeries extends Series {
  readonly source: string;
}

export interface IdleCase {
  readonly id: string;
  readonly nowMs: number;
  /** IANA name; absent where the case does not tell. */
  readonly timeZone?: string;
  /** In the form of --business-hours; absent where the case does not tell. */
  readonly businessHours?: string;
  /** Kubernetes objects, unread. */
  readonly objects: readonly unknown[];
  readonly samples: readonly SampledSeries[];
  readonly requests: readonly CountedSeries[];
}

/** Distance of the samples where a case does not tell it, seconds. */
const DEFAULT_STEP_SECONDS = 60;

/** @throws UpidError input-invalid, the sentence says what is wrong in the case */
export function readCase(line: string): IdleCase {
  const raw = parsed(line);
  const nowMs = instantOf(raw.now);
  if (nowMs === undefined) throw invalid('"now" should be an instant, such as "2026-05-13T16:00:00Z"');
  const stepSeconds = positive(raw.stepSeconds) ?? DEFAULT_STEP_SECONDS;
  const series = (value: unknown, field: string): Series => readSeries(recordOf(value), field, nowMs, stepSeconds);
  const timeZone = textOf(raw.timezone) ?? textOf(raw.timeZone);
  const businessHours = businessHoursText(raw.businessHours);
  return {
    id: textOf(raw.case) ?? (typeof raw.case === 'number' ? String(raw.case) : missingField('case')),
    nowMs,
    ...(timeZone !== undefined && { timeZone }),
    ...(businessHours !== undefined && { businessHours }),
    objects: Array.isArray(raw.objects) ? raw.objects : isRecord(raw.objects) ? [raw.objects] : [],
    samples: listOf(raw.samples, 'samples').flatMap((value, index): readonly SampledSeries[] => {
      const { pod, container, metric } = recordOf(value);
      // What is not known is not taken for anything else.
      const known = METRICS.find((each) => each === metric);
      if (!known) return [];
      return [
        { ...series(value, `samples[${index}]`), pod: textOf(pod) ?? '', container: textOf(container) ?? '', metric: known },
      ];
    }),
    requests: listOf(raw.requests, 'requests').map((value, index) => ({
      ...series(value, `requests[${index}]`),
      source: textOf(recordOf(value).source) ?? 'requests',
    })),
  };
}

type Raw = Readonly<Record<string, unknown>>;

function parsed(line: string): Raw {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw invalid(`it is no JSON (${(error as Error).message})`);
  }
  if (!isRecord(value)) throw invalid('it is no JSON object');
  return value;
}

function readSeries(raw: Raw, field: string, nowMs: number, caseStepSeconds: number): Series {
  const stepSeconds = positive(raw.stepSeconds) ?? caseStepSeconds;
  if (raw.values !== undefined && !Array.isArray(raw.values)) throw invalid(`"${field}.values" should be a list of numbers`);
  const given: readonly unknown[] = raw.values ?? [];
  // Without a start the newest value is of now.
  const startMs = raw.start === undefined ? nowMs - given.length * stepSeconds * 1000 : instantOf(raw.start);
  if (startMs === undefined) throw invalid(`"${field}.start" should be an instant`);
  // Later than now nothing is known.
  const known = Math.max(0, Math.ceil((nowMs - startMs) / (stepSeconds * 1000)));
  const values = Float64Array.from(given.slice(0, nowMs === startMs + known * stepSeconds * 1000 ? known + 1 : known), measured);
  return { startMs, stepSeconds, values };
}

/** Nothing that is measured here is below zero: a counter that was set back tells nothing. */
function measured(value: unknown): number {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : Number.NaN;
}

/** Seconds since 1970 stay below this until the year 5138; milliseconds have been above it since 1973. */
const FIRST_MILLISECONDS = 1e11;

/** RFC 3339, or a number of seconds or milliseconds since 1970. */
function instantOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.abs(value) < FIRST_MILLISECONDS ? value * 1000 : value;
  if (typeof value !== 'string') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return instantOf(Number(value));
  // Without an offset it is UTC, as everything in Kubernetes.
  const ms = Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes('T') ? value : `${value}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `Mon-Fri 08:00-18:00`, also without its days or minutes; or an object that says the same: days by name or ISO number, ends as `08:00` or as an hour. */
function businessHoursText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : inFull(value.trim());
  if (!isRecord(value)) return undefined;
  const first = (...names: readonly string[]): unknown => names.map((name) => value[name]).find((each) => each !== undefined);
  const from = clock(first('from', 'start', 'startHour', 'open', 'fromMinute'), value.fromMinute !== undefined);
  const to = clock(first('to', 'end', 'endHour', 'close', 'toMinute'), value.toMinute !== undefined);
  if (from === undefined || to === undefined) throw invalid('"businessHours" should look like "Mon-Fri 08:00-18:00"');
  const zone = textOf(first('timeZone', 'timezone', 'tz'));
  return `${daysText(first('days', 'weekdays'))} ${from}-${to}${zone === undefined ? '' : ` ${zone}`}`;
}

function inFull(text: string): string {
  const plain = text.replaceAll(/[–—]/g, '-').replaceAll(/(?<![\d:])(\d{1,2})(?=-\d|$| )(?!:)/g, '$1:00');
  return /^\d/.test(plain) ? `Mon-Fri ${plain}` : plain;
}

function daysText(days: unknown): string {
  if (!Array.isArray(days)) return textOf(days) ?? 'Mon-Fri';
  return days.map((day) => (typeof day === 'number' ? (DAYS[(day + 6) % 7] ?? '') : String(day).slice(0, 3))).join(',');
}

function clock(value: unknown, inMinutes: boolean): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const minutes = Math.round(inMinutes ? value : value * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`"${field}" should be a list`);
  return value;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

function missingField(name: string): never {
  throw invalid(`it has no "${name}"`);
}

function invalid(what: string): UpidError {
  return new UpidError('input-invalid', what);
}
