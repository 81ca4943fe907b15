/** The question of `history`: what was changed, and how it stands. Steps that were cut off are looked up on the objects. */

import { type TrackedChange, tracked } from '../../change/history.ts';
import type { JournaledChange } from '../../change/journal/records.ts';
import { ResourceIndex } from '../../change/resource-path.ts';
import { settle } from '../../change/settle.ts';
import type { KubeClient } from '../../kube/client.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { type ChangeRequest, isRunning, journaledChanges, journalFolder, withSession } from './session.ts';

export type { TrackedChange };

export interface HistoryRequest extends ChangeRequest {
  /** Id of the one that is meant; all where undefined. */
  readonly change: string | undefined;
}

/** Oldest first. Needs a cluster only where something was cut off. @throws UpidError change-missing, journal-unreadable */
export async function changeHistory(request: HistoryRequest): Promise<readonly TrackedChange[]> {
  const { runtime, change } = request;
  const changes = await journaledChanges(journalFolder(request), runtime);
  const isMeant = ({ id }: JournaledChange): boolean => change === undefined || id === change;
  if (change !== undefined && !changes.some(isMeant))
    throw new UpidError('change-missing', `the journal of this machine knows no change ${change}`, {
      remedy: 'history lists them',
    });
  const open = changes.filter((each) => isMeant(each) && isOpen(each) && !isRunning(each, runtime));
  const settled = open.length === 0 ? changes : await settleAll(changes, open, request);
  return tracked(settled, (each) => isRunning(each, runtime)).filter(isMeant);
}

function isOpen({ endedAtMs, steps }: JournaledChange): boolean {
  return endedAtMs === undefined || steps.some(({ state }) => state === 'sent');
}

async function settleAll(
  changes: readonly JournaledChange[],
  open: readonly JournaledChange[],
  request: ChangeRequest,
): Promise<readonly JournaledChange[]> {
  try {
    return await withSession(request, ({ client, cluster }) => {
      const index = new ResourceIndex(client);
      const isLookedUp = (change: JournaledChange): boolean => open.includes(change) && change.cluster.id === cluster.id;
      return Promise.all(changes.map((change) => (isLookedUp(change) ? settleChange(change, client, index) : change)));
    });
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    request.runtime.warn(`Warning: what became of steps that were cut off cannot be looked up: ${messageOf(error)}`);
    return changes;
  }
}

async function settleChange(change: JournaledChange, client: KubeClient, index: ResourceIndex): Promise<JournaledChange> {
  const steps = [];
  for (const step of change.steps) {
    const isUnknown = step.state === 'sent';
    steps.push(isUnknown ? { ...step, ...(await settle(client, index, change.id, step)) } : step);
  }
  return { ...change, steps };
}
