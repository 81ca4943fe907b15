/**
 * Queries of one's own over the views of a history. The engine that runs them is one of its own that can read the parts behind the views
 * and nothing else: its access to files, networks and extensions is closed and its configuration locked before the first word of a
 * query is read, and only statements that select are run.
 */

import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import type { QueryColumn, QueryValue } from '../types/history.ts';
import type { Runtime } from '../types/runtime.ts';
import { againWhileGone } from './again.ts';
import { literal, startEngine } from './engine.ts';
import { interruptible } from './interruption.ts';
import { firstLine } from './parts.ts';
import { plainValue } from './plain-value.ts';
import { createViews } from './views.ts';

/** What a query may hold in memory; more is spilled to a temporary folder. */
const MEMORY_LIMIT = '512MB';

/** Nothing else is done meanwhile. */
const THREADS = '2';

export interface QueryRequest {
  /** Folder of one cluster's history. */
  readonly folder: string;
  readonly clusterId: string;
  readonly sql: string;
  readonly timeoutSeconds: number;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

export interface QueryAnswer {
  readonly columns: readonly QueryColumn[];
  /** Some rows at a time; nothing else of the result is held. */
  readonly rows: AsyncIterable<readonly (readonly QueryValue[])[]>;
  /** One sentence for each part that had to be left out. */
  readonly problems: readonly string[];
}

/**
 * Runs one query and hands its answer to `read` while the engine is there.
 * @throws UpidError query-invalid for what cannot be run, is more than reading the views, or takes longer than the time it has;
 * cancelled; history-corrupt
 */
export function queryViews<T>(request: QueryRequest, read: (answer: QueryAnswer) => Promise<T>): Promise<T> {
  const begun = { rows: false };
  return againWhileGone(
    () => inSandbox(request, (sandbox) => read(answerOf(sandbox, begun))),
    () => begun.rows,
  );
}

interface Sandbox {
  readonly statement: DuckDBPreparedStatement;
  readonly problems: readonly string[];
}

async function inSandbox<T>(request: QueryRequest, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const { folder, clusterId, sql, timeoutSeconds, runtime, signal } = request;
  const temporary = join(tmpdir(), `kubectl-upid-query-${Math.floor(runtime.random() * 2 ** 52).toString(36)}`);
  const { connection, close } = await startEngine(temporary, { memory: MEMORY_LIMIT, threads: THREADS });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(stoppedAfter(timeoutSeconds)), timeoutSeconds * 1000);
  try {
    return await interruptible(connection, AbortSignal.any([signal, late.signal]), async () => {
      const { files, problems } = await createViews(connection, folder, clusterId);
      await shut(connection, files);
      return await work({ statement: await prepare(connection, sql), problems });
    });
  } finally {
    clearTimeout(timer);
    close();
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

function stoppedAfter(seconds: number): UpidError {
  return new UpidError('query-invalid', `the query was stopped after ${seconds} s`, {
    remedy: 'ask for a shorter period, or give it more time by --timeout',
  });
}

/** From here on the engine can read these files, write its temporary folder, and do nothing else outside of itself. */
async function shut(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`SET allowed_paths = [${files.map(literal).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

/** @throws UpidError query-invalid */
async function prepare(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  const { StatementType } = await import('./duckdb.ts');
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1)
      throw refused(statements.count === 0 ? 'it holds no statement' : `it holds ${statements.count} statements`);
    const statement = await statements.prepare(0);
    // EXPLAIN is not among them: EXPLAIN ANALYZE runs what it explains, whatever that is.
    if (statement.statementType !== StatementType.SELECT) throw refused('it does more than read');
    return statement;
  } catch (error) {
    throw error instanceof UpidError ? error : invalid(error);
  }
}

function refused(why: string): UpidError {
  return new UpidError('query-invalid', `the query is not run: ${why}`, {
    remedy: 'give one statement that begins with SELECT, WITH, FROM, DESCRIBE, SHOW or SUMMARIZE',
  });
}

function invalid(error: unknown): UpidError {
  const words = firstLine(messageOf(error));
  const path = /^Permission Error: Cannot access (?:file|directory) "([^"]*)"/.exec(words)?.[1];
  if (path !== undefined)
    return new UpidError('query-invalid', `the query reaches for ${path}, and only the views of the history can be read`, {
      remedy: 'see the views and their columns with data query --views',
      cause: error,
    });
  return new UpidError('query-invalid', `the query cannot be run: ${words}`, {
    remedy: 'see the views and their columns with data query --views',
    cause: error,
  });
}

function answerOf(sandbox: Sandbox, begun: { rows: boolean }): QueryAnswer {
  const { statement, problems } = sandbox;
  const columns = Array.from({ length: statement.columnCount }, (_, column) => ({
    name: statement.columnName(column),
    type: statement.columnType(column).toString(),
  }));
  return { columns, rows: rowsOf(sandbox, begun), problems };
}

async function* rowsOf({ statement }: Sandbox, begun: { rows: boolean }): AsyncGenerator<readonly (readonly QueryValue[])[]> {
  try {
    const result = await statement.stream();
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      begun.rows = true;
      yield chunk.getRows().map((row) => row.map(plainValue));
    }
  } catch (error) {
    throw error instanceof UpidError ? error : invalid(error);
  }
}
