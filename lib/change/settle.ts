/** What became of a step whose answer was lost with its process: the object itself tells. */

import type { KubeClient } from '../kube/client.ts';
import type { StepState } from '../types/change.ts';
import { UpidError } from '../types/errors.ts';
import type { JournaledStep } from './journal/records.ts';
import { markOf } from './mark.ts';
import { readObject, refusalOf } from './object.ts';
import { objectPath, type ResourceIndex } from './resource-path.ts';
import { isSame, valueAt } from './values.ts';

export interface Settled {
  readonly state: StepState;
  readonly reason?: string;
}

/** @throws UpidError cancelled, or what keeps the server from answering anything */
export async function settle(client: KubeClient, index: ResourceIndex, change: string, step: JournaledStep): Promise<Settled> {
  try {
    const resource = await index.find(step.target);
    const object = await readObject(client, objectPath(step.target, resource));
    if (valueAt(object, '/metadata/uid') !== step.target.uid)
      return { state: 'sent', reason: 'it is another object of the same name now' };
    return stateIn(object, change, step);
  } catch (error) {
    if (!(error instanceof UpidError) || !['not-found', 'api-missing', 'forbidden', 'server-error'].includes(error.id))
      throw error;
    return { state: 'sent', reason: refusalOf(error) };
  }
}

function stateIn(object: unknown, change: string, { values, kind, takingBack }: JournaledStep): Settled {
  const holds = (which: 'from' | 'to'): boolean => values.every((value) => isSame(valueAt(object, value.path), value[which]));
  const mark = markOf(object, change);
  if (mark !== undefined) {
    if (takingBack) return { state: 'applied', reason: 'it was to be taken back, and that did not arrive' };
    const isWhole = mark.values.length === values.length && mark.values.every((each, at) => isSame(each.to, values[at]!.to));
    return isWhole
      ? { state: 'applied', reason: 'it was cut off before it was seen whether its pods are well' }
      : {
          state: 'applied',
          reason: `it was cut off on the way, at ${mark.values.map(({ path, to }) => `${path} ${to}`).join(', ')}`,
        };
  }
  if (takingBack) return holds('from') ? { state: 'undone' } : { state: 'undo-refused', reason: 'somebody has changed it since' };
  // What takes back leaves no mark.
  if (kind === 'undo' || kind === 'wake') {
    if (holds('to')) return { state: 'applied', reason: 'it was cut off before it was seen whether its pods are well' };
    return { state: 'intended', reason: 'it was cut off, and the request did not arrive' };
  }
  if (holds('from')) return { state: 'intended', reason: 'it was cut off, and the request did not arrive' };
  return { state: 'intended', reason: 'it was cut off, and somebody has changed the object since' };
}
