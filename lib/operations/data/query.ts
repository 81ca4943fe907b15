/** The question of `data query`: a query of one's own over the views of one cluster's history. */

import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type QueryAnswer, queryViews } from '../../store/sandbox.ts';
import { VIEWS, viewColumns } from '../../store/view-columns.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { ViewColumn } from '../../types/history.ts';
import { type DataRequest, existingHistory } from './request.ts';

export type { QueryAnswer } from '../../store/sandbox.ts';

export interface HistoryQuery extends DataRequest {
  readonly sql: string;
  readonly timeoutSeconds: number;
}

/** @throws UpidError history-missing; query-invalid; cancelled; and as `connect` */
export async function queryHistory<T>(request: HistoryQuery, read: (answer: QueryAnswer) => Promise<T>): Promise<T> {
  const { folder, clusterId } = await existingHistory(request);
  const { sql, timeoutSeconds, runtime, signal } = request;
  return queryViews({ folder, clusterId, sql, timeoutSeconds, runtime, signal }, read);
}

/** The text of a query in a file; `-` is standard input. @throws UpidError input-invalid */
export async function readQuery(file: string, stdin: Readable): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the name of the file',
      cause: error,
    });
  }
}

/** What can be asked: each view in one line, and its columns. */
export function describedViews(): { readonly views: Readonly<Record<string, string>>; readonly columns: readonly ViewColumn[] } {
  return { views: VIEWS, columns: viewColumns() };
}
