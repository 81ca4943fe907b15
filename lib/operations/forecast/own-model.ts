/** What one's own history has taught, as a file beside the history of its cluster: `models/forecast.json`. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterFolder, placePart } from '../../store/parts.ts';
import { messageOf } from '../../types/errors.ts';
import type { ForecastTuning, MetricTuning } from '../../types/forecast.ts';
import type { SourceReport } from '../../types/source.ts';
import { directoryOf } from '../history-folder.ts';
import type { LookRequest } from '../request.ts';

const API_VERSION = 'upid.dev/v1alpha1';
const KIND = 'ForecastTuning';

/** In the folder of a cluster's history. */
export const MODEL_FILE = join('models', 'forecast.json');

/** Undefined where no history is kept. */
export function ownModelFile(request: LookRequest, clusterId: string): string | undefined {
  const directory = directoryOf(request);
  return directory === undefined ? undefined : join(directory, clusterFolder(clusterId), MODEL_FILE);
}

export interface OwnModel {
  readonly tuning?: ForecastTuning;
  /** Told where there is a file that is not used. */
  readonly report?: SourceReport;
}

/** What cannot be read, or was learned for other weights, is reported and not used. */
export async function readOwnModel(file: string | undefined, base: string): Promise<OwnModel> {
  if (file === undefined) return {};
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return isMissing(error) ? {} : unused(`${file} cannot be read (${messageOf(error)})`);
  }
  const tuning = parse(text);
  if (!tuning) return unused(`${file} is no ${KIND}`);
  return tuning.base === base ? { tuning } : unused(`${file} was made for the weights ${tuning.base}, these are ${base}`);
}

/** Undefined where the file holds none. */
export async function readTuning(file: string): Promise<ForecastTuning | undefined> {
  return parse(await readFile(file, 'utf8').catch(() => ''));
}

function unused(reason: string): OwnModel {
  return { report: { source: 'own model', state: 'failed', reason, remedy: 'run kubectl upid model train again' } };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** @throws UpidError history-unwritable */
export async function writeOwnModel(file: string, tuning: ForecastTuning): Promise<void> {
  const text = `${JSON.stringify({ apiVersion: API_VERSION, kind: KIND, ...tuning }, undefined, 2)}\n`;
  await placePart(file, (temporary) => writeFile(temporary, text, { mode: 0o600 }));
}

/** Undefined for anything that such a file does not hold. */
function parse(text: string): ForecastTuning | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTuning(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTuning(value: unknown): value is ForecastTuning {
  if (!isObject(value) || value.apiVersion !== API_VERSION || value.kind !== KIND) return false;
  return (
    typeof value.base === 'string' &&
    typeof value.madeAtMs === 'number' &&
    Array.isArray(value.heldApart) &&
    isObject(value.metrics) &&
    Object.values(value.metrics).every(isMetricTuning)
  );
}

function isMetricTuning(value: unknown): value is MetricTuning {
  return (
    isObject(value) &&
    isBetween(value.lastWeek, 0, 1) &&
    Array.isArray(value.widths) &&
    value.widths.every((width) => isObject(width) && isBetween(width.level, 0, 1) && isBetween(width.factor, 0, 100))
  );
}

function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
