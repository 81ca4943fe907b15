/** Everything behind one recommendation, as lines: each value with its rule and evidence, warnings, the patch and its undo. */

import type { Declined, JsonPatchOperation, Recommendation, ValueChange } from '../lib/types/plan.ts';
import { type ObjectReference, objectName } from '../lib/types/workload.ts';
import { formatPercent } from './figures.ts';
import { glyphs } from './glyphs.ts';
import { dryRunSegment, formatSavings } from './optimize-rows.ts';
import { type Line, paragraph, type Segment } from './text.ts';

const INDENT = 2;

export function recommendationDetail(recommendation: Recommendation, width: number, ascii: boolean): Line[] {
  const { kind, target, replicas, confidence, savings, dryRun, changes, warnings, patch, undo } = recommendation;
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
