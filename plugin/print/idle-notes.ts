/** What `idle` says beside its table: nothing found, what is below the confidence, and what is unknown and why. */

import type { IdleFinding } from '../../lib/types/idle.ts';
import type { IdleResult } from '../../lib/types/result.ts';
import { formatPercent, plural } from './figures.ts';
import { type IdleSelection, shownFindings } from './idle-listing.ts';
import { nothingFound } from './notes.ts';

/** At most so many causes are named: the rest is in -o json. */
const CAUSES = 3;

export function idleNotes(result: IdleResult, selection: IdleSelection): readonly string[] {
  return [...emptyNote(result, selection), ...(selection.named ? [] : [...belowNote(result), ...unknownNote(result, selection)])];
}

function emptyNote(result: IdleResult, selection: IdleSelection): readonly string[] {
  // The failure that follows says it.
  if (result.notFound.length > 0) return [];
  if (result.findings.length === 0) return [nothingFound('resources', result.namespace)];
  return shownFindings(result, selection).length === 0 ? [nothingFound('idle workloads', result.namespace)] : [];
}

function belowNote({ findings, settings }: IdleResult): readonly string[] {
  const below = findings.filter(({ verdict, confidence }) => verdict === 'idle' && confidence < settings.confidence);
  if (below.length === 0) return [];
  const lowest = Math.min(...below.map(({ confidence }) => confidence));
  return [
    `${plural(below.length, 'idle workload')} below ${formatPercent(settings.confidence)} confidence; see --confidence ${Math.floor(lowest * 100)}`,
  ];
}

function unknownNote({ findings }: IdleResult, { includeUnknown }: IdleSelection): readonly string[] {
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
  if (unknown.length === 0) return [];
  const causes = missingByCount(unknown);
  const named = causes.slice(0, CAUSES).map(({ what, count }) => (count === unknown.length ? what : `${what} (${count})`));
  const more = causes.length > CAUSES ? [`${causes.length - CAUSES} more causes in -o json`] : [];
  const [remedy] = remediesByCount(unknown);
  return [
    [
      `${plural(unknown.length, 'workload')} unknown: ${[...named, ...more].join(', ')}`,
      ...(remedy ? [remedy] : []),
      ...(includeUnknown ? [] : ['see --include-unknown']),
    ].join('; '),
  ];
}

/** What to do for most of them comes first. */
function remediesByCount(findings: readonly IdleFinding[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { missing } of findings)
    for (const remedy of new Set(missing.map((each) => each.remedy))) counts.set(remedy, (counts.get(remedy) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([remedy]) => remedy);
}

interface Cause {
  readonly what: string;
  readonly count: number;
}

/** What is missing, most frequent first; a finding that names nothing counts under its reason. */
function missingByCount(findings: readonly IdleFinding[]): readonly Cause[] {
  const causes = new Map<string, Cause>();
  for (const { missing, reason } of findings) {
    for (const what of missing.length > 0 ? missing.map((each) => each.what) : [reason])
      causes.set(what, { what, count: (causes.get(what)?.count ?? 0) + 1 });
  }
  return [...causes.values()].sort((a, b) => b.count - a.count);
}
