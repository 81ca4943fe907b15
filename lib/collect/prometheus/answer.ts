/** What came back from a query, read tolerantly: every form of a bad answer becomes one plain sentence. */

import { UpidError } from '../../types/errors.ts';
import { list, type Raw, record, text } from '../objects/read.ts';
import type { PrometheusReply } from './transport.ts';

/** One series: its labels and its points, oldest first. Values that are no finite number are left out. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export interface Answer {
  readonly series: readonly Series[];
  /** What the server said about data it could not reach; the answer is a part of the truth then. */
  readonly warnings: readonly string[];
}

/**
 * Reads the answer to a query.
 * @throws UpidError prometheus, one sentence: a page of HTML, an error of the server, a missing right, JSON cut off, another form
 */
export function readAnswer(reply: PrometheusReply): Answer {
  const body = parse(reply);
  if (body.kind === 'Status') throw refusedByApiServer(reply, body);
  if (body.status === 'error' || reply.status >= 300) throw refusal(reply, body);
  const data = record(body.data);
  const warnings = stringsOf(body.warnings);
  // VictoriaMetrics and Mimir tell of missing shards by a flag instead of warnings.
  const partial = body.isPartial === true || data.isPartial === true;
  return {
    series: seriesOf(data),
    warnings: partial && warnings.length === 0 ? ['some of its storage nodes did not answer'] : warnings,
  };
}

function parse(reply: PrometheusReply): Raw {
  const start = reply.text.trimStart().slice(0, 1);
  if (start === '<' || reply.contentType.startsWith('text/html')) {
    throw failure(
      `it answered a page of HTML${titleOf(reply.text)} (status ${reply.status}) instead of JSON`,
      'a login page or another server stands there: check the address, its path, the token and the headers',
    );
  }
  if (start === '') throw failure(`it answered nothing (status ${reply.status})`, 'check the address, and the log of the server');
  try {
    const value: unknown = JSON.parse(reply.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Raw;
  } catch {
    if (reply.status >= 300) throw failure(`it answered status ${reply.status}: ${excerpt(reply.text)}`, remedyOf(reply.status));
    const cutOff = start === '{' && !reply.text.trimEnd().endsWith('}');
    throw failure(
      cutOff
        ? `its answer was cut off after ${reply.text.length} characters`
        : `it answered something that is not JSON: ${excerpt(reply.text)}`,
      cutOff
        ? 'a proxy in between may limit the size or the time of answers'
        : 'check that a Prometheus-compatible server stands there',
    );
  }
  throw failure(
    `it answered JSON of another form: ${excerpt(reply.text)}`,
    'check that a Prometheus-compatible server stands there',
  );
}

/** What the API server's proxy means by 403. */
export const NO_PROXY_RIGHT = 'no right to get services/proxy there';

function refusedByApiServer(reply: PrometheusReply, body: Raw): UpidError {
  const reason = text(body.message) || `status ${reply.status}`;
  if (reply.status === 403) return failure(NO_PROXY_RIGHT, 'grant get on services/proxy, or name a server with --prometheus-url');
  return failure(`the API server's proxy says: ${reason}`, 'check that pods stand behind the service');
}

function refusal(reply: PrometheusReply, body: Raw): UpidError {
  const said = text(body.error) || text(body.message);
  const type = text(body.errorType);
  return failure(
    said === ''
      ? `it answered status ${reply.status}: ${excerpt(reply.text)}`
      : `it answered ${type ? `${type}: ` : ''}${excerpt(said)}`,
    remedyOf(reply.status),
  );
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403) return 'give a token (--prometheus-token) or the headers that the server wants';
  if (status === 404) return 'check the path of the address: the API is expected at /api/v1/query below it';
  return 'look at the log of the server';
}

/** A failure of the source; never one of the program. */
export function failure(sentence: string, remedy: string): UpidError {
  return new UpidError('prometheus', sentence, { remedy });
}

function seriesOf(data: Raw): readonly Series[] {
  const { resultType, result } = data;
  if (resultType === 'scalar') return [{ labels: {}, ...points([result]) }];
  if ((resultType === 'vector' || resultType === 'matrix') && Array.isArray(result)) {
    return list(result).map((raw) => ({
      labels: record(raw.metric) as Readonly<Record<string, string>>,
      ...points(Array.isArray(raw.values) ? raw.values : [raw.value]),
    }));
  }
  // A server that has nothing may leave the result out.
  if (result === null || result === undefined) return [];
  throw failure(
    `it answered a result of type ${JSON.stringify(resultType)}`,
    'check that a Prometheus-compatible server stands there',
  );
}

function points(raw: readonly unknown[]): Pick<Series, 'times' | 'values'> {
  const times: number[] = [];
  const values: number[] = [];
  for (const pair of raw) {
    if (!Array.isArray(pair)) continue;
    const value = Number(pair[1]);
    // `NaN` and `+Inf` come as words; neither is a measurement.
    if (!Number.isFinite(value) || typeof pair[0] !== 'number') continue;
    times.push(pair[0]);
    values.push(value);
  }
  return { times, values };
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

const EXCERPT_CHARACTERS = 160;

function excerpt(said: string): string {
  const line = said.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > EXCERPT_CHARACTERS ? `${line.slice(0, EXCERPT_CHARACTERS)}…` : line;
}

function titleOf(page: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(page)?.[1]?.trim();
  return title ? ` titled ${JSON.stringify(excerpt(title))}` : '';
}
