/** How a change is asked for, and what becomes of it. */

import type { ChangeAction, ChangeStep, StepState, Untouched, WrittenValue } from '../../types/change.ts';
import { type ClusterIdentity, type ObjectReference, objectName } from '../../types/workload.ts';

export { isStanding } from '../../change/history.ts';

/** How a change is carried out. */
export interface CarryingOptions {
  readonly dryRun: 'none' | 'client' | 'server';
  readonly atomic: boolean;
  /** Brings values back over those of somebody else; with apply, changes of a high risk too. */
  readonly force: boolean;
  /** Until the pods of one object must be ready. */
  readonly timeoutSeconds: number;
  /** So long they must stay so. */
  readonly settleSeconds: number;
  /** Asked before the first write, with what is going to be written. */
  readonly confirm: (lines: readonly string[]) => Promise<boolean>;
}

/** One object in the result of a run. */
export interface ChangedObject {
  readonly target: ObjectReference;
  readonly kind: ChangeStep['kind'];
  /** `accepted`: the server would take it (dry-run); `presumed`: it was not asked. */
  readonly state: StepState | Untouched['state'] | 'accepted' | 'presumed';
  readonly reason?: string;
  readonly values: readonly WrittenValue[];
  /** What is to be carried out elsewhere instead. */
  readonly text?: string;
}

export interface ChangeResult {
  readonly cluster: ClusterIdentity;
  readonly action: ChangeAction;
  readonly dryRun: CarryingOptions['dryRun'];
  /** Ids of the changes that were made; empty where nothing was written. */
  readonly changes: readonly string[];
  readonly objects: readonly ChangedObject[];
}

/** Objects of a result that are not as they were wanted. */
export function isUnfinished({ state }: Pick<ChangedObject, 'state'>): boolean {
  return ['refused', 'undone', 'undo-refused', 'sent', 'intended'].includes(state);
}

/** `shop/deployment.apps/web`. */
export function nameInPlace(target: ObjectReference): string {
  return target.namespace === '' ? objectName(target) : `${target.namespace}/${objectName(target)}`;
}

/** `/spec/replicas 3 -> 0`. */
export function valuesText(values: readonly WrittenValue[]): string {
  const said = (value: unknown): string =>
    value === undefined ? 'unset' : typeof value === 'string' ? value : JSON.stringify(value);
  return values.map(({ path, from, to }) => `${path} ${said(from)} -> ${said(to)}`).join(', ');
}
