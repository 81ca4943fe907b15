/** Everything behind one verdict, as lines: each factor against its threshold, its series, where it comes from, what is missing. */

import { formatAge } from '../lib/types/duration.ts';
import type { Factor, FactorState, IdleFinding, MissingEvidence } from '../lib/types/idle.ts';
import { formatCores, formatMebibytes } from '../lib/types/quantity.ts';
import { objectName } from '../lib/types/workload.ts';
import { formatFigure, formatPercent } from './figures.ts';
import { type Glyphs, glyphs } from './glyphs.ts';
import { idleFor } from './idle-rows.ts';
import { formatInstant } from './instant.ts';
import { sparkline } from './sparkline.ts';
import { cells, fit, type Line, paragraph, type Segment, type Tone } from './text.ts';

export interface DetailContext {
  readonly width: number;
  readonly ascii: boolean;
  readonly observedAtMs: number;
  readonly timeZone: string | undefined;
}

const INDENT = 2;
const NAME_COLUMNS = 15;
const STATE_COLUMNS = 10;
/** A sparkline that is longer says no more. */
const WIDEST_SPARKLINE = 72;
/** Sparkline beside a factor in the overview; left out where it would be narrower than the least. */
const WIDEST_GLANCE = 24;
const NARROWEST_GLANCE = 6;

export function idleDetail(finding: IdleFinding, context: DetailContext): Line[] {
  const { width } = context;
  return [
    ...paragraph(`${objectName(finding.workload)} in ${finding.workload.namespace}`, width, { tone: 'strong' }),
    verdictLine(finding, context),
    ...paragraph(finding.reason, width),
    ...paragraph([held(finding), ...occasions(finding, context)].join(', '), width),
    ...overviewLines(finding.factors, context),
    ...missingLines(finding.missing, width),
    ...evidenceLines(finding.factors, context),
  ];
}

function verdictLine(finding: IdleFinding, { observedAtMs, timeZone }: DetailContext): Line {
  const tone: Tone = finding.verdict === 'idle' ? 'good' : finding.verdict === 'unknown' ? 'warning' : 'plain';
  const sure: Segment[] = finding.verdict === 'unknown' ? [] : [{ text: `, ${formatPercent(finding.confidence)} sure` }];
  if (finding.idleSinceMs === undefined) return [{ text: finding.verdict, tone }, ...sure];
  const since = `${finding.idleAtLeast ? ' since at least' : ' since'} ${formatInstant(finding.idleSinceMs, timeZone)}`;
  return [{ text: finding.verdict, tone }, { text: `${since} (${idleFor(finding, observedAtMs)})` }, ...sure];
}

function held({ pods, requested }: IdleFinding): string {
  const cpu = requested.cpuCores === undefined ? 'no CPU' : `${formatCores(requested.cpuCores)} CPU`;
  const memory = requested.memoryBytes === undefined ? 'no memory' : `${formatMebibytes(requested.memoryBytes)} memory`;
  return `${pods} ${pods === 1 ? 'pod requests' : 'pods request'} ${cpu} and ${memory}`;
}

function occasions({ lastUsedMs, nextUseMs }: IdleFinding, { observedAtMs, timeZone }: DetailContext): string[] {
  return [
    ...(lastUsedMs === undefined
      ? []
      : [`last used ${formatInstant(lastUsedMs, timeZone)} (${formatAge((observedAtMs - lastUsedMs) / 1000)} ago)`]),
    ...(nextUseMs === undefined ? [] : [`next use expected ${formatInstant(nextUseMs, timeZone)}`]),
  ];
}

/** All factors at a glance, one a line; where that is too narrow, the quiet run stands on a line below. */
function overviewLines(factors: readonly Factor[], { width, ascii }: DetailContext): Line[] {
  const comparisonWidth = Math.max(0, ...factors.map((factor) => cells(comparison(factor)))) + 2;
  const quietWidth = Math.max(0, ...factors.map((factor) => cells(quiet(factor))));
  const lead = INDENT + NAME_COLUMNS + STATE_COLUMNS;
  const fits = lead + comparisonWidth + quietWidth <= width;
  const room = width - quietWidth - 2 - (fits ? lead + comparisonWidth : lead);
  return factors.flatMap((factor): Line[] => {
    const { mark, tone } = markOf(factor.state, glyphs(ascii));
    const name: Line = [
      { text: fit(mark, INDENT, ''), tone },
      { text: factor.factor.padEnd(NAME_COLUMNS), tone: 'strong' },
      { text: factor.state.padEnd(STATE_COLUMNS), tone },
    ];
    const run: Line = [
      { text: quiet(factor).padEnd(quietWidth) },
      ...(room >= NARROWEST_GLANCE
        ? [{ text: `  ${drawn(factor, Math.min(WIDEST_GLANCE, room), ascii)}`, tone: 'accent' as const }]
        : []),
    ];
    const compared = comparison(factor);
    if (fits) return [[...name, { text: compared.padEnd(comparisonWidth) }, ...run]];
    const below = quiet(factor) === '' && factor.series === undefined ? [] : [[{ text: ' '.repeat(lead) }, ...run]];
    return [[...name, { text: compared }], ...below];
  });
}

function evidenceLines(factors: readonly Factor[], context: DetailContext): Line[] {
  const lines = factors.flatMap((factor): Line[] => [
    [],
    [{ text: factor.factor, tone: 'strong' }],
    ...factorEvidence(factor, context),
  ]);
  return [[], [{ text: 'EVIDENCE', tone: 'accent' }], ...lines.slice(1)];
}

/** What a factor saw, drawn, with its source, period and coverage. */
export function factorEvidence(factor: Factor, context: DetailContext): Line[] {
  return [
    ...paragraph(factor.evidence, context.width, { indent: INDENT }),
    ...seriesLines(factor, context),
    ...originLines(factor, context),
  ];
}

export function markOf(state: FactorState, { supports, refutes, dot }: Glyphs): { mark: string; tone: Tone } {
  switch (state) {
    case 'supports':
      return { mark: supports, tone: 'good' };
    case 'refutes':
      return { mark: refutes, tone: 'bad' };
    case 'unknown':
      return { mark: '?', tone: 'warning' };
    case 'neutral':
      return { mark: dot, tone: 'dim' };
  }
}

function comparison({ value, threshold, unit }: Factor): string {
  if (value === undefined) return threshold === undefined ? '' : `threshold ${formatFigure(threshold, unit)}`;
  return threshold === undefined ? formatFigure(value, unit) : `${formatFigure(value, unit)} of ${formatFigure(threshold, unit)}`;
}

function quiet({ quietSeconds, requiredSeconds }: Factor): string {
  if (quietSeconds === undefined) return requiredSeconds === undefined ? '' : `needs ${formatAge(requiredSeconds)} quiet`;
  return `quiet ${formatAge(quietSeconds)}${requiredSeconds === undefined ? '' : ` of ${formatAge(requiredSeconds)}`}`;
}

function seriesLines(factor: Factor, { width, ascii }: DetailContext): Line[] {
  const { series } = factor;
  const measured = series?.values.filter((value) => value !== null) ?? [];
  if (!series || measured.length === 0) return [];
  const period = formatAge(series.values.length * series.slotSeconds);
  const note = `  peak ${formatFigure(Math.max(...measured), series.unit)} in ${period}`;
  const line = drawn(factor, Math.min(WIDEST_SPARKLINE, width - INDENT - note.length), ascii);
  return [[{ text: ' '.repeat(INDENT) }, { text: line, tone: 'accent' }, { text: note, tone: 'dim' }]];
}

/** Drawn against the threshold, where it has the series' unit, so that quiet looks quiet. */
function drawn({ series, threshold, unit }: Factor, width: number, ascii: boolean): string {
  if (!series) return '';
  const ceiling = threshold !== undefined && unit === series.unit ? threshold : undefined;
  return sparkline(series.values, { width, ascii, ...(ceiling !== undefined && { ceiling }) });
}

function originLines(factor: Factor, { width, timeZone }: DetailContext): Line[] {
  const { fromMs, toMs } = factor;
  const period =
    fromMs === undefined || toMs === undefined
      ? undefined
      : `${formatInstant(fromMs, timeZone)} to ${formatInstant(toMs, timeZone)}`;
  const parts = [
    factor.source,
    period,
    factor.coverage === undefined ? undefined : `${formatPercent(factor.coverage)} covered`,
    factor.share === undefined ? undefined : `share ${factor.share < 0 ? '' : '+'}${factor.share.toFixed(1)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? [] : paragraph(parts.join(', '), width, { indent: INDENT, tone: 'dim' });
}

function missingLines(missing: readonly MissingEvidence[], width: number): Line[] {
  if (missing.length === 0) return [];
  const lines = missing.flatMap(({ what, remedy }) => [
    ...paragraph(what, width, { indent: INDENT, tone: 'warning' }),
    ...paragraph(`do: ${remedy}`, width, { indent: INDENT * 2 }),
  ]);
  return [[], [{ text: 'MISSING', tone: 'accent' }], ...lines];
}
