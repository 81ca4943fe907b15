/**
 * The set that saves at least so much at the least risk: a multiple-choice knapsack, solved exactly by dynamic programming over the
 * groups whose choice is open, with bounds of the linear relaxation (after Pisinger 1995, "A minimal algorithm for the multiple-choice knapsack problem").
 */

import { hullSteps } from './hull.ts';
import type { Group } from './options.ts';
import { changed, merged, NOTHING_CHOSEN, type Selection } from './selection.ts';

export interface LeastRisk {
  readonly selection: Selection;
  /** No set that saves as much has a risk that is smaller by more than this; 0: it is proved to be the best. */
  readonly gap: number;
}

/** Sets that are looked at in one step at most. */
const MOST_SETS = 50_000;

/** Undefined where all options together save less. @param cents at least so much is saved */
export function leastRisk(groups: readonly Group[], cents: number, mostSets = MOST_SETS): LeastRisk | undefined {
  if (cents <= 0) return { selection: NOTHING_CHOSEN, gap: 0 };
  const relaxed = relaxation(groups, cents);
  if (relaxed === undefined) return undefined;
  const { base, lambda, taken } = relaxed;
  // Any set S of at least these savings: risk(S) ≥ risk(S) − λ·(cents(S) − cents), which is smallest for the base set.
  const bound = ({ risk, cents: saved }: Selection): number => risk - lambda * (saved - cents);
  let best = relaxed.feasible;
  let states: readonly Selection[] = [base];
  let cut = Number.POSITIVE_INFINITY;
  for (const group of openGroups(groups, taken, lambda, best.risk - bound(base))) {
    const own = states;
    for (const option of optionsOf(groups[group]!)) {
      if (option === taken[group]) continue;
      const others = own.map((state) => changed(state, groups, group, taken[group]!, option));
      states = merged(states, others);
    }
    for (const state of states) if (state.cents >= cents && state.risk < best.risk) best = state;
    states = states.filter((state) => isOpen(bound(state), best.risk));
    if (states.length > mostSets) {
      const kept = states.toSorted((a, b) => bound(a) - bound(b)).slice(0, mostSets);
      const left = new Set(kept);
      cut = states.reduce((least, state) => (left.has(state) ? least : Math.min(least, bound(state))), cut);
      states = states.filter((state) => left.has(state));
    }
  }
  return { selection: best, gap: cut < best.risk ? best.risk - Math.max(0, Math.ceil(cut - DUST)) : 0 };
}

/** Risks are whole, so that a set must better the best one by one at least. */
const DUST = 1e-6;

function isOpen(bound: number, best: number): boolean {
  return bound <= best - 1 + DUST;
}

interface Relaxation {
  /** The steps of the hull up to where they just save too little. */
  readonly base: Selection;
  readonly taken: readonly number[];
  /** Risk per cent of the step that is missing. */
  readonly lambda: number;
  /** With that step: saves enough. */
  readonly feasible: Selection;
}

function relaxation(groups: readonly Group[], cents: number): Relaxation | undefined {
  const taken = new Array<number>(groups.length).fill(-1);
  let base: Selection = NOTHING_CHOSEN;
  for (const { group, option, slope } of hullSteps(groups)) {
    const next = changed(base, groups, group, taken[group]!, option);
    if (next.cents >= cents) return { base, taken, lambda: slope, feasible: next };
    base = next;
    taken[group] = option;
  }
  return undefined;
}

/**
 * Groups of which another option than the base's could be in a better set, those first for which this costs least. For the others
 * that alone would raise the bound to the best that is known.
 */
function openGroups(groups: readonly Group[], taken: readonly number[], lambda: number, slack: number): readonly number[] {
  const costs = groups.map((group, at) => {
    const reduced = (option: number): number => (group[option]?.risk ?? 0) - lambda * (group[option]?.cents ?? 0);
    const others = optionsOf(group).filter((option) => option !== taken[at]);
    return Math.min(...others.map(reduced)) - reduced(taken[at]!);
  });
  return groups
    .map((_, at) => at)
    .filter((at) => isOpen(costs[at]!, slack))
    .sort((a, b) => costs[a]! - costs[b]! || a - b);
}

/** −1: none. */
function optionsOf(group: Group): readonly number[] {
  return [-1, ...group.keys()];
}
