/** Forecasts as the operation returns them, for the views' and the printers' tests: made from formulas, the same on every run. */

import type {
  AnomalyCheck,
  Exhaustion,
  Forecast,
  ForecastFinding,
  ForecastMetric,
  ForecastResult,
  RecommendedScaling,
  Trend,
} from '../../lib/types/forecast.ts';
import type { SlotValues } from '../../lib/types/usage.ts';
import type { ObjectReference } from '../../lib/types/workload.ts';
import { OBSERVED_AT, sampleIdle } from './sample.ts';

const HOUR_MS = 3_600_000;
const HISTORY_HOURS = 336;
/** Tuesday, 2026-03-10 09:00 UTC: the hour that is going on. */
const ORIGIN = Math.floor(OBSERVED_AT / HOUR_MS) * HOUR_MS;

/** Busy by day on weekdays, with a little unrest of its own; `hour` counts from the origin. */
function daily(hour: number, night: number, day: number): number {
  const at = new Date(ORIGIN + hour * HOUR_MS);
  const weekday = at.getUTCDay() >= 1 && at.getUTCDay() <= 5;
  const busy = weekday && at.getUTCHours() >= 7 && at.getUTCHours() < 19;
  const wave = busy ? Math.sin(((at.getUTCHours() - 6) / 14) * Math.PI) : 0;
  return night + (day - night) * wave * (1 + 0.1 * Math.sin(hour * 1.7));
}

function values(from: number, count: number, value: (hour: number) => number): SlotValues {
  return Float64Array.from({ length: count }, (_, at) => value(from + at));
}

function forecastOf(metric: ForecastMetric, value: (hour: number) => number, width: number): Forecast {
  const mean = values(0, 168, value);
  return {
    metric,
    grid: { startMs: ORIGIN, slotSeconds: 3600, slots: 168 },
    mean,
    intervals: ([0.5, 0.8, 0.95] as const).map((level) => {
      const reach = width * { 0.5: 0.3, 0.8: 0.6, 0.95: 1 }[level];
      return { level, low: mean.map((each) => Math.max(0, each - reach)), high: mean.map((each) => each + reach * 1.5) };
    }),
    parts: [
      { model: 'seasonal medians', weight: 0.75 },
      { model: 'LSTM', weight: 0.25 },
      { model: 'level', weight: 0 },
    ],
    backtest: { windows: 4, mase: 0.613, seasonalNaiveMase: 0.948, coverage95: 0.957 },
    notes: ['level shift 3d ago: older values weigh less'],
  };
}

interface Sample {
  readonly name: string;
  readonly metric: ForecastMetric;
  readonly value: (hour: number) => number;
  readonly width: number;
  readonly scaling: RecommendedScaling;
  readonly request?: number;
  readonly exhaustion?: readonly Exhaustion[];
  readonly anomalies?: AnomalyCheck;
  readonly trend?: Trend;
}

function reference(name: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name, uid: `uid-${name}` };
}

function findingOf({ name, metric, value, width, request, exhaustion = [], anomalies, trend, scaling }: Sample): ForecastFinding {
  const mean = values(-HISTORY_HOURS, HISTORY_HOURS, value);
  const forecast = forecastOf(metric, value, width);
  const over = (hours: number) => {
    const part = forecast.mean.slice(0, hours);
    const average = part.reduce((sum, each) => sum + each, 0) / hours;
    const peak = Math.max(...part);
    return {
      hours,
      mean: { value: average, low: Math.max(0, average - width), high: average + width },
      peak: { value: peak, low: Math.max(0, peak - width), high: peak + width * 1.5 },
      peakAtMs: ORIGIN + part.indexOf(peak) * HOUR_MS,
    };
  };
  return {
    workload: reference(name),
    metric,
    pods: 2,
    sources: ['prometheus', 'history'],
    history: { metric, grid: { startMs: ORIGIN - HISTORY_HOURS * HOUR_MS, slotSeconds: 3600, slots: HISTORY_HOURS }, mean },
    measuredHours: HISTORY_HOURS,
    now: mean.at(-1)!,
    ...(request !== undefined && { request }),
    forecast,
    day: over(24),
    week: over(168),
    ...(trend && { trend }),
    exhaustion,
    volumes: [],
    ...(anomalies && { anomalies }),
    scaling,
    notes: [],
  };
}

const STEADY: Trend = { perDay: { value: 0.0004, low: -0.003, high: 0.004 }, days: 14, significant: false };
const QUIET: AnomalyCheck = {
  fromMs: ORIGIN - 24 * HOUR_MS,
  toMs: ORIGIN,
  hours: 24,
  outside: 1,
  probability: 0.41,
  runs: [],
};

const CHECKOUT: RecommendedScaling = {
  action: 'schedule',
  reason:
    'CPU follows the clock (94% of its variance): in 84 h of a week next to nothing was used in any week before, and little is expected',
  replicas: 2,
  cpuOfRequest: 0.71,
  memoryOfRequest: 0.9,
  rhythm: 0.94,
  quietHours: 84,
};

const MEBIBYTE = 2 ** 20;

const SAMPLES: readonly Sample[] = [
  {
    name: 'checkout',
    metric: 'cpu',
    value: (hour) => daily(hour, 0.02, 0.62),
    width: 0.11,
    request: 1,
    trend: STEADY,
    exhaustion: [{ of: 'request', amount: 1, state: 'not-in-sight' }],
    anomalies: QUIET,
    scaling: CHECKOUT,
  },
  {
    name: 'checkout',
    metric: 'memory',
    value: (hour) => (700 + (hour + HISTORY_HOURS) * 0.4) * MEBIBYTE,
    width: 30 * MEBIBYTE,
    request: 1024 * MEBIBYTE,
    trend: { perDay: { value: 9.6 * MEBIBYTE, low: 9 * MEBIBYTE, high: 10 * MEBIBYTE }, days: 14, significant: true },
    exhaustion: [
      {
        of: 'request',
        amount: 1024 * MEBIBYTE,
        state: 'expected',
        days: 19.8,
        earliestDays: 19,
        latestDays: 21.1,
        from: 'trend',
      },
    ],
    anomalies: QUIET,
    scaling: CHECKOUT,
  },
  {
    name: 'checkout',
    metric: 'network',
    value: (hour) => daily(hour, 800, 46_000),
    width: 9000,
    trend: STEADY,
    anomalies: {
      ...QUIET,
      outside: 3,
      probability: 0.000_02,
      runs: [
        {
          fromMs: ORIGIN - 6 * HOUR_MS,
          toMs: ORIGIN - 4 * HOUR_MS,
          direction: 'above',
          value: 91_000,
          expected: { value: 900, low: 0, high: 12_000 },
          probability: 0.000_001,
        },
      ],
    },
    scaling: CHECKOUT,
  },
  {
    name: 'search',
    metric: 'cpu',
    value: (hour) => daily(hour, 0.3, 0.9),
    width: 0.2,
    request: 0.5,
    trend: STEADY,
    exhaustion: [{ of: 'request', amount: 0.5, state: 'reached' }],
    scaling: {
      action: 'grow',
      reason: 'the coming week needs at most 1200m of 500m CPU requested (240%)',
      replicas: 2,
      cpuOfRequest: 2.4,
    },
  },
];

/** Its history began yesterday. */
function refused(): ForecastFinding {
  const mean = values(-31, 31, (hour) => daily(hour, 0.01, 0.05));
  return {
    workload: reference('newcomer'),
    metric: 'cpu',
    pods: 1,
    sources: ['history'],
    history: { metric: 'cpu', grid: { startMs: ORIGIN - 31 * HOUR_MS, slotSeconds: 3600, slots: 31 }, mean },
    measuredHours: 31,
    now: mean.at(-1)!,
    request: 0.1,
    refusal: { metric: 'cpu', hours: 31, requiredHours: 72 },
    exhaustion: [],
    volumes: [{ of: 'volume', claim: 'data-newcomer-0', amount: 2 ** 33, state: 'not-in-sight' }],
    scaling: { action: 'keep', reason: 'nothing is forecast for it', replicas: 1 },
    notes: ['2 h with negative or infinite values left out'],
  };
}

export function sampleForecast(): ForecastResult {
  const { settings: _settings, findings: _findings, ...provenance } = sampleIdle();
  return {
    ...provenance,
    windowSeconds: 720 * 3600,
    horizonHours: 168,
    model: '2026-01-01',
    findings: [...SAMPLES.map(findingOf), refused()],
  };
}

/** That of one workload, as a view asks for it: the figures are those of the first of the sample. */
export function sampleForecastOf(workload: ObjectReference): ForecastResult {
  const result = sampleForecast();
  const own = result.findings.filter((finding) => finding.workload.name === result.findings[0]!.workload.name);
  return { ...result, findings: own.map((finding) => ({ ...finding, workload })) };
}
