/** Everything about one series, or all of a workload's: the chart, the figures with their intervals, what they rest on, and what follows from them. */

import type { AnomalousRun, Exhaustion, ForecastFinding, ForecastMetric, ForecastSummary } from '../lib/types/forecast.ts';
import {
  formatEstimate,
  formatExhaustion,
  formatHorizon,
  formatHour,
  formatParts,
  formatProbability,
  formatTrend,
  formatUse,
} from '../lib/types/forecast-figures.ts';
import { workloadKey } from '../lib/types/usage.ts';
import { objectName } from '../lib/types/workload.ts';
import { formatPercent } from './figures.ts';
import { forecastChart } from './forecast-chart.ts';
import { type Line, paragraph } from './text.ts';

export interface ForecastDetailContext {
  readonly width: number;
  readonly ascii: boolean;
  /** IANA name. */
  readonly timeZone: string;
}

const INDENT = 2;
const LABEL_COLUMNS = 13;
const CHART_ROWS = 10;
/** A chart that is wider says no more. */
const WIDEST_CHART = 100;

export function forecastDetail(finding: ForecastFinding, context: ForecastDetailContext): Line[] {
  const { width, ascii, timeZone } = context;
  const { workload, metric, forecast } = finding;
  const chart = forecastChart(finding, { width: Math.min(width, WIDEST_CHART), height: CHART_ROWS, ascii, timeZone });
  return [
    ...paragraph(`${metric} of ${objectName(workload)} in ${workload.namespace}`, width, { tone: 'strong' }),
    ...chart,
    ...(forecast && chart.length > 0 ? legend(finding, context) : []),
    ...refusalLines(finding, width),
    ...section('FORECAST', figureLines(finding, context)),
    ...section('WHAT FOLLOWS', [...workloadLines(finding, width), ...seriesLines(finding, context)]),
    ...section('RESTS ON', basisLines(finding, width)),
  ];
}

/** All that is said about the workloads of some findings, resource by resource: a chart each, and the figures below it. */
export function forecastPage(findings: readonly ForecastFinding[], context: ForecastDetailContext): Line[] {
  const perWorkload = [...Map.groupBy(findings, ({ workload }) => workloadKey(workload)).values()];
  return perWorkload.flatMap((own, at) => [...(at === 0 ? [] : [[]]), ...workloadPage(own, context)]);
}

function workloadPage(findings: readonly ForecastFinding[], context: ForecastDetailContext): Line[] {
  const [first] = findings;
  if (!first) return [];
  const { width, ascii, timeZone } = context;
  return [
    ...paragraph(`${objectName(first.workload)} in ${first.workload.namespace}`, width, { tone: 'strong' }),
    ...workloadLines(first, width),
    ...findings.flatMap((finding) => {
      const chart = forecastChart(finding, { width: Math.min(width, WIDEST_CHART), height: CHART_ROWS, ascii, timeZone });
      return section(finding.metric.toUpperCase(), [
        ...chart,
        ...(finding.forecast && chart.length > 0 ? legend(finding, context) : []),
        ...refusalLines(finding, width),
        ...figureLines(finding, context),
        ...seriesLines(finding, context),
        ...basisLines(finding, width),
      ]);
    }),
  ];
}

function legend({ request, metric }: ForecastFinding, { width, ascii }: ForecastDetailContext): Line[] {
  const parts = ascii
    ? ['* measured', 'o expected', ': 50 % and . 95 % interval']
    : ['line: measured, then expected', 'dots: 50 % and 95 % interval'];
  const bound = request === undefined ? [] : [`request ${formatUse(metric, request)}`];
  return paragraph([...parts, ...bound].join('; '), width, { tone: 'dim' });
}

function refusalLines({ refusal }: ForecastFinding, width: number): Line[] {
  if (!refusal) return [];
  const { hours, requiredHours } = refusal;
  return paragraph(`not enough history: ${hours} h of ${requiredHours} h`, width, { tone: 'warning' });
}

function figureLines(finding: ForecastFinding, { width, timeZone }: ForecastDetailContext): Line[] {
  const { metric, now, day, week, horizon, trend } = finding;
  const summary = ({ hours, mean, peak, peakAtMs }: ForecastSummary): Line[] => [
    ...labelled(`${formatHorizon(hours)} mean`, formatEstimate(metric, mean), width),
    ...labelled(`${formatHorizon(hours)} peak`, `${formatEstimate(metric, peak)} at ${formatHour(peakAtMs, timeZone)}`, width),
  ];
  return [
    ...(now === undefined ? [] : labelled('now', formatUse(metric, now), width)),
    ...[day, week, horizon].flatMap((each) => (each ? summary(each) : [])),
    ...(trend ? labelled('trend', `${formatTrend(metric, trend)}, told from ${trend.days} days`, width) : []),
  ];
}

/** What follows for the workload, the same for all of its resources. */
function workloadLines({ scaling, volumes }: ForecastFinding, width: number): Line[] {
  return [
    ...labelled('scaling', `${scaling.action}: ${scaling.reason}`, width),
    ...volumes.flatMap((each) => exhaustionLines(each, 'memory', width)),
  ];
}

function exhaustionLines(each: Exhaustion, metric: ForecastMetric, width: number): Line[] {
  const from = each.from ? `, by the ${each.from}` : '';
  return labelled('exhausted', `${formatExhaustion(each)}, ${formatUse(metric, each.amount)}${from}`, width);
}

function seriesLines(finding: ForecastFinding, context: ForecastDetailContext): Line[] {
  const { metric, exhaustion, anomalies } = finding;
  const { width } = context;
  return [
    ...exhaustion.flatMap((each) => exhaustionLines(each, metric, width)),
    ...(anomalies
      ? labelled(
          'last 24 h',
          `${anomalies.outside} of ${anomalies.hours} h outside of the 95 % interval, ${formatProbability(anomalies.probability)} for the day`,
          width,
        )
      : []),
    ...(anomalies?.runs ?? []).flatMap((run) => labelled('anomaly', runText(run, finding, context), width)),
  ];
}

/** `2 h from Tue 14:00 above: 812m, expected 140m (95-240m), p<0.0001`. */
function runText(
  { fromMs, toMs, direction, value, expected, probability }: AnomalousRun,
  { metric }: ForecastFinding,
  { timeZone }: ForecastDetailContext,
): string {
  const hours = Math.round((toMs - fromMs) / 3_600_000);
  return `${hours} h from ${formatHour(fromMs, timeZone)} ${direction}: ${formatUse(metric, value)}, expected ${formatEstimate(metric, expected)}, ${formatProbability(probability)}`;
}

function basisLines({ forecast, sources, measuredHours, notes }: ForecastFinding, width: number): Line[] {
  const backtest = forecast?.backtest;
  return [
    ...labelled('history', `${measuredHours} h from ${sources.join(' and ') || 'no source'}`, width),
    ...(forecast ? labelled('weights', formatParts(forecast), width) : []),
    ...(backtest
      ? labelled(
          'back-test',
          `error ${backtest.mase.toFixed(2)} of the daily change, seasonal naive ${backtest.seasonalNaiveMase.toFixed(2)}; ${formatPercent(backtest.coverage95)} within the 95 % interval; ${backtest.windows} windows`,
          width,
        )
      : []),
    ...[...notes, ...(forecast?.notes ?? [])].flatMap((note) => labelled('note', note, width)),
  ];
}

/** A label and what it names; what is too long goes on below. */
function labelled(label: string, text: string, width: number): Line[] {
  const [first = [], ...rest] = paragraph(text, width - INDENT - LABEL_COLUMNS);
  const lead = ' '.repeat(INDENT + LABEL_COLUMNS);
  return [
    [{ text: `${' '.repeat(INDENT)}${label.padEnd(LABEL_COLUMNS)}`, tone: 'dim' }, ...first],
    ...rest.map((line) => [{ text: lead }, ...line]),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], [{ text: title, tone: 'accent' }], ...lines];
}
