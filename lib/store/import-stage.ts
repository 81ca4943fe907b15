/** A file of samples as a table of the engine, judged row by row: names and types of columns, instants, values. */

import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf, UpidError } from '../types/errors.ts';
import { eachRow, literal } from './engine.ts';
import { firstLine } from './parts.ts';
import { COLUMNS } from './schema.ts';

/** What the table `staged` holds: `file_row` (from 1, headings not counted), `at_ms`, and the columns of `samples` but `observed_at`. */
export interface Staged {
  readonly rows: number;
  /** Days of UTC that there are rows of, oldest first; `toMs` is not within. */
  readonly days: readonly { readonly day: string; readonly fromMs: number; readonly toMs: number }[];
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Columns that have no place. */
  readonly ignored: readonly string[];
}

const DAY_MS = 86_400_000;

/** Clocks differ by less. */
const AHEAD_MS = 300_000;

/** Nothing was recorded by anybody before. */
const EARLIEST = '2000-01-01';

const INSTANT = 'observed_at';

/** Columns that must be there; all but `container` must have a value in each row. */
const REQUIRED: readonly string[] = [INSTANT, 'namespace', 'workload_kind', 'workload_name', 'pod', 'container'];

/** What a row without a value is taken to say. */
const DEFAULTS: Readonly<Record<string, string>> = { container: "''", app: 'true', source: "'file'" };

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/;
const INSTANTS = /^TIMESTAMP/;

/** A column without any value comes as one of these. */
const NOTHING = /^("NULL"|NULL|INTEGER)$/;

interface Column {
  readonly name: string;
  /** As the engine names the type of the file's column; undefined where the file has none. */
  readonly type: string | undefined;
}

/**
 * Reads a file into the temporary table `staged`.
 * @throws UpidError input-invalid, which names the first row and column that cannot be taken
 */
export async function stageFile(connection: DuckDBConnection, file: string, nowMs: number): Promise<Staged> {
  const source = await sourceOf(file);
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const types = await typesOf(connection, source);
    const columns = Object.keys(COLUMNS.samples).map((name) => ({ name, type: types.get(name) }));
    checkColumns(file, columns);
    await connection.run(stageSql(source, columns, nowMs));
    await checkRows(connection, file);
    const ignored = [...types.keys()].filter((name) => !(name in COLUMNS.samples));
    return { ...(await extentOf(connection)), ignored };
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('input-invalid', `${file} cannot be read: ${reasonOf(error)}`, {
      remedy: 'nothing was imported; it should be Parquet, or CSV with headings, commas and double quotes',
      cause: error,
    });
  }
}

/** The file as a relation; what it is stands in its first bytes. @throws UpidError input-invalid */
async function sourceOf(file: string): Promise<string> {
  const start = await firstBytes(file);
  // Stars and brackets in a name are part of it.
  const path = literal(file.replaceAll(/[*?[]/g, '[$&]'));
  if (start.toString('latin1') === 'PAR1') return `read_parquet(${path}, hive_partitioning = false)`;
  const compression = start[0] === 0x1f && start[1] === 0x8b ? 'gzip' : 'none';
  return `read_csv(${path}, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', compression = '${compression}', hive_partitioning = false)`;
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      if (!(await handle.stat()).isFile()) throw new Error('it is no regular file');
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      if (bytesRead === 0) throw new Error('it is empty');
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the name of the file',
      cause: error,
    });
  }
}

async function typesOf(connection: DuckDBConnection, source: string): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  await eachRow(connection, `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${source})`, {}, (row) => {
    types.set(String(row(0)), String(row(1)));
  });
  return types;
}

function checkColumns(file: string, columns: readonly Column[]): void {
  for (const column of columns) {
    const { name, type } = column;
    if (type === undefined) {
      if (REQUIRED.includes(name)) throw refused(file, `it has no column ${name}`);
    } else if (!isTaken(column)) throw refused(file, `its column ${name} is of type ${type}; it should hold ${expected(name)}`);
  }
}

type Kind = 'instant' | 'text' | 'flag' | 'measure';

function kindOf(name: string): Kind {
  const type = COLUMNS.samples[name as keyof typeof COLUMNS.samples];
  if (type === 'TIMESTAMP_MS') return 'instant';
  if (type === 'VARCHAR') return 'text';
  return type === 'BOOLEAN' ? 'flag' : 'measure';
}

function isTaken({ name, type = '' }: Column): boolean {
  const kind = kindOf(name);
  if (type === 'VARCHAR' || type.startsWith('ENUM') || (NOTHING.test(type) && kind !== 'instant')) return true;
  if (kind === 'instant') return INSTANTS.test(type);
  if (kind === 'measure') return NUMBERS.test(type);
  return kind === 'flag' && type === 'BOOLEAN';
}

function expected(name: string): string {
  const said = { instant: 'instants such as 2026-11-24T12:00:00Z', text: 'text', flag: 'true or false', measure: 'numbers' };
  return said[kindOf(name)];
}

/** Row number, values, and what is wrong with the row in its first bad column. */
function stageSql(source: string, columns: readonly Column[], nowMs: number): string {
  const values = columns.map(({ name, type }) => `${type === undefined ? 'NULL' : readSql(name, type)} AS ${name}`);
  const texts = columns.map(({ name, type }) => `${type === undefined ? 'NULL' : `${name}::VARCHAR`} AS ${name}_text`);
  const problems = columns.flatMap(({ name, type }) => (type === undefined ? [] : problemsOf(name, nowMs)));
  const kept = columns
    .filter(({ name }) => name !== INSTANT)
    .map(({ name }) => `coalesce(${name}, ${DEFAULTS[name] ?? 'NULL'}) AS ${name}`);
  return `
    CREATE OR REPLACE TEMP TABLE staged AS
    SELECT file_row, CASE WHEN isfinite(${INSTANT}) THEN epoch_ms(${INSTANT}) END AS at_ms, ${kept.join(', ')}, CASE ${problems.join(' ')} END AS problem
    FROM (SELECT row_number() OVER () AS file_row, ${[...values, ...texts].join(', ')} FROM ${source})`;
}

/** A value in its type; NULL where it is none. */
function readSql(name: string, type: string): string {
  const kind = kindOf(name);
  if (kind === 'text') return `${name}::VARCHAR`;
  if (kind === 'flag') return `TRY_CAST(${name}::VARCHAR AS BOOLEAN)`;
  if (kind === 'measure') return `CASE WHEN NOT isnan(TRY_CAST(${name} AS DOUBLE)) THEN TRY_CAST(${name} AS DOUBLE) END`;
  if (type === 'TIMESTAMP WITH TIME ZONE') return name;
  return INSTANTS.test(type) ? `${name}::TIMESTAMP::TIMESTAMPTZ` : `TRY_CAST(${name} AS TIMESTAMPTZ)`;
}

function problemsOf(name: string, nowMs: number): readonly string[] {
  const kind = kindOf(name);
  const when = (condition: string, words: string): string => `WHEN ${condition} THEN ${words}`;
  const quoted = `'${name} is "' || left(${name}_text, 40) || '"; it should be `;
  const missing = when(`coalesce(${name}_text, '') = ''`, `'${name} is missing'`);
  if (kind === 'text') return REQUIRED.includes(name) && name !== 'container' ? [missing] : [];
  if (kind === 'flag') return [when(`${name} IS NULL AND ${name}_text <> ''`, `${quoted}true or false'`)];
  if (kind === 'instant')
    return [
      missing,
      when(`${name} IS NULL OR NOT isfinite(${name})`, `${quoted}an instant such as 2026-11-24T12:00:00Z'`),
      when(`epoch_ms(${name}) > ${nowMs + AHEAD_MS}`, `'${name} is ' || ${name}_text || ', which lies in the future'`),
      when(`${name} < '${EARLIEST}'::TIMESTAMPTZ`, `'${name} is ' || ${name}_text || ', which lies before ${EARLIEST}'`),
    ];
  return [
    when(`${name} IS NULL AND lower(trim(${name}_text)) NOT IN ('', 'nan')`, `${quoted}a number'`),
    when(`${name} < 0`, `'${name} is negative: ' || ${name}_text`),
    when(`isinf(${name})`, `${quoted}a finite number'`),
  ];
}

async function checkRows(connection: DuckDBConnection, file: string): Promise<void> {
  const sql = 'SELECT file_row::DOUBLE, problem FROM staged WHERE problem IS NOT NULL ORDER BY file_row LIMIT 1';
  await eachRow(connection, sql, {}, (row) => {
    throw refused(file, `in row ${Number(row(0))} ${String(row(1))}`);
  });
}

async function extentOf(connection: DuckDBConnection): Promise<Omit<Staged, 'ignored'>> {
  const days: { readonly day: string; readonly fromMs: number; readonly toMs: number }[] = [];
  let extent: Omit<Staged, 'ignored' | 'days'> = { rows: 0 };
  await eachRow(connection, `SELECT DISTINCT (at_ms // ${DAY_MS})::DOUBLE AS day FROM staged ORDER BY day`, {}, (row) => {
    const fromMs = Number(row(0)) * DAY_MS;
    days.push({ day: new Date(fromMs).toISOString().slice(0, 10), fromMs, toMs: fromMs + DAY_MS });
  });
  await eachRow(connection, 'SELECT count(*)::DOUBLE, min(at_ms)::DOUBLE, max(at_ms)::DOUBLE FROM staged', {}, (row) => {
    const rows = Number(row(0));
    extent = rows === 0 ? { rows } : { rows, fromMs: Number(row(1)), toMs: Number(row(2)) };
  });
  return { ...extent, days };
}

function refused(file: string, why: string): UpidError {
  return new UpidError('input-invalid', `${file} is no file of samples: ${why}`, { remedy: 'mend it; nothing was imported' });
}

/** The engine's words without advice on its own options. */
function reasonOf(error: unknown): string {
  return firstLine(messageOf(error)).replace(/^[A-Z][\w ]*Error: /, '');
}
