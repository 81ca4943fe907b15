/**
 * Views of a history as files that others read as they are: Parquet of plain types, compressed by zstd, with instants that are
 * marked as UTC; or CSV (RFC 4180) with a heading, instants as ISO 8601 in UTC and nothing where a value is missing.
 */

import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import type { QueryColumn } from '../types/history.ts';
import type { ExportFormat } from '../types/history-exchange.ts';
import type { Runtime } from '../types/runtime.ts';
import { againWhileGone } from './again.ts';
import { literal, numberOf } from './engine.ts';
import { startHistoryEngine } from './history.ts';
import { interruptible } from './interruption.ts';
import { firstLine } from './parts.ts';
import { viewColumns } from './view-columns.ts';
import { createViews } from './views.ts';

export interface ExportRequest {
  /** Folder of one cluster's history. */
  readonly folder: string;
  readonly clusterId: string;
  readonly view: string;
  readonly format: ExportFormat;
  /** What the file is called in a sentence about a failure. */
  readonly shownFile: string;
  /** Rows from this instant on; all when absent. */
  readonly fromMs?: number;
  /** Rows of this namespace; all when absent. */
  readonly namespace?: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

export interface Export {
  readonly rows: number;
  readonly bytes: number;
  /** One sentence for each part that had to be left out. */
  readonly problems: readonly string[];
}

const OPTIONS: Readonly<Record<ExportFormat, string>> = {
  parquet: 'FORMAT parquet, CODEC zstd, USE_TMP_FILE false',
  csv: 'FORMAT csv, HEADER, USE_TMP_FILE false',
  'csv.gz': 'FORMAT csv, HEADER, COMPRESSION gzip, USE_TMP_FILE false',
};

/** Whether the rows of a view belong to a namespace. */
export function hasNamespace(view: string): boolean {
  return columnsOf(view).some(({ name }) => name === 'namespace');
}

/**
 * Writes a view into a file that is there and empty.
 * @throws UpidError output-unwritable, history-corrupt, cancelled; what is in the file is of no use then
 */
export async function exportView(request: ExportRequest, file: string): Promise<Export> {
  const { connection, close } = await startHistoryEngine(request.runtime);
  try {
    return await interruptible(connection, request.signal, () => copy(connection, request, file));
  } finally {
    close();
  }
}

async function copy(connection: DuckDBConnection, request: ExportRequest, file: string): Promise<Export> {
  await connection.run("SET TimeZone = 'UTC'");
  try {
    return await againWhileGone(async () => {
      const { problems } = await createViews(connection, request.folder, request.clusterId);
      const rows = await numberOf(connection, copySql(request, file));
      return { rows, bytes: (await stat(file)).size, problems };
    });
  } catch (error) {
    throw failure(error, request, file);
  }
}

function copySql({ view, format, fromMs, namespace }: ExportRequest, file: string): string {
  const columns = columnsOf(view);
  const [{ name: instant } = { name: '' }] = columns.filter(({ type }) => type === 'TIMESTAMP');
  const conditions = [
    ...(fromMs === undefined ? [] : [`${quoted(instant)} >= make_timestamp_ms(${Math.round(fromMs)})`]),
    ...(namespace === undefined ? [] : [`namespace = ${literal(namespace)}`]),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const shown = columns.map((column) => `${shownSql(column, format)} AS ${quoted(column.name)}`).join(', ');
  return `COPY (SELECT ${shown} FROM ${view} ${where}) TO ${literal(file)} (${OPTIONS[format]})`;
}

function shownSql({ name, type }: QueryColumn, format: ExportFormat): string {
  if (type !== 'TIMESTAMP') return quoted(name);
  const instant = `${quoted(name)}::TIMESTAMP`;
  return format === 'parquet' ? `${instant}::TIMESTAMPTZ` : `strftime(${instant}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

function columnsOf(view: string): readonly QueryColumn[] {
  return viewColumns().filter((column) => column.view === view);
}

/** An identifier of SQL. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function failure(error: unknown, { folder, shownFile }: ExportRequest, file: string): UpidError {
  const why = firstLine(messageOf(error)).replaceAll(file, shownFile);
  if (why.includes(shownFile) || /no space left|disk quota/i.test(why))
    return new UpidError('output-unwritable', `${shownFile} cannot be written (${why})`, {
      remedy: 'free the disk or choose another folder; nothing half-written is left',
      cause: error,
    });
  return new UpidError('history-corrupt', `the history in ${folder} cannot be exported (${why})`, {
    remedy: 'ask for a shorter period by --since, or move the part that is named away',
    cause: error,
  });
}
