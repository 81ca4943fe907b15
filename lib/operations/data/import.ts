/** The question of `data import`: rows of a file into the history of a cluster. */

import { importSamples } from '../../store/import.ts';
import { UpidError } from '../../types/errors.ts';
import type { Imported } from '../../types/history-exchange.ts';
import { type DataRequest, meantHistory } from './request.ts';

/** @throws UpidError usage for the simulated cluster; input-invalid, history-unwritable, history-corrupt, cancelled; and as `connect` */
export async function importHistory(request: DataRequest & { readonly file: string }): Promise<Imported> {
  if (request.demo)
    throw new UpidError('usage', 'nothing can be added to the history of the simulated cluster', {
      remedy: 'leave --demo out, and name a folder by --history',
    });
  const { directory, clusterId } = await meantHistory(request);
  const { file, runtime, signal } = request;
  return { cluster: clusterId, file, ...(await importSamples({ file, directory, clusterId, runtime, signal })) };
}
