/** A diagnosis as a list: one line for each check, with its remedy. */

import type { Check, Diagnosis } from '../../lib/types/doctor.ts';
import { plural } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

export const CHECK_COLUMNS: readonly Column<Check>[] = [
  { heading: 'CHECK', cell: ({ subject }) => subject, sortKey: ({ subject }) => subject },
  { heading: 'STATE', cell: ({ state }) => state, sortKey: ({ state }) => state },
  { heading: 'DETAIL', cell: detail, sortKey: detail },
];

export function doctorListing(diagnosis: Diagnosis): Listing<Check> {
  return {
    columns: CHECK_COLUMNS,
    rows: diagnosis.checks.map((value) => ({ value, item: checkItem(value, diagnosis.simulated) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'CheckList',
      metadata: {
        simulated: diagnosis.simulated,
        checkedAt: instant(diagnosis.checkedAtMs),
        context: diagnosis.context,
        server: diagnosis.server,
        healthy: isHealthy(diagnosis),
      },
      items,
    }),
    name: ({ subject }) => `check/${subject.replaceAll(': ', '-')}`,
    csvColumns: ['check', 'state', 'detail', 'remedy'],
  };
}

function checkItem({ subject, state, says, remedy, figures }: Check, simulated: boolean): JsonObject {
  return withoutAbsent({ check: subject, state, detail: says, remedy, figures, simulated }) as JsonObject;
}

function detail({ says, remedy }: Check): string {
  return remedy === undefined ? says : `${says}; ${remedy}`;
}

/** Nothing failed that a command cannot do without. */
export function isHealthy({ checks }: Diagnosis): boolean {
  return checks.every(({ state }) => state !== 'failed');
}

export function doctorNotes({ checks }: Diagnosis): readonly string[] {
  const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length;
  return [
    `${plural(checks.length, 'check')}: ${count('failed')} failed, ${plural(count('warning'), 'warning')}, ${count('skipped')} skipped`,
  ];
}
