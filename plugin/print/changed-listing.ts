/** What became of each object of a change, and how it is taken back. */

import {
  type ChangedObject,
  type ChangeResult,
  isUnfinished,
  nameInPlace,
  valuesText,
} from '../../lib/operations/change/result.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { objectName } from '../../lib/types/workload.ts';
import { orNone, plural, typeAndName } from './figures.ts';
import { type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

/** Which object, what was to be done with it, and how it stands: of a run and of history. */
export const OBJECT_COLUMNS: readonly Column<Pick<ChangedObject, 'target' | 'kind' | 'state'>>[] = [
  { heading: 'NAMESPACE', cell: ({ target }) => target.namespace, sortKey: ({ target }) => target.namespace },
  { heading: 'NAME', cell: ({ target }) => typeAndName(target), sortKey: ({ target }) => target.name },
  { heading: 'ACTION', cell: ({ kind }) => kind, sortKey: ({ kind }) => kind },
  { heading: 'STATE', cell: ({ state }) => state, sortKey: ({ state }) => state },
];

export const OBJECT_CSV_COLUMNS: readonly string[] = ['namespace', 'kind', 'name', 'action', 'state', 'reason'];

export function changedListing(result: ChangeResult): Listing<ChangedObject> {
  const { cluster, action, dryRun, changes, objects } = result;
  return {
    columns: [
      ...OBJECT_COLUMNS,
      {
        heading: 'CHANGE',
        cell: ({ values }) => (values.length === 0 ? '<none>' : valuesText(values)),
        sortKey: ({ values }) => values.length,
      },
      { heading: 'REASON', cell: ({ reason }) => orNone(reason, String), sortKey: ({ reason }) => reason },
    ],
    rows: objects.map((value) => ({ value, item: changedItem(value, cluster.simulated) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'ChangeResultList',
      metadata: {
        cluster: cluster.id,
        context: cluster.context,
        server: cluster.server,
        simulated: cluster.simulated,
        action,
        dryRun,
        changes,
      },
      items,
    }),
    name: ({ target }) => objectName(target),
    csvColumns: OBJECT_CSV_COLUMNS,
  };
}

function changedItem({ target, kind, state, reason, values, text }: ChangedObject, simulated: boolean): JsonObject {
  return withoutAbsent({ ...target, action: kind, state, reason, values, emitted: text, simulated }) as JsonObject;
}

/** What is to be carried out elsewhere, below the table. */
export function emittedTexts({ objects }: ChangeResult): readonly string[] {
  return objects.flatMap(({ target, reason, text }) =>
    text === undefined ? [] : [`\n# ${nameInPlace(target)}: ${reason ?? ''}\n${text.endsWith('\n') ? text : `${text}\n`}`],
  );
}

/** The command that takes a change back. */
export function undoNote(change: string, programName: string, demo: boolean): string {
  return `To undo: ${programName} rollback ${change}${demo ? ' --demo' : ''}`;
}

export function resultNotes({ changes, objects, dryRun }: ChangeResult, programName: string, demo: boolean): readonly string[] {
  if (dryRun !== 'none') return ['Nothing was changed (--dry-run)'];
  if (changes.length === 0) return ['Nothing was changed'];
  const good = objects.filter(({ state }) => state === 'verified' || state === 'applied').length;
  return [`${plural(good, 'object')} changed`, ...changes.map((id) => undoNote(id, programName, demo))];
}

/** What to fail with; undefined where every object is as it was wanted. */
export function unfinished({ objects }: ChangeResult): UpidError | undefined {
  const failed = objects.filter(isUnfinished);
  const [first] = failed;
  if (first === undefined) return undefined;
  const which = `${nameInPlace(first.target)} is ${first.state}${first.reason === undefined ? '' : `: ${first.reason}`}`;
  const others = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
  return new UpidError('change-incomplete', `${which}${others}`);
}
