/** The question of `data export`: a view of a history as a file, or as text on standard output. */

import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { exportView, hasNamespace } from '../../store/export.ts';
import { UpidError } from '../../types/errors.ts';
import type { Exported, ExportFormat } from '../../types/history-exchange.ts';
import { placeOutput } from '../output-file.ts';
import { type DataRequest, existingHistory } from './request.ts';

export interface ExportQuestion extends DataRequest {
  readonly table: string;
  /** `-` is `stdout`. */
  readonly file: string;
  readonly format: ExportFormat;
  readonly force: boolean;
  /** How far back; everything when absent. */
  readonly sinceSeconds?: number;
  readonly namespace?: string;
  readonly stdout: Writable;
}

/**
 * @throws UpidError usage for a namespace where the table has none; history-missing, history-corrupt, output-unwritable, cancelled;
 * and as `connect`
 */
export async function exportHistory(question: ExportQuestion): Promise<Exported> {
  const { table, file, format, force, sinceSeconds, namespace, runtime, signal } = question;
  if (namespace !== undefined && !hasNamespace(table))
    throw new UpidError('usage', `${table} belongs to no namespace`, { remedy: 'leave --namespace out' });
  const { folder, clusterId } = await existingHistory(question);
  const request = {
    folder,
    clusterId,
    view: table,
    format,
    shownFile: file === '-' ? tmpdir() : file,
    ...(sinceSeconds !== undefined && { fromMs: (await nowOf(question)) - sinceSeconds * 1000 }),
    ...(namespace !== undefined && { namespace }),
    runtime,
    signal,
  };
  const write = (target: string) => exportView(request, target);
  const written =
    file === '-' ? await toStream(question, write) : await placeOutput({ file, force, runtime }, (target) => write(target));
  return { cluster: clusterId, table, file, format, ...written };
}

/** The simulated cluster stands still. */
async function nowOf({ demo, runtime }: DataRequest): Promise<number> {
  return demo ? (await import('../../kube/simulated/demo-cluster.ts')).SIMULATED_NOW_MS : runtime.now();
}

/** By a file that has lost its name before the first byte is shown, so that nothing is left whoever ends this process. */
async function toStream<T>({ stdout, runtime, signal }: ExportQuestion, write: (file: string) => Promise<T>): Promise<T> {
  const temporary = join(tmpdir(), `kubectl-upid-export-${runtime.random().toString(36).slice(2, 14)}`);
  const handle = await open(temporary, 'wx+', 0o600).catch((error: Error) => {
    throw new UpidError('output-unwritable', `${temporary} cannot be written: ${error.message}`, { remedy: 'set TMPDIR' });
  });
  try {
    const written = await write(temporary);
    await rm(temporary, { force: true });
    for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) {
      if (!stdout.write(chunk)) await once(stdout, 'drain', { signal });
    }
    return written;
  } catch (error) {
    throw signal.aborted ? new UpidError('cancelled', 'cancelled', { cause: error }) : error;
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
    await handle.close();
  }
}
