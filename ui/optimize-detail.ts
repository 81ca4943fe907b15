/** Everything behind one recommendation, as lines: each value with its rule and evidence, warnings, the patch and its undo. */

import type { Declined, Emitted, JsonPatchOperation, Recommendation, Risk, ValueChange } from '../lib/types/plan.ts';
import { type ObjectReference, objectName } from '../lib/types/workload.ts';
import { formatPercent } from './figures.ts';
import { glyphs } from './glyphs.ts';
import { dryRunSegment, formatSavings, riskSegment } from './optimize-rows.ts';
import { type Line, paragraph, type Segment } from './text.ts';

const INDENT = 2;

export function recommendationDetail(recommendation: Recommendation, width: number, ascii: boolean): Line[] {
  const { kind, target, replicas, confidence, savings, dryRun, changes, warnings, patch, undo, risk, emitted } = recommendation;
  const sure = confidence === undefined ? '' : `, ${formatPercent(confidence)} sure`;
  const answer: Segment[] = 'reason' in dryRun ? [{ text: `: ${dryRun.reason}` }] : [];
  return [
    ...titleLines(kind, target, width),
    ...paragraph(recommendation.reason, width),
    [{ text: `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}${sure}` }],
    ...paragraph(
      `saves ${formatSavings(savings)} in requests at list price (${savings.priceSource}); the bill falls when nodes go`,
      width,
    ),
    ...wrapAnswer([{ text: 'dry-run ' }, dryRunSegment(dryRun), ...answer], width),
    ...section(
      'CHANGES',
      changes.flatMap((change) => changeLines(change, width, ascii)),
    ),
    ...section(
      'WARNINGS',
      warnings.flatMap((warning) => paragraph(`! ${warning}`, width, { indent: INDENT, tone: 'warning' })),
    ),
    ...section('RISK', riskLines(risk, width)),
    ...section('TO BE CARRIED OUT ELSEWHERE', emitted ? emittedLines(emitted, width) : []),
    ...section('PATCH', patchLines(patch, width)),
    ...section('UNDO', patchLines(undo, width)),
  ];
}

export function declinedDetail({ target, container, resource, reason }: Declined, width: number): Line[] {
  const part = [container === undefined ? '' : `container ${container}`, resource ?? ''].filter(Boolean).join(', ');
  return [...titleLines('declined', target, width), ...(part === '' ? [] : [[{ text: part }]]), ...paragraph(reason, width)];
}

function titleLines(kind: string, target: ObjectReference, width: number): Line[] {
  return paragraph(`${kind} ${objectName(target)} in ${target.namespace}`, width, { tone: 'strong' });
}

/** Keeps the tone of the answer where it fits on its line; a long reason goes below it. */
function wrapAnswer(line: Line, width: number): Line[] {
  const [label, state, reason] = line;
  const text = line.map((segment) => segment.text).join('');
  if (text.length <= width || !label || !state || !reason) return [line];
  return [[label, state], ...paragraph(reason.text.replace(/^: /, ''), width, { indent: INDENT })];
}

function changeLines({ container, field, from, to, rule, evidence }: ValueChange, width: number, ascii: boolean): Line[] {
  const what = container === undefined ? field : `${container} ${field}`;
  return [
    [
      { text: ' '.repeat(INDENT) },
      { text: `${what} `, tone: 'strong' },
      { text: `${from ?? 'not set'} ${glyphs(ascii).arrow} ` },
      { text: to, tone: 'good' },
      { text: `  ${rule}`, tone: 'dim' },
    ],
    ...paragraph(evidence, width, { indent: INDENT * 2 }),
  ];
}

/** The level, and each factor by its share of the log-odds. */
function riskLines({ value, factors }: Risk, width: number): Line[] {
  return [
    [{ text: ' '.repeat(INDENT) }, riskSegment(value), { text: ` ${formatPercent(value)}` }],
    ...factors.flatMap(({ name, logOdds, evidence }) =>
      paragraph(`${logOdds < 0 ? '-' : '+'}${Math.abs(logOdds).toFixed(1)} ${name}: ${evidence}`, width, { indent: INDENT }),
    ),
  ];
}

function emittedLines({ destination, text }: Emitted, width: number): Line[] {
  return [
    ...paragraph(`for ${destination}:`, width, { indent: INDENT }),
    ...text
      .trimEnd()
      .split('\n')
      .map((line): Line => [{ text: `${' '.repeat(INDENT * 2)}${line}` }]),
  ];
}

/** One operation a line: `replace /spec/replicas 0`; the value as JSON. */
function patchLines(operations: readonly JsonPatchOperation[], width: number): Line[] {
  return operations.flatMap((operation) => {
    const value = operation.op === 'remove' ? '' : ` ${JSON.stringify(operation.value)}`;
    return paragraph(`${operation.op.padEnd(7)} ${operation.path}${value}`, width, { indent: INDENT });
  });
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], [{ text: title, tone: 'accent' }], ...lines];
}
