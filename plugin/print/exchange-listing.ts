/** What was exported or imported: one row, in all forms of output. */

import type { Exported, Imported } from '../../lib/types/history-exchange.ts';
import { formatBytes } from './bytes.ts';
import { plural } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

export function exportListing(exported: Exported): Listing<Exported> {
  return {
    columns: [
      text('TABLE', ({ table }) => table),
      count('ROWS', ({ rows }) => rows),
      text('SIZE', ({ bytes }) => formatBytes(bytes)),
      text('FORMAT', ({ format }) => format),
      text('FILE', ({ file }) => file),
    ],
    rows: [{ value: exported, item: withoutAbsent({ ...exported }) as JsonObject }],
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'ExportList', metadata: {}, items }),
    name: ({ table }) => `export/${table}`,
    csvColumns: ['cluster', 'table', 'file', 'format', 'rows', 'bytes'],
  };
}

export function importListing(imported: Imported): Listing<Imported> {
  const { fromMs, toMs, ignored, ...fields } = imported;
  const span = { from: fromMs === undefined ? undefined : instant(fromMs), to: toMs === undefined ? undefined : instant(toMs) };
  return {
    columns: [
      count('ROWS', ({ rows }) => rows),
      count('ADDED', ({ added }) => added),
      count('THERE', ({ present }) => present),
      count('ROLLED-UP', ({ rolledUp }) => rolledUp),
      text('FILE', ({ file }) => file),
    ],
    rows: [{ value: imported, item: withoutAbsent({ ...fields, ...span, ignored }) as JsonObject }],
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'ImportList', metadata: {}, items }),
    name: () => 'import/samples',
    csvColumns: ['cluster', 'folder', 'file', 'rows', 'added', 'present', 'rolledUp', 'from', 'to'],
  };
}

/** For a person: what a figure of the table does not say. */
export function importNotes({ rows, added, rolledUp, ignored }: Imported): readonly string[] {
  const notes: string[] = [];
  if (added === 0) notes.push(rows === 0 ? 'The file has no row' : 'Nothing was added: all of it is there already');
  if (rolledUp > 0) notes.push(`${plural(rolledUp, 'row')} left out: of these hours only roll-ups are kept`);
  if (ignored.length > 0) notes.push(`Columns that a history has no place for: ${ignored.join(', ')}`);
  return notes;
}

function text<T>(heading: string, cell: (value: T) => string): Column<T> {
  return { heading, cell, sortKey: cell };
}

function count<T>(heading: string, figure: (value: T) => number): Column<T> {
  return { heading, cell: (value) => String(figure(value)), sortKey: figure };
}
