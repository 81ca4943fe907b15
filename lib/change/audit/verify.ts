/**
 * Whether a trail is as it was written. Each line is judged by its own digest, by the record that it points to, wherever that
 * stands, and by its place, so that one change of the file is named once.
 */

import type { AuditProblem, AuditRecord } from '../../types/audit.ts';
import { digestOf, ORIGIN, parseRecord } from './chain.ts';
import type { AuditHead } from './head.ts';

export interface TrailVerdict {
  readonly records: readonly AuditRecord[];
  readonly problems: readonly AuditProblem[];
  readonly cutOff: readonly number[];
}

/**
 * `lines`: those of the file, without an empty one at its end. `head`: what lies beside it; undefined where nothing does that can be
 * read; `unknown` of a copy, whose end cannot be judged.
 */
export function verifyTrail(lines: readonly string[], head: AuditHead | 'unknown' | undefined): TrailVerdict {
  const parsed = lines.map((text, index) => ({ line: index + 1, record: parseRecord(text) }));
  const whole = parsed.flatMap(({ line, record }) => (record ? [{ line, record }] : []));
  const places = placesOf(whole);
  const found = whole.flatMap((each) => problemsOf(each, places));
  const lost = parsed.filter(({ record }) => record === undefined).map(({ line }) => line);
  // A line that cannot be read harms nothing where the chain goes on as if it was not there: it never counted.
  const cutOff = lost.filter((line) => goesOn(line, whole, head));
  const unreadable = lost
    .filter((line) => !cutOff.includes(line))
    .map((line): AuditProblem => ({ line, problem: 'unreadable', detail: 'the line is no record' }));
  return {
    records: whole.map(({ record }) => record),
    problems: [...[...unreadable, ...found].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)), ...endProblems(whole, head)],
    cutOff,
  };
}

interface Placed {
  readonly line: number;
  readonly record: AuditRecord;
}

/** The first record of each number, the numbers in order, and for each line the highest number before it. */
interface Places {
  readonly first: ReadonlyMap<number, Placed>;
  readonly sequences: readonly number[];
  readonly highestBefore: ReadonlyMap<number, number>;
}

function placesOf(whole: readonly Placed[]): Places {
  const first = new Map<number, Placed>();
  const highestBefore = new Map<number, number>();
  let highest = 0;
  for (const each of whole) {
    const { sequence } = each.record;
    highestBefore.set(each.line, highest);
    highest = Math.max(highest, sequence);
    if (!first.has(sequence)) first.set(sequence, each);
  }
  return { first, sequences: [...first.keys()].toSorted((a, b) => a - b), highestBefore };
}

function problemsOf({ line, record }: Placed, places: Places): readonly AuditProblem[] {
  const { sequence } = record;
  const altered: readonly AuditProblem[] =
    digestOf(record) === record.digest
      ? []
      : [{ line, problem: 'altered', detail: `record ${sequence} is not what its digest was made of` }];
  const twin = places.first.get(sequence)!;
  if (twin.line < line)
    return [...altered, { line, problem: 'repeated', detail: `record ${sequence} stands at line ${twin.line} already` }];
  return [...altered, ...placeProblems({ line, record }, places), ...linkProblems({ line, record }, places)];
}

function placeProblems({ line, record: { sequence } }: Placed, { highestBefore }: Places): readonly AuditProblem[] {
  const highest = highestBefore.get(line)!;
  return highest < sequence ? [] : [{ line, problem: 'reordered', detail: `record ${sequence} stands after record ${highest}` }];
}

function linkProblems({ line, record: { sequence, previous } }: Placed, { first, sequences }: Places): readonly AuditProblem[] {
  const before = first.get(sequence - 1)?.record;
  if (before === undefined && sequence > 1) {
    const from = (sequences[sequences.indexOf(sequence) - 1] ?? 0) + 1;
    const gone = from === sequence - 1 ? `record ${from} is gone` : `records ${from} to ${sequence - 1} are gone`;
    return [{ line, problem: 'removed', detail: `${gone}, before record ${sequence}` }];
  }
  if (previous === (before?.digest ?? ORIGIN)) return [];
  return [
    { line, problem: 'rewritten', detail: `record ${sequence} was written after another record ${sequence - 1} than there is` },
  ];
}

function goesOn(line: number, whole: readonly Placed[], head: AuditHead | 'unknown' | undefined): boolean {
  const before = whole.findLast((each) => each.line < line)?.record;
  const after = whole.find((each) => each.line > line)?.record;
  if (after) return after.sequence === (before?.sequence ?? 0) + 1 && after.previous === (before?.digest ?? ORIGIN);
  return head === undefined || head === 'unknown' || head.sequence <= (before?.sequence ?? 0);
}

/**
 * A crash between the record and what is kept beside it leaves that one behind by one record, never ahead.
 */
function endProblems(whole: readonly Placed[], head: AuditHead | 'unknown' | undefined): readonly AuditProblem[] {
  if (head === 'unknown') return [];
  const highest = whole.reduce((most, { record }) => Math.max(most, record.sequence), 0);
  if (head === undefined)
    return highest > 1
      ? [{ problem: 'removed at the end', detail: 'what says which record is the last is gone: lines at the end may be, too' }]
      : [];
  if (head.sequence > highest) {
    const from = highest + 1;
    const records = from === head.sequence ? `record ${from} is` : `records ${from} to ${head.sequence} are`;
    return [{ problem: 'removed at the end', detail: `${records} gone` }];
  }
  const named = whole.find(({ record }) => record.sequence === head.sequence);
  const problems: AuditProblem[] = [];
  if (named && named.record.digest !== head.digest)
    problems.push({
      line: named.line,
      problem: 'rewritten',
      detail: `record ${head.sequence} is another one than was noted as the last`,
    });
  if (head.sequence < highest - 1)
    problems.push({
      problem: 'rewritten',
      detail: `records after ${head.sequence + 1} were added by something else than this program`,
    });
  return problems;
}
