/** Follows one object after a patch until its pods are there and stay, or until they show that they do not bear it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/client.ts';
import type { WrittenValue } from '../../types/change.ts';
import { formatDuration } from '../../types/duration.ts';
import { UpidError } from '../../types/errors.ts';
import type { ObjectReference } from '../../types/workload.ts';
import { readObject } from '../object.ts';
import { isSame, spoken, valueAt } from '../values.ts';
import { writerOf } from './field-owner.ts';
import { type PodFailure, type PodsBefore, podFailure, podsBefore } from './pod-failure.ts';
import { type Progress, progressOf } from './progress.ts';
import { listPods, podSelector } from './selector.ts';

/** How things stood before the first patch. */
export interface Before {
  readonly wanted: number;
  readonly available: number;
  readonly failure: string | undefined;
  /** Undefined: pods may not be listed, or the object has none. */
  readonly pods: PodsBefore | undefined;
}

export interface FollowOptions {
  readonly target: ObjectReference;
  readonly path: string;
  readonly before: Before;
  /** What must stay as it was written. */
  readonly values: readonly WrittenValue[];
  readonly timeoutSeconds: number;
  /** So long it is looked at after it is ready. */
  readonly settleSeconds: number;
  /** Ends the watch, not what is watched. */
  readonly signal: AbortSignal;
  readonly elapsed: () => number;
  /** Told what it is waiting for. */
  readonly onProgress: (says: string) => void;
}

export type Outcome =
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly reason: string }
  /** The values are no longer those that were written. */
  | { readonly state: 'replaced'; readonly reason: string }
  | { readonly state: 'interrupted'; readonly reason: string };

const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 2000;
/** A pod without a node is given so long for an autoscaler to bring one, at most half of the whole time. */
const UNSCHEDULABLE_SECONDS = 30;

export async function stateBefore(client: KubeClient, { namespace }: ObjectReference, object: unknown): Promise<Before> {
  const { wanted, available, failure } = progressOf(object);
  const selector = podSelector(object);
  const pods = selector === undefined ? undefined : await podsOrUndefined(client, namespace, selector);
  return { wanted, available, failure, pods: pods && podsBefore(pods) };
}

/** Requests that fail meanwhile are made again, until the time is over. */
export async function follow(client: KubeClient, options: FollowOptions): Promise<Outcome> {
  const { elapsed, signal, timeoutSeconds, settleSeconds } = options;
  const end = elapsed() + timeoutSeconds * 1000;
  let readySince: number | undefined;
  let unplacedSince: number | undefined;
  let says = 'it could not be looked at';
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLISECONDS)) {
    const seen = await look(client, options);
    if (seen !== undefined) {
      if ('outcome' in seen) return seen.outcome;
      const { progress, trouble } = seen;
      says = trouble?.reason ?? progress.says;
      options.onProgress(says);
      unplacedSince = trouble?.passing ? (unplacedSince ?? elapsed()) : undefined;
      const patience = Math.min(UNSCHEDULABLE_SECONDS, timeoutSeconds / 2) * 1000;
      const isFailing = trouble !== undefined && (!trouble.passing || elapsed() - unplacedSince! >= patience);
      if (isFailing) return { state: 'failed', reason: trouble.reason };
      readySince = isReady(progress, options.before) && trouble === undefined ? (readySince ?? elapsed()) : undefined;
      if (readySince !== undefined && elapsed() - readySince >= settleSeconds * 1000) return { state: 'ready' };
    }
    if (elapsed() >= end && readySince === undefined)
      return { state: 'failed', reason: `it was not ready within ${formatDuration(timeoutSeconds)}: ${says}` };
    if (signal.aborted) return { state: 'interrupted', reason: `it was not followed to its end: ${says}` };
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Who was not whole before need not become so by this change. */
function isReady({ settled, wanted, available }: Progress, before: Before): boolean {
  const needed = before.available < before.wanted ? Math.min(wanted, before.available) : wanted;
  return settled && available >= needed;
}

type Seen = { readonly outcome: Outcome } | { readonly progress: Progress; readonly trouble: PodFailure | undefined };

/** Undefined where nothing could be seen this time. */
async function look(client: KubeClient, { target, path, before, values }: FollowOptions): Promise<Seen | undefined> {
  let object: unknown;
  try {
    object = await readObject(client, path);
  } catch (error) {
    if (!(error instanceof UpidError)) throw error;
    return error.id === 'not-found' ? { outcome: { state: 'replaced', reason: 'it was deleted meanwhile' } } : undefined;
  }
  const lost = values.find(({ path: pointer, to }) => !isSame(valueAt(object, pointer), to));
  if (lost !== undefined) {
    const found = spoken(valueAt(object, lost.path));
    return { outcome: { state: 'replaced', reason: `${writerOf(object, lost.path)} set ${lost.path} to ${found} meanwhile` } };
  }
  const progress = progressOf(object);
  const selector = before.pods === undefined ? undefined : podSelector(object);
  const pods = selector === undefined ? undefined : await podsOrUndefined(client, target.namespace, selector);
  const trouble = pods && before.pods && podFailure(pods, before.pods);
  // Pods tell more than their controller does; and what it had to say before is no news.
  const own = progress.failure !== undefined && progress.failure !== before.failure;
  return { progress, trouble: trouble ?? (own ? { reason: progress.failure, passing: false } : undefined) };
}

async function podsOrUndefined(client: KubeClient, namespace: string, selector: string): Promise<readonly unknown[] | undefined> {
  try {
    return await listPods(client, namespace, selector);
  } catch (error) {
    if (error instanceof UpidError) return undefined;
    throw error;
  }
}
