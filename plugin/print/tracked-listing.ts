/** Changes as `history` lists them, and the objects of one. */

import type { TrackedChange } from '../../lib/operations/change/history.ts';
import { isStanding, valuesText } from '../../lib/operations/change/result.ts';
import type { ChangeStep } from '../../lib/types/change.ts';
import { OBJECT_COLUMNS, OBJECT_CSV_COLUMNS, undoNote } from './changed-listing.ts';
import { orNone, plural, typeAndName } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Listing } from './listing.ts';

export function trackedListing(changes: readonly TrackedChange[]): Listing<TrackedChange> {
  return {
    columns: [
      { heading: 'CHANGE', cell: ({ id }) => id, sortKey: ({ id }) => id, ascending: true },
      { heading: 'ACTION', cell: ({ action }) => action, sortKey: ({ action }) => action },
      { heading: 'STATE', cell: ({ state }) => state, sortKey: ({ state }) => state },
      { heading: 'OBJECTS', cell: ({ steps }) => String(steps.length), sortKey: ({ steps }) => steps.length },
      {
        heading: 'STARTED',
        cell: ({ startedAtMs }) => instant(startedAtMs),
        sortKey: ({ startedAtMs }) => startedAtMs,
        ascending: true,
      },
      { heading: 'BY', cell: ({ by }) => by.kubernetes || by.local, sortKey: ({ by }) => by.kubernetes },
      { heading: 'UNDOES', cell: ({ undoes }) => orNone(undoes, String), sortKey: ({ undoes }) => undoes },
      { heading: 'CONTEXT', cell: ({ cluster }) => cluster.context, sortKey: ({ cluster }) => cluster.context, wide: true },
    ],
    rows: changes.map((value) => ({ value, item: changeItem(value) })),
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'ChangeList', metadata: {}, items }),
    name: ({ id }) => `change/${id}`,
    csvColumns: ['id', 'action', 'state', 'startedAt', 'endedAt', 'undoes', 'context'],
  };
}

function changeItem({
  id,
  action,
  state,
  cluster,
  by,
  startedAtMs,
  endedAtMs,
  undoes,
  steps,
  version,
}: TrackedChange): JsonObject {
  return withoutAbsent({
    id,
    action,
    state,
    startedAt: instant(startedAtMs),
    endedAt: endedAtMs === undefined ? undefined : instant(endedAtMs),
    undoes,
    cluster: cluster.id,
    context: cluster.context,
    server: cluster.server,
    simulated: cluster.simulated,
    kubernetesUser: by.kubernetes,
    localUser: by.local,
    version,
    steps: steps.map(stepItem),
  }) as JsonObject;
}

function stepItem({
  target,
  kind,
  state,
  reason,
  values,
  patch,
  undo,
  stages,
  stagesDone,
  continues,
  atMs,
}: ChangeStep): JsonObject {
  return withoutAbsent({
    ...target,
    action: kind,
    state,
    reason,
    at: instant(atMs),
    values,
    patch,
    undo,
    stages,
    stagesDone,
    continues,
  }) as JsonObject;
}

export function stepListing(change: TrackedChange): Listing<ChangeStep> {
  return {
    columns: [
      ...OBJECT_COLUMNS,
      { heading: 'CHANGE', cell: ({ values }) => valuesText(values), sortKey: ({ values }) => values.length },
      { heading: 'REASON', cell: ({ reason }) => orNone(reason, String), sortKey: ({ reason }) => reason },
    ],
    rows: change.steps.map((value) => ({ value, item: stepItem(value) })),
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'ChangeStepList', metadata: {}, items }),
    name: ({ target }) => typeAndName(target),
    csvColumns: OBJECT_CSV_COLUMNS,
  };
}

export function historyNotes(
  { id, action, state, startedAtMs, by, steps }: TrackedChange,
  programName: string,
  demo: boolean,
): readonly string[] {
  const undoable = action !== 'rollback' && steps.some(isStanding);
  const who = by.kubernetes || by.local;
  return [
    `${action} of ${plural(steps.length, 'object')} at ${instant(startedAtMs)}${who === '' ? '' : ` by ${who}`}: ${state}`,
    ...(undoable ? [undoNote(id, programName, demo)] : []),
  ];
}
