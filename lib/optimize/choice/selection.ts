/** Sets of options, kept as a chain from the last decision to the first, so that many sets share their beginnings. */

import type { Group } from './options.ts';

/** A set with its sums. */
export interface Selection {
  readonly cents: number;
  readonly risk: number;
  readonly last?: { readonly group: number; readonly option: number; readonly before: Selection };
}

export const NOTHING_CHOSEN: Selection = { cents: 0, risk: 0 };

/** With another option of a group in place of one that is taken; −1: none. */
export function changed(before: Selection, groups: readonly Group[], group: number, from: number, to: number): Selection {
  const [old, next] = [groups[group]![from] ?? NOTHING_CHOSEN, groups[group]![to] ?? NOTHING_CHOSEN];
  return {
    cents: before.cents - old.cents + next.cents,
    risk: before.risk - old.risk + next.risk,
    last: { group, option: to, before },
  };
}

/** The option that is taken of each group; a later decision about a group stands for an earlier one. −1: none. */
export function optionsTaken(selection: Selection, groups: number): readonly number[] {
  const taken = new Array<number>(groups).fill(-1);
  const decided = new Set<number>();
  for (let at: Selection | undefined = selection; at?.last; at = at.last.before) {
    const { group, option } = at.last;
    if (!decided.has(group)) taken[group] = option;
    decided.add(group);
  }
  return taken;
}

/** Merges two lists in order of risk without what is dominated; both are in that order and without dominated ones. */
export function merged(a: readonly Selection[], b: readonly Selection[]): readonly Selection[] {
  const kept: Selection[] = [];
  let [i, j, most] = [0, 0, -1];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    const takesA = y === undefined || (x !== undefined && (x.risk < y.risk || (x.risk === y.risk && x.cents >= y.cents)));
    const next = takesA ? x! : y;
    if (takesA) i++;
    else j++;
    if (next.cents > most) {
      kept.push(next);
      most = next.cents;
    }
  }
  return kept;
}
