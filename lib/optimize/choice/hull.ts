/**
 * Steps from nothing to everything, each group along its convex hull, in order of risk per cent: each set on the way is optimal, as
 * no other one saves more at no more risk (the extreme supported points; for one constraint the linear relaxation of the multiple-choice knapsack, Sinha & Zoltners 1979).
 */

import type { Group } from './options.ts';
import { changed, NOTHING_CHOSEN, type Selection } from './selection.ts';

export interface Step {
  readonly group: number;
  readonly option: number;
  /** Risk ÷ cents that it adds to the step before it of the same group. */
  readonly slope: number;
}

export function hullSteps(groups: readonly Group[]): readonly Step[] {
  return groups.flatMap((group, at) => stepsOf(group, at)).toSorted((a, b) => a.slope - b.slope || a.group - b.group);
}

function stepsOf(group: Group, at: number): readonly Step[] {
  const steps: Step[] = [];
  let [cents, risk] = [0, 0];
  for (;;) {
    let best: Step | undefined;
    for (const [option, each] of group.entries()) {
      if (each.cents <= cents) continue;
      const slope = (each.risk - risk) / (each.cents - cents);
      if (best === undefined || slope < best.slope || (slope === best.slope && each.cents > group[best.option]!.cents))
        best = { group: at, option, slope };
    }
    if (best === undefined) return steps;
    steps.push(best);
    ({ cents, risk } = group[best.option]!);
  }
}

/** The sets on the way, the first being nothing at all; steps of the same slope are taken one by one. */
export function supportedSets(groups: readonly Group[], steps: readonly Step[]): readonly Selection[] {
  const current = new Map<number, number>();
  let set: Selection = NOTHING_CHOSEN;
  return [
    set,
    ...steps.map(({ group, option }) => {
      set = changed(set, groups, group, current.get(group) ?? -1, option);
      current.set(group, option);
      return set;
    }),
  ];
}
