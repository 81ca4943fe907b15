/** Three points of a front by name. */

import type { Selection } from './selection.ts';

export interface NamedPoints {
  /** Saves most of what has at most half the risk of `balanced`. */
  readonly conservative: Selection;
  /** The knee: farthest above the straight line between the ends of the front, both axes scaled to it (Das 1999). */
  readonly balanced: Selection;
  /** Saves most. */
  readonly aggressive: Selection;
}

/** @param points a front, as `paretoFront` gives it: at least one */
export function namedPoints(points: readonly Selection[]): NamedPoints {
  const aggressive = points.at(-1)!;
  const height = ({ cents, risk }: Selection): number =>
    (aggressive.cents > 0 ? cents / aggressive.cents : 0) - (aggressive.risk > 0 ? risk / aggressive.risk : 0);
  const balanced = points.reduce((best, point) => (height(point) > height(best) + 1e-12 ? point : best), aggressive);
  return { conservative: points.findLast(({ risk }) => risk <= balanced.risk / 2) ?? balanced, balanced, aggressive };
}
