/** One object of a cluster, read and written: how a patch gets there although answers are lost and objects move. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube/client.ts';
import { StatusError } from '../kube/status-error.ts';
import { UpidError } from '../types/errors.ts';
import type { JsonPatchOperation } from '../types/plan.ts';
import { FIELD_MANAGER } from './dry-run.ts';
import { CHANGE_ANNOTATION, type Mark, markOperations, marksOf } from './mark.ts';

/** Traffic is counted under this name. */
export const SOURCE = 'change';

/** What an object's next patch is, made from the object as it stands. */
export type Proposal =
  | { readonly patch: readonly JsonPatchOperation[] }
  /** It is so already. */
  | { readonly done: true }
  /** Why it may not be written, in one sentence. */
  | { readonly refused: string };

export interface Write {
  readonly path: string;
  readonly propose: (object: unknown) => Proposal;
  /** The annotation's marks after it. */
  readonly marks: (present: readonly Mark[]) => readonly Mark[];
}

export type Written =
  | { readonly state: 'applied' | 'unchanged'; readonly object: unknown }
  | { readonly state: 'refused'; readonly reason: string }
  /** The server was asked, and neither its answer nor the object could be had. */
  | { readonly state: 'unknown'; readonly reason: string };

/** Objects are written by their controllers too: so often a patch is made anew. */
const ATTEMPTS = 10;
const PAUSE_MILLISECONDS = 200;
/** Of one request; a patch takes milliseconds. */
const TIMEOUT_SECONDS = 30;

/** @throws UpidError as `KubeClient.getJson` */
export function readObject(client: KubeClient, path: string, signal?: AbortSignal): Promise<unknown> {
  return client.getJson(path, { source: SOURCE, timeoutSeconds: TIMEOUT_SECONDS, ...(signal && { signal }) });
}

/** The patch that brings the object there, with its mark; undefined where it is there already. */
export function patchOf(write: Write, object: unknown): { readonly patch: readonly JsonPatchOperation[] } | { refused: string } {
  const marks = marksOf(object);
  if (marks === undefined)
    return { refused: `its annotation ${CHANGE_ANNOTATION} holds something that this program has not written` };
  const proposal = write.propose(object);
  if ('refused' in proposal) return proposal;
  const values = 'patch' in proposal ? proposal.patch : [];
  const wanted = write.marks(marks);
  return { patch: [...values, ...(JSON.stringify(wanted) === JSON.stringify(marks) ? [] : markOperations(object, wanted))] };
}

/**
 * Brings the object there. Each patch tests what it presumes, so that one that arrives late or twice changes nothing. It is not
 * interrupted: whoever asks for a write learns what became of it.
 */
export async function writeObject(client: KubeClient, write: Write): Promise<Written> {
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(PAUSE_MILLISECONDS * Math.min(attempt, 5));
    try {
      const object = await readObject(client, write.path);
      const made = patchOf(write, object);
      if ('refused' in made) return { state: 'refused', reason: made.refused };
      if (made.patch.length === 0) return { state: attempt === 0 ? 'unchanged' : 'applied', object };
      return { state: 'applied', object: await sendPatch(client, write.path, made.patch) };
    } catch (error) {
      if (!(error instanceof UpidError)) throw error;
      reason = error.message;
      if (!isMoved(error) && !isUndecided(error)) return { state: 'refused', reason: refusalOf(error) };
    }
  }
  return { state: 'unknown', reason: `no answer that tells whether it was changed: ${reason}` };
}

function sendPatch(client: KubeClient, path: string, patch: readonly JsonPatchOperation[]): Promise<unknown> {
  return client.send('PATCH', path, patch, {
    source: SOURCE,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/json-patch+json',
    timeoutSeconds: TIMEOUT_SECONDS,
  });
}

/** 409, and 422 for a test that does not hold any more; what a validation refuses names the object, the kind and the cause. */
function isMoved(error: UpidError): boolean {
  if (!(error instanceof StatusError)) return false;
  return (
    error.status === 409 || (error.status === 422 && /rejected our request due to an error in our request/.test(error.message))
  );
}

/** Whether it was changed cannot be told from the answer. */
function isUndecided(error: UpidError): boolean {
  if (error instanceof StatusError) return error.status === 429 || error.status >= 500;
  return ['cluster-unreachable', 'cluster-timeout', 'server-error'].includes(error.id);
}

/** Why one object was not read or written, in one sentence. */
export function refusalOf(error: UpidError): string {
  return error.id === 'not-found' ? 'it is gone' : error.message;
}
