/** What lies in histories, what was done to one, and what their views hold, as lists. */

import { formatAge } from '../../lib/types/duration.ts';
import type { HistoryStatus, Housekeeping, TableStatus, ViewColumn } from '../../lib/types/history.ts';
import { formatBytes } from './bytes.ts';
import { orNone, plural } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

export interface TableRow extends TableStatus {
  readonly cluster: string;
}

const API_VERSION = 'upid.dev/v1alpha1';

/** A row for each table of each cluster. */
export function statusListing(status: HistoryStatus): Listing<TableRow> {
  const { directory, freeBytes, clusters } = status;
  const rows = clusters.flatMap(({ cluster, tables }) => tables.map((table) => ({ ...table, cluster })));
  return {
    columns: STATUS_COLUMNS,
    rows: rows.map((value) => ({ value, item: tableItem(value) })),
    list: (items) => ({
      apiVersion: API_VERSION,
      kind: 'HistoryStatus',
      metadata: withoutAbsent({
        directory,
        freeBytes,
        clusters: clusters.map(({ cluster, folder, bytes, intervalSeconds, retention, problems }) => ({
          cluster,
          folder,
          bytes,
          intervalSeconds,
          retention,
          problems,
        })),
      }) as JsonObject,
      items,
    }),
    name: ({ cluster, table }) => `history/${cluster}/${table}`,
    csvColumns: ['cluster', 'table', 'rows', 'parts', 'bytes', 'from', 'to'],
  };
}

function tableItem({ cluster, table, rows, parts, bytes, fromMs, toMs, versions }: TableRow): JsonObject {
  return withoutAbsent({
    cluster,
    table,
    rows,
    parts,
    bytes,
    from: fromMs === undefined ? undefined : instant(fromMs),
    to: toMs === undefined ? undefined : instant(toMs),
    schemaVersions: versions,
  }) as JsonObject;
}

export const STATUS_COLUMNS: readonly Column<TableRow>[] = [
  { heading: 'CLUSTER', cell: ({ cluster }) => cluster, sortKey: ({ cluster }) => cluster },
  { heading: 'TABLE', cell: ({ table }) => table, sortKey: ({ table }) => table },
  { heading: 'ROWS', cell: ({ rows }) => String(rows), sortKey: ({ rows }) => rows },
  { heading: 'PARTS', cell: ({ parts }) => String(parts), sortKey: ({ parts }) => parts },
  { heading: 'SIZE', cell: ({ bytes }) => formatBytes(bytes), sortKey: ({ bytes }) => bytes },
  { heading: 'FROM', cell: ({ fromMs }) => orNone(fromMs, instant), sortKey: ({ fromMs }) => fromMs },
  { heading: 'TO', cell: ({ toMs }) => orNone(toMs, instant), sortKey: ({ toMs }) => toMs },
  { heading: 'SCHEMA', cell: ({ versions }) => versions.join(','), sortKey: ({ versions }) => versions.at(-1), wide: true },
];

/** What a person is told besides. */
export function statusNotes({ directory, freeBytes, clusters }: HistoryStatus): readonly string[] {
  if (clusters.length === 0) return [`No history found in ${directory}`];
  const perCluster = clusters.map(({ cluster, intervalSeconds, retention }) => {
    const sampled = intervalSeconds === undefined ? '' : `is sampled every ${formatAge(Math.round(intervalSeconds))}; `;
    return `${cluster}: ${sampled}raw rows are kept for ${formatAge(retention.rawSeconds)}, hourly ones for ${formatAge(retention.hourlySeconds)}`;
  });
  return [...perCluster, `All in ${directory}${freeBytes === undefined ? '' : `, where ${formatBytes(freeBytes)} are free`}`];
}

export function housekeepingListing(done: Housekeeping): Listing<Housekeeping> {
  return {
    columns: HOUSEKEEPING_COLUMNS,
    rows: [{ value: done, item: withoutAbsent({ ...done }) as JsonObject }],
    list: (items) => ({ apiVersion: API_VERSION, kind: 'Housekeeping', metadata: {}, items }),
    name: ({ cluster }) => `history/${cluster}`,
    csvColumns: ['cluster', 'action', 'dryRun', 'daysRolledUp', 'parts'],
  };
}

const HOUSEKEEPING_COLUMNS: readonly Column<Housekeeping>[] = [
  { heading: 'CLUSTER', cell: ({ cluster }) => cluster, sortKey: ({ cluster }) => cluster },
  { heading: 'ROLLED-UP', cell: ({ daysRolledUp }) => plural(daysRolledUp, 'day'), sortKey: ({ daysRolledUp }) => daysRolledUp },
  {
    heading: 'PARTS',
    cell: ({ action, parts }) => `${parts} ${action === 'prune' ? 'removed' : 'merged'}`,
    sortKey: ({ parts }) => parts,
  },
  { heading: 'BEFORE', cell: ({ before }) => formatSize(before), sortKey: ({ before }) => before.bytes },
  { heading: 'AFTER', cell: ({ after }) => orNone(after, formatSize), sortKey: ({ after }) => after?.bytes },
];

function formatSize({ files, rows, bytes }: Housekeeping['before']): string {
  return `${plural(files, 'file')}, ${plural(rows, 'row')}, ${formatBytes(bytes)}`;
}

export function housekeepingNotes({ dryRun, action, parts }: Housekeeping): readonly string[] {
  return dryRun ? [`Nothing was done: ${plural(parts, 'part')} would be ${action === 'prune' ? 'removed' : 'merged'}`] : [];
}

/** The views and their columns. */
export function viewListing(columns: readonly ViewColumn[], views: Readonly<Record<string, string>>): Listing<ViewColumn> {
  return {
    columns: VIEW_COLUMNS,
    rows: columns.map((value) => ({ value, item: { ...value } })),
    list: (items) => ({ apiVersion: API_VERSION, kind: 'ViewColumnList', metadata: { views }, items }),
    name: ({ view, name }) => `${view}/${name}`,
    csvColumns: ['view', 'name', 'type', 'meaning'],
  };
}

const VIEW_COLUMNS: readonly Column<ViewColumn>[] = [
  { heading: 'VIEW', cell: ({ view }) => view, sortKey: ({ view }) => view },
  { heading: 'COLUMN', cell: ({ name }) => name, sortKey: ({ name }) => name },
  { heading: 'TYPE', cell: ({ type }) => type, sortKey: ({ type }) => type },
  { heading: 'MEANING', cell: ({ meaning }) => meaning, sortKey: ({ meaning }) => meaning },
];
