/** Everything behind a verdict as one page of lines: printed as text, and scrolled in the view. Knows neither colour nor React. */

import { formatAge } from '../lib/types/duration.ts';
import type { ExplainResult, Explanation, FactorEffect, Keeper, Moment, Supposition } from '../lib/types/explanation.ts';
import type { Factor, IdleSettings, MissingEvidence, Verdict } from '../lib/types/idle.ts';
import { formatBytesPerSecond, formatCores, formatMebibytes } from '../lib/types/quantity.ts';
import type { SourceReport } from '../lib/types/source.ts';
import { type Autoscaler, type DisruptionBudget, type Lease, objectName, type Probe } from '../lib/types/workload.ts';
import { formatFigure, formatPercent, MISSING, orMissing } from './figures.ts';
import { glyphs } from './glyphs.ts';
import { type DetailContext, factorEvidence, markOf } from './idle-detail.ts';
import { formatInstant } from './instant.ts';
import { cells, type Line, paragraph, type Segment, type Tone, wrap } from './text.ts';

export type PageContext = Omit<DetailContext, 'observedAtMs'>;

/** Names of fields stand in so many cells, as `kubectl describe` sets them apart. */
const FIELD_COLUMNS = 15;
const INDENT = 2;
/** Of the longest name of a source, `horizontalpodautoscalers`, and of its state. */
const STATE_COLUMNS = 11;
const SOURCE_COLUMNS = INDENT + 26 + STATE_COLUMNS;

/** All explanations one after the other, then what every source gave. */
export function explanationLines(result: ExplainResult, page: PageContext): Line[] {
  const context = { ...page, observedAtMs: result.observedAtMs };
  const one = result.explanations.map((each) => workloadLines(each, result, context));
  return [
    ...one.flatMap((lines) => [...lines, []]),
    ...section(
      'Sources',
      result.sources.flatMap((each) => sourceText(each, context)),
    ),
  ];
}

/** Source and state in front, what it gave or why not beside them. */
function sourceText({ source, state, gave, reason, remedy }: SourceReport, { width }: DetailContext): Line[] {
  const said = [gave, reason, remedy === undefined ? undefined : `do: ${remedy}`].filter((text) => text !== undefined);
  const parts = (said.length === 0 ? [''] : said).flatMap((text) => wrap(text, width - SOURCE_COLUMNS));
  const lead = `${' '.repeat(INDENT)}${source.padEnd(SOURCE_COLUMNS - INDENT - STATE_COLUMNS)}${state.padEnd(STATE_COLUMNS)}`;
  return parts.map((text, at) => [{ text: at === 0 ? lead : ' '.repeat(SOURCE_COLUMNS) }, { text }]);
}

function workloadLines(explanation: Explanation, result: ExplainResult, context: DetailContext): Line[] {
  const { finding, outlook, pods } = explanation;
  return [
    ...headLines(explanation, result, context),
    ...section('Factors', factorTable(finding.factors, explanation.effects, context)),
    ...confidenceLines(explanation, context),
    ...section(
      'What keeps it active',
      outlook.keepers.flatMap((keeper) => keeperLines(keeper, context)),
    ),
    ...section(
      'What is missing',
      finding.missing.flatMap((each) => missingLines(each, context)),
    ),
    ...section('What would change the verdict', changeLines(explanation, context)),
    ...section('Evidence', evidenceLines(finding.factors, context)),
    ...section('Its own traffic', trafficLines(explanation, context)),
    ...section('Containers', containerLines(explanation, context)),
    ...section(
      'Pods',
      table(
        ['NAME', 'READY', 'RESTARTS', 'AGE', 'NODE'],
        pods.map((pod) => podCells(pod, context)),
        context,
      ),
    ),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[{ text: `${title}:`, tone: 'accent' }], ...lines];
}

function headLines(explanation: Explanation, { settings, sources }: ExplainResult, context: DetailContext): Line[] {
  const { finding, askedBy } = explanation;
  const { workload } = finding;
  const own = askedBy.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
  return [
    ...field('Name', objectName(workload), context, 'strong'),
    ...field('Namespace', workload.namespace, context),
    ...(own.length === 0
      ? []
      : field('Asked for as', `${own.join(', ')}, which ${own.length === 1 ? 'belongs' : 'belong'} to it`, context)),
    ...field('Verdict', verdictText(explanation, context), context, toneOf(finding.verdict)),
    ...field('Reason', finding.reason, context),
    ...occasionFields(explanation, context),
    ...field('Window', windowText(settings, context), context),
    ...field('Requested', heldText(explanation), context),
    ...surroundingFields(explanation, sources, context),
  ];
}

function field(name: string, value: string, { width }: DetailContext, tone?: Tone): Line[] {
  return wrap(value, width - FIELD_COLUMNS).map((part, at) => [
    { text: (at === 0 ? `${name}:` : '').padEnd(FIELD_COLUMNS) },
    { text: part, ...(tone && { tone }) },
  ]);
}

function toneOf(verdict: Verdict): Tone {
  return verdict === 'idle' ? 'good' : verdict === 'unknown' ? 'warning' : 'plain';
}

function verdictText({ finding }: Explanation, { observedAtMs, timeZone }: DetailContext): string {
  const { verdict, confidence, idleSinceMs, idleAtLeast } = finding;
  const sure = verdict === 'unknown' ? '' : `, ${formatPercent(confidence)} sure`;
  if (idleSinceMs === undefined) return `${verdict}${sure}`;
  const since = `${formatInstant(idleSinceMs, timeZone)} (${formatAge((observedAtMs - idleSinceMs) / 1000)}${idleAtLeast ? ' or longer' : ''})`;
  return `${verdict} since ${since}${sure}`;
}

function occasionFields({ finding }: Explanation, context: DetailContext): Line[] {
  const { lastUsedMs, nextUseMs } = finding;
  return [
    ...(lastUsedMs === undefined ? [] : field('Last used', past(lastUsedMs, context), context)),
    ...(nextUseMs === undefined ? [] : field('Next use', `expected ${future(nextUseMs, context)}`, context)),
  ];
}

function past(atMs: number, { observedAtMs, timeZone }: DetailContext): string {
  return `${formatInstant(atMs, timeZone)} (${formatAge(Math.max(0, observedAtMs - atMs) / 1000)} ago)`;
}

function future(atMs: number, { observedAtMs, timeZone }: DetailContext): string {
  return `${formatInstant(atMs, timeZone)} (in ${formatAge(Math.max(0, atMs - observedAtMs) / 1000)})`;
}

function windowText({ windowSeconds }: IdleSettings, { observedAtMs, timeZone }: DetailContext): string {
  const zone = timeZone === undefined ? 'local time' : timeZone;
  return `${formatAge(windowSeconds)} up to ${formatInstant(observedAtMs, timeZone)} (${zone})`;
}

function heldText({ finding: { pods, requested }, desiredReplicas }: Explanation): string {
  const cpu = requested.cpuCores === undefined ? 'no CPU' : `${formatCores(requested.cpuCores)} CPU`;
  const memory = requested.memoryBytes === undefined ? 'no memory' : `${formatMebibytes(requested.memoryBytes)} memory`;
  const wanted = desiredReplicas === undefined || desiredReplicas === pods ? '' : ` (${desiredReplicas} wanted)`;
  return `${cpu} and ${memory} by ${pods} ${pods === 1 ? 'pod' : 'pods'}${wanted}`;
}

/** Lists that tell a standby. */
const STANDBY_LISTS: readonly string[] = ['leases', 'poddisruptionbudgets', 'services'];

/** What an owner, an autoscaler or a standby's duty does with it; what there is none of is said, because it was looked for. */
function surroundingFields(explanation: Explanation, sources: readonly SourceReport[], context: DetailContext): Line[] {
  const { management, autoscalers, disruptionBudgets, leases, services, routes, standby } = explanation;
  const list = (items: readonly string[]): string => (items.length === 0 ? '<none>' : items.join(', '));
  const unread = sources.filter(
    ({ source, state }) => STANDBY_LISTS.includes(source) && (state === 'forbidden' || state === 'failed'),
  );
  const noSign =
    unread.length === 0 ? '<no sign of it>' : `<unknown>, as ${unread.map(({ source }) => source).join(', ')} could not be read`;
  return [
    ...field('Managed by', management ? `${management.tool} ${management.name} (${management.evidence})` : '<none>', context),
    ...field('Autoscalers', list(autoscalers.map(autoscalerText)), context),
    ...field('Stands by', standby ?? noSign, context),
    ...(disruptionBudgets.length === 0 ? [] : field('Budgets', list(disruptionBudgets.map(budgetText)), context)),
    ...(leases.length === 0 ? [] : field('Leases', list(leases.map((lease) => leaseText(lease, context))), context)),
    ...field('Services', list(services.map(({ name, type }) => (type === '' ? name : `${name} (${type})`))), context),
    ...(routes.length === 0
      ? []
      : field('Routes', list(routes.map(({ namespace, name, rule }) => `${namespace}/${name} rule ${rule}`)), context)),
  ];
}

function autoscalerText({ kind, name, minReplicas, maxReplicas, currentReplicas, metrics }: Autoscaler): string {
  const by = metrics.length === 0 ? '' : ` by ${metrics.map((metric) => metric.name).join(', ')}`;
  const bounds = kind === 'VerticalPodAutoscaler' ? '' : `, ${minReplicas} to ${maxReplicas}, now ${currentReplicas}`;
  return `${kind} ${name}${bounds}${by}`;
}

function budgetText({ name, minAvailable, maxUnavailable, desiredHealthy }: DisruptionBudget): string {
  const rule = minAvailable === undefined ? `at most ${maxUnavailable ?? '1'} away` : `at least ${minAvailable} up`;
  return `${name} (${rule}: ${desiredHealthy} healthy)`;
}

function leaseText({ name, holder, renewedAt }: Lease, { observedAtMs }: DetailContext): string {
  const renewed = renewedAt === undefined ? '' : `, renewed ${formatAge(Math.max(0, observedAtMs - renewedAt) / 1000)} ago`;
  return `${name} (held by ${holder || 'nobody'}${renewed})`;
}

const FACTOR_HEADINGS = ['FACTOR', 'STATE', 'VALUE', 'THRESHOLD', 'QUIET', 'NEEDED'] as const;
/** Only where the confidence is made of shares. */
const EFFECT_HEADINGS = ['SHARE', 'WITHOUT'] as const;

/** One row a factor. A share is in log-odds towards idle, and `WITHOUT` what the confidence would be without it. */
function factorTable(factors: readonly Factor[], effects: readonly FactorEffect[], context: DetailContext): Line[] {
  const rows = factors.map((factor) => {
    const effect = effects.find((each) => each.factor === factor.factor);
    return [
      factor.factor,
      factor.state,
      orMissing(factor.value, (value) => formatFigure(value, factor.unit)),
      orMissing(factor.threshold, (value) => formatFigure(value, factor.unit)),
      orMissing(factor.quietSeconds, formatAge),
      orMissing(factor.requiredSeconds, formatAge),
      ...(effects.length === 0 ? [] : [orMissing(effect?.share, signed), orMissing(effect?.confidenceWithout, exactPercent)]),
    ];
  });
  return table(
    effects.length === 0 ? FACTOR_HEADINGS : [...FACTOR_HEADINGS, ...EFFECT_HEADINGS],
    rows,
    context,
    factors.map((factor) => markOf(factor.state, glyphs(context.ascii)).tone),
  );
}

function signed(share: number): string {
  return `${share < 0 ? '' : '+'}${share.toFixed(2)}`;
}

/** With a decimal, so that what hardly matters can be told from what does not matter at all. */
function exactPercent(fraction: number): string {
  const percent = Math.round(fraction * 1000) / 10;
  return `${fraction < 1 ? Math.min(99.9, percent) : percent}%`;
}

function confidenceLines({ finding, confidenceSum }: Explanation, { width }: DetailContext): Line[] {
  if (!confidenceSum) return [];
  const { intercept, logOdds, uncalibrated } = confidenceSum;
  const sum = `Log-odds: ${signed(intercept)} to begin with, ${signed(logOdds)} with all shares, which is ${exactPercent(uncalibrated)}`;
  const text = `${sum}; calibrated on labelled cases, ${exactPercent(finding.confidence)}. WITHOUT is the same without that factor's share.`;
  return paragraph(text, width, { indent: INDENT, tone: 'dim' });
}

function keeperLines(
  { factor, evidence, value, threshold, unit, times, lastMs, quietFromMs }: Keeper,
  context: DetailContext,
): Line[] {
  const figures =
    value !== undefined && threshold !== undefined && times !== undefined
      ? [
          `${formatFigure(value, unit)}, ${times < 10 ? times.toFixed(1) : Math.round(times)} times its threshold of ${formatFigure(threshold, unit)}`,
        ]
      : [];
  const when = [
    ...figures,
    ...(lastMs === undefined ? [] : [`last ${past(lastMs, context)}`]),
    ...(quietFromMs === undefined
      ? []
      : [`would no longer speak against it from ${future(quietFromMs, context)}, if all stays quiet`]),
  ];
  return [
    ...paragraph(`${factor ?? 'standby'}: ${evidence}`, context.width, { indent: INDENT, tone: 'strong' }),
    ...(when.length === 0 ? [] : paragraph(when.join('; '), context.width, { indent: 2 * INDENT })),
  ];
}

function missingLines({ what, remedy }: MissingEvidence, { width }: DetailContext): Line[] {
  return [
    ...paragraph(what, width, { indent: INDENT, tone: 'warning' }),
    ...paragraph(`do: ${remedy}`, width, { indent: 2 * INDENT }),
  ];
}

/** What turns the verdict first, then what only moves its confidence. */
function changeLines({ finding, outlook }: Explanation, context: DetailContext): Line[] {
  const { suppositions, idleFrom, neverIdle, unmeasured } = outlook;
  const turns = suppositions.filter(({ verdict }) => verdict !== finding.verdict);
  const stays = suppositions.filter(({ verdict }) => verdict === finding.verdict);
  return [
    ...(idleFrom ? momentLines(idleFrom, 'if all stays quiet from now on, and is measured as now', context) : []),
    ...(neverIdle === undefined ? [] : paragraph(`never idle by staying quiet: ${neverIdle}`, context.width, { indent: INDENT })),
    ...turns.flatMap((each) => suppositionLines(each, finding.verdict, context)),
    ...(unmeasured ? momentLines(unmeasured, 'if nothing is measured until then', context) : []),
    ...stays.flatMap((each) => suppositionLines(each, finding.verdict, context)),
  ];
}

function momentLines({ atMs, verdict, confidence, factor, evidence }: Moment, condition: string, context: DetailContext): Line[] {
  const sure = verdict === 'unknown' ? '' : `, ${formatPercent(confidence)} sure,`;
  return [
    ...paragraph(`${verdict}${sure} from ${future(atMs, context)} ${condition}`, context.width, {
      indent: INDENT,
      tone: toneOf(verdict),
    }),
    ...paragraph(`${factor ? `${factor}: ` : ''}${evidence}`, context.width, { indent: 2 * INDENT }),
  ];
}

function suppositionLines({ suppose, verdict, confidence, reason }: Supposition, now: Verdict, { width }: DetailContext): Line[] {
  const still = verdict === now ? 'still ' : '';
  const sure = verdict === 'unknown' ? '' : `, ${exactPercent(confidence)} sure,`;
  const tone = verdict === now ? 'dim' : toneOf(verdict);
  return [
    ...paragraph(`${still}${verdict}${sure} if ${suppose}`, width, { indent: INDENT, tone }),
    // A verdict that stays keeps its reason, unless it is another piece of evidence that is missing.
    ...(verdict === now && verdict === 'idle' ? [] : paragraph(reason, width, { indent: 2 * INDENT })),
  ];
}

function evidenceLines(factors: readonly Factor[], context: DetailContext): Line[] {
  return factors.flatMap((factor) => [
    [{ text: ' '.repeat(INDENT) }, { text: factor.factor, tone: 'strong' as const }],
    ...factorEvidence(factor, { ...context, width: context.width - INDENT }).map(indented),
  ]);
}

function indented(line: Line): Line {
  return [{ text: ' '.repeat(INDENT) }, ...line];
}

function trafficLines({ ownTraffic, containers }: Explanation, context: DetailContext): Line[] {
  const { parts, subtractedBytesPerSecond, expectedAtMostBytesPerSecond, probesPerSecond } = ownTraffic;
  const sidecars = containers.filter(({ judged }) => judged === 'sidecar').map(({ name }) => name);
  const expected =
    parts.length === 0
      ? 'none is expected: it has no probes over the network, and nobody scrapes it'
      : `${parts.join(' and ')} explain at most ${formatBytesPerSecond(expectedAtMostBytesPerSecond)} of a pod's traffic`;
  const subtracted =
    subtractedBytesPerSecond === undefined
      ? 'nothing was subtracted, as there are no network samples'
      : `${formatBytesPerSecond(subtractedBytesPerSecond)} of it were steady in the window, and were subtracted`;
  const asked =
    probesPerSecond === 0
      ? []
      : [`probes: ${Number(probesPerSecond.toFixed(2))} requests a second to each pod, left out of its requests`];
  const leftOut = sidecars.length === 0 ? [] : [`sidecars, left out of CPU and memory: ${sidecars.join(', ')}`];
  return [
    expected,
    ...(parts.length === 0 && subtractedBytesPerSecond === undefined ? [] : [subtracted]),
    ...asked,
    ...leftOut,
  ].flatMap((text) => paragraph(text, context.width, { indent: INDENT }));
}

function containerLines({ containers }: Explanation, context: DetailContext): Line[] {
  const rows = containers.map(({ name, judged, image }) => [name, judged, image]);
  const probes = containers.flatMap(({ name, probes }) => probes.map((probe) => `${name}: ${probeText(probe)}`));
  return [
    ...table(['NAME', 'JUDGED', 'IMAGE'], rows, context),
    ...probes.flatMap((text) => paragraph(text, context.width, { indent: INDENT, tone: 'dim' })),
  ];
}

function probeText({ type, handler, periodSeconds, path, port }: Probe): string {
  return [
    `${type} probe by ${handler}`,
    path,
    port === undefined ? undefined : `port ${port}`,
    `each ${formatAge(periodSeconds)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function podCells(
  { name, ready, phase, restarts, startedAtMs, node, lastTermination }: Explanation['pods'][number],
  context: DetailContext,
): string[] {
  const ended =
    lastTermination === undefined
      ? ''
      : ` (${lastTermination.reason}, ${formatAge(Math.max(0, context.observedAtMs - lastTermination.atMs) / 1000)} ago)`;
  return [
    name,
    ready ? 'yes' : `no (${phase})`,
    `${restarts}${ended}`,
    formatAge(Math.max(0, context.observedAtMs - startedAtMs) / 1000),
    node ?? MISSING,
  ];
}

/** Columns two spaces apart. What does not fit at the end of a line goes on below, so that no name is cut off. */
function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { width }: DetailContext,
  tones: readonly Tone[] = [],
): Line[] {
  if (rows.length === 0) return [];
  const widths = headings.map((heading, column) => Math.max(cells(heading), ...rows.map((row) => cells(row[column] ?? ''))) + 2);
  const line = (row: readonly string[], tone: Tone | undefined): Line[] => {
    const lines: Segment[][] = [[{ text: ' '.repeat(INDENT) }]];
    let used = INDENT;
    let gap = 0;
    for (const [column, cell] of row.entries()) {
      if (used + gap + cells(cell) > width && column > 0) {
        lines.push([{ text: ' '.repeat(2 * INDENT) }]);
        used = 2 * INDENT;
        gap = 0;
      }
      lines.at(-1)!.push({ text: ' '.repeat(gap) }, { text: cell, ...(column < 2 && tone && { tone }) });
      used += gap + cells(cell);
      gap = widths[column]! - cells(cell);
    }
    return lines;
  };
  return [...line(headings, 'dim'), ...rows.flatMap((row, at) => line(row, tones[at]))];
}
