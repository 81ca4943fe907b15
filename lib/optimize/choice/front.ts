/**
 * The Pareto front of savings and risk: every set than which no other one saves more at no more risk. Complete by dynamic programming
 * (Nemhauser & Ullmann 1969) where it is short; where it is long, its extreme points, which are on it too, with how much may lie between them.
 */

import { hullSteps, supportedSets } from './hull.ts';
import type { Group } from './options.ts';
import { changed, merged, NOTHING_CHOSEN, type Selection } from './selection.ts';

export interface Front {
  /** From nothing at all to the largest savings; both savings and risk rise. */
  readonly points: readonly Selection[];
  /** True: there is no other point. */
  readonly complete: boolean;
  /** Cents that a set between two points can save more than the lower of them, at most; 0 where it is complete. */
  readonly gap: number;
}

const MOST_POINTS = 4000;

export function paretoFront(groups: readonly Group[], mostPoints = MOST_POINTS): Front {
  let points: readonly Selection[] = [NOTHING_CHOSEN];
  for (const [group, options] of groups.entries()) {
    const own = points;
    for (const option of options.keys())
      points = merged(
        points,
        own.map((point) => changed(point, groups, group, -1, option)),
      );
    if (points.length > mostPoints) return supportedFront(groups);
  }
  return { points, complete: true, gap: 0 };
}

function supportedFront(groups: readonly Group[]): Front {
  const points = supportedSets(groups, hullSteps(groups));
  const gap = points.slice(1).reduce((most, point, at) => Math.max(most, point.cents - points[at]!.cents), 0);
  return { points: merged(points, []), complete: false, gap };
}
