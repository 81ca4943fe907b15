/** The audit trail as a list, what its check found, and what was exported of it. */

import type { AuditExport, AuditListing } from '../../lib/operations/audit/trail.ts';
import { nameInPlace } from '../../lib/operations/change/result.ts';
import type { AuditCheck, AuditProblem, AuditRecord } from '../../lib/types/audit.ts';
import { orNone, plural } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

const API_VERSION = 'upid.dev/v1alpha1';

export function auditListing({ records, check }: AuditListing): Listing<AuditRecord> {
  return {
    columns: AUDIT_COLUMNS,
    rows: records.map((value) => ({ value, item: recordItem(value) })),
    list: (items) => ({ apiVersion: API_VERSION, kind: 'AuditRecordList', metadata: checkItem(check), items }),
    name: ({ sequence }) => `audit/${sequence}`,
    csvColumns: [
      'sequence',
      'at',
      'action',
      'event',
      'change',
      'namespace',
      'kind',
      'name',
      'kubernetesUser',
      'localUser',
      'outcome',
      'cluster',
      'context',
      'digest',
    ],
  };
}

/** Columns that --sort-by of `audit list` can name. */
export const AUDIT_COLUMNS: readonly Column<AuditRecord>[] = [
  { heading: 'NUMBER', cell: ({ sequence }) => String(sequence), sortKey: ({ sequence }) => sequence, ascending: true },
  { heading: 'TIME', cell: ({ atMs }) => instant(atMs), sortKey: ({ atMs }) => atMs, ascending: true },
  { heading: 'ACTION', cell: ({ entry }) => entry.action, sortKey: ({ entry }) => entry.action },
  { heading: 'EVENT', cell: ({ entry }) => entry.event, sortKey: ({ entry }) => entry.event },
  {
    heading: 'OBJECT',
    cell: ({ entry }) => orNone(entry.target, nameInPlace),
    sortKey: ({ entry }) => entry.target?.name,
  },
  { heading: 'BY', cell: ({ entry }) => entry.by.kubernetes, sortKey: ({ entry }) => entry.by.kubernetes },
  { heading: 'CHANGE', cell: ({ entry }) => entry.change, sortKey: ({ entry }) => entry.change },
  { heading: 'OUTCOME', cell: ({ entry }) => orNone(entry.outcome, String), sortKey: ({ entry }) => entry.outcome },
  { heading: 'LOCAL-USER', cell: ({ entry }) => entry.by.local, sortKey: ({ entry }) => entry.by.local, wide: true },
  { heading: 'CONTEXT', cell: ({ entry }) => entry.cluster.context, sortKey: ({ entry }) => entry.cluster.context, wide: true },
  {
    heading: 'VALUES',
    cell: ({ entry }) => orNone(entry.values, (values) => values.map(valueText).join(', ')),
    sortKey: ({ entry }) => entry.values?.length,
    wide: true,
  },
  { heading: 'DIGEST', cell: ({ digest }) => digest.slice(0, 12), sortKey: ({ digest }) => digest, wide: true },
];

function valueText({ path, from, to }: { readonly path: string; readonly from?: unknown; readonly to?: unknown }): string {
  const written = (value: unknown): string => (value === undefined ? '<none>' : JSON.stringify(value));
  return `${path} ${written(from)} → ${written(to)}`;
}

function recordItem({ sequence, atMs, entry, previous, digest }: AuditRecord): JsonObject {
  const { action, event, change, cluster, by, target, values, reason, evidence, outcome } = entry;
  return withoutAbsent({
    sequence,
    at: instant(atMs),
    action,
    event,
    change,
    ...target,
    kubernetesUser: by.kubernetes,
    localUser: by.local,
    outcome,
    reason,
    evidence,
    values,
    cluster: cluster.id,
    context: cluster.context,
    server: cluster.server,
    previous,
    digest,
  }) as JsonObject;
}

/** What is wrong with a trail, a row each; none where it is whole. */
export function checkListing(check: AuditCheck): Listing<AuditProblem> {
  return {
    columns: [
      { heading: 'LINE', cell: ({ line }) => orNone(line, String), sortKey: ({ line }) => line, ascending: true },
      { heading: 'PROBLEM', cell: ({ problem }) => problem, sortKey: ({ problem }) => problem },
      { heading: 'DETAIL', cell: ({ detail }) => detail, sortKey: ({ detail }) => detail },
    ],
    rows: check.problems.map((value) => ({ value, item: withoutAbsent({ ...value }) as JsonObject })),
    list: (items) => ({ apiVersion: API_VERSION, kind: 'AuditProblemList', metadata: checkItem(check), items }),
    name: ({ line, problem }) => `problem/${line ?? 'end'}-${problem.replaceAll(' ', '-')}`,
    csvColumns: ['line', 'problem', 'detail'],
  };
}

function checkItem({ fromMs, toMs, problems, ...check }: AuditCheck): JsonObject {
  return withoutAbsent({
    ...check,
    from: fromMs === undefined ? undefined : instant(fromMs),
    to: toMs === undefined ? undefined : instant(toMs),
    verified: problems.length === 0,
  }) as JsonObject;
}

/** For a person: that it is whole, and what to note so that it can be shown to be later. */
export function checkNotes({ records, fromMs, toMs, head, problems, file }: AuditCheck): readonly string[] {
  if (problems.length > 0) return [];
  if (head === undefined) return [`There is nothing in ${file} yet`];
  return [
    `${plural(records, 'record')} from ${instant(fromMs!)} to ${instant(toMs!)} ${records === 1 ? 'is' : 'are'} as written`,
    `Last digest: ${head} (noted elsewhere, audit verify --head shows later that nothing up to here was changed)`,
  ];
}

export function auditExportListing(exported: AuditExport): Listing<AuditExport> {
  return {
    columns: [
      { heading: 'RECORDS', cell: ({ records }) => String(records), sortKey: ({ records }) => records },
      { heading: 'FILE', cell: ({ file }) => file, sortKey: ({ file }) => file },
    ],
    rows: [
      {
        value: exported,
        item: { file: exported.file, records: exported.records, verified: exported.check.problems.length === 0 },
      },
    ],
    list: (items) => ({ apiVersion: API_VERSION, kind: 'AuditExportList', metadata: {}, items }),
    name: () => 'export/audit',
    csvColumns: ['file', 'records', 'verified'],
  };
}

export function auditProblemLine(file: string, { line, problem, detail }: AuditProblem): string {
  return `${file}${line === undefined ? '' : ` line ${line}`}: ${problem}: ${detail}`;
}

export function cutOffLine(file: string, line: number): string {
  return `${file} line ${line} was cut off while it was written; it never counted`;
}
