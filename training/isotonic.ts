/** Isotonic calibration: what a score is worth as a probability, by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002). */

export interface Scored {
  readonly score: number;
  readonly right: boolean;
}

export interface Calibration {
  readonly logOdds: readonly number[];
  readonly probability: readonly number[];
}

interface Block {
  readonly scores: readonly number[];
  readonly right: number;
}

/** Blocks of fewer cases say more than they know. */
const LEAST_CASES = 40;

/** Nothing is more certain than what so many cases can show. */
const HIGHEST = 0.995;

/** Within a block the probability rises a little, by this part of what is left to the nearest neighbour, so that more evidence never counts for nothing. */
const RISE = 0.5;

export function fitIsotonic(cases: readonly Scored[]): Calibration {
  const blocks = pooled(
    atLeast(cases.toSorted((a, b) => a.score - b.score).map(({ score, right }) => ({ scores: [score], right: right ? 1 : 0 }))),
  );
  const levels = blocks.map(levelOf);
  const knots = blocks.flatMap(({ scores }, index): readonly (readonly [number, number])[] => {
    const level = levels[index]!;
    const room = Math.min(level - (levels[index - 1] ?? Number.NEGATIVE_INFINITY), (levels[index + 1] ?? 1) - level);
    const rise = (RISE * Math.max(0, room)) / 2;
    return [
      [scores[0]!, level - rise],
      [scores.at(-1)!, level + rise],
    ];
  });
  const rising = knots.filter(([score], index) => index === 0 || score > knots[index - 1]![0]);
  return { logOdds: rising.map(([score]) => score), probability: rising.map(([, probability]) => probability) };
}

/** Rule of succession by Jeffreys, so that a block without an error does not claim certainty. */
function levelOf({ scores, right }: Block): number {
  return Math.min(HIGHEST, (right + 0.5) / (scores.length + 1));
}

function joined(a: Block, b: Block): Block {
  return { scores: [...a.scores, ...b.scores], right: a.right + b.right };
}

/** Neighbours together until each block has enough cases; equal scores are never parted. */
function atLeast(cases: readonly Block[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const each of cases) {
    const last = blocks.at(-1);
    if (last && (last.scores.length < LEAST_CASES || last.scores.at(-1) === each.scores[0]))
      blocks[blocks.length - 1] = joined(last, each);
    else blocks.push(each);
  }
  const [last, before] = [blocks.at(-1), blocks.at(-2)];
  return last && before && last.scores.length < LEAST_CASES ? [...blocks.slice(0, -2), joined(before, last)] : blocks;
}

function pooled(blocks: readonly Block[]): readonly Block[] {
  const kept: Block[] = [];
  for (const each of blocks) {
    kept.push(each);
    while (kept.length > 1 && levelOf(kept.at(-2)!) >= levelOf(kept.at(-1)!)) {
      const last = kept.pop()!;
      kept.push(joined(kept.pop()!, last));
    }
  }
  return kept;
}
