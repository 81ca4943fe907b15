/**
 * What would change a verdict. Nothing is reasoned about the rule: each answer is the judge's own, asked again in a world in
 * which one thing is otherwise (Wachter, Mittelstadt & Russell 2017, "Counterfactual explanations").
 */

import { DAY } from '../../types/duration.ts';
import type { ConfidenceSum, FactorEffect, Keeper, Moment, Outlook } from '../../types/explanation.ts';
import type { Factor, FactorName, IdleFinding } from '../../types/idle.ts';
import { idleLogOdds, idleProbability } from './confidence.ts';
import { standbyReason } from './standby.ts';
import { ofActive, ofIdle, ofUnknown } from './suppositions.ts';
import { afterwards, judged, later, signalsOf, type World } from './world.ts';

/** The moment of a change is found to this, seconds: as fine as evidence usually comes. */
const RESOLUTION_SECONDS = 300;

/** Past this without a sample no evidence holds. */
const UNMEASURED_SECONDS = 4 * DAY;

/** After the last use that counts, business hours may be a long weekend away. */
const BEYOND_EARLIER_USE = 4 * DAY;

/** @param finding the judge's answer in this world */
export function outlookOf(world: World, finding: IdleFinding): Outlook {
  switch (finding.verdict) {
    case 'idle': {
      const gone = unmeasured(world);
      return { keepers: [], suppositions: ofIdle(world, finding), ...(gone && { unmeasured: gone }) };
    }
    case 'active':
      return { keepers: keepersOf(world, finding), suppositions: ofActive(world, finding), ...waiting(world) };
    case 'unknown':
      return { keepers: [], suppositions: ofUnknown(world, finding), ...waiting(world) };
  }
}

/** The confidence without each part it is made of, all else equal. */
export function effectsOf({ factors }: IdleFinding): readonly FactorEffect[] {
  const shares = factors.flatMap(({ factor, share }) => (share === undefined ? [] : [{ factor, share }]));
  return shares.map((each) => {
    const others = shares.filter((other) => other !== each).map(({ share }) => share);
    return { ...each, confidenceWithout: idleProbability(others) };
  });
}

/** How the shares make the confidence; undefined where the finding tells none. */
export function confidenceSumOf({ factors }: IdleFinding): ConfidenceSum | undefined {
  const shares = factors.flatMap(({ share }) => (share === undefined ? [] : [share]));
  if (shares.length === 0) return undefined;
  const { intercept, sum } = idleLogOdds(shares);
  return { intercept, logOdds: sum, uncalibrated: 1 / (1 + Math.exp(-sum)) };
}

/** What speaks against idleness, the strongest first. High memory alone does not. */
function keepersOf(world: World, { factors, lastUsedMs }: IdleFinding): readonly Keeper[] {
  const { nowMs } = world.context;
  const standby = standbyReason(signalsOf(world), world.context);
  const refuting = factors.filter(({ factor, state }) => state === 'refutes' && factor !== 'memory');
  const keepers = refuting.map((factor): Keeper => {
    const { value, threshold, unit, quietSeconds } = factor;
    const last =
      factor.factor === 'earlier-use' ? lastUsedMs : quietSeconds === undefined ? undefined : nowMs - quietSeconds * 1000;
    const quietFrom = factor.factor === 'life' ? undefined : firstMoment(world, horizonOf(world), supports(factor.factor));
    return {
      factor: factor.factor,
      evidence: factor.evidence,
      ...(value !== undefined && factor.factor !== 'earlier-use' && { value }),
      ...(threshold !== undefined && { threshold }),
      ...(unit !== undefined && value !== undefined && factor.factor !== 'earlier-use' && { unit }),
      ...(value !== undefined && threshold !== undefined && threshold > 0 && { times: value / threshold }),
      ...(last !== undefined && { lastMs: last }),
      ...(quietFrom && { quietFromMs: nowMs + quietFrom * 1000 }),
    };
  });
  return [
    ...(standby === undefined ? [] : [{ evidence: standby }]),
    ...keepers.toSorted((a, b) => (b.times ?? 0) - (a.times ?? 0)),
  ];
}

function supports(name: FactorName): (finding: IdleFinding) => boolean {
  return ({ factors }) => factors.some(({ factor, state }) => factor === name && state !== 'refutes');
}

function waiting(world: World): Pick<Outlook, 'idleFrom' | 'neverIdle'> {
  const seconds = firstMoment(world, horizonOf(world), ({ verdict }) => verdict === 'idle');
  if (seconds === undefined) {
    return { neverIdle: judged(later(world, horizonOf(world))).reason };
  }
  const after = judged(later(world, seconds));
  const before = judged(later(world, Math.max(0, seconds - 2 * RESOLUTION_SECONDS)));
  const turned = after.factors.find(
    ({ factor, state }) => state === 'supports' && before.factors.find((each) => each.factor === factor)?.state !== 'supports',
  );
  return { idleFrom: momentOf(world, seconds, after, turned, turned?.evidence ?? `until then ${before.reason}`) };
}

/** When the verdict idle ends without another sample. */
function unmeasured(world: World): Moment | undefined {
  const ends = firstMoment(world, UNMEASURED_SECONDS, ({ verdict }) => verdict !== 'idle', afterwards);
  if (ends === undefined) return undefined;
  const after = judged(afterwards(world, ends));
  return momentOf(world, ends, after, undefined, after.reason);
}

function momentOf(
  { context }: World,
  seconds: number,
  { verdict, confidence }: IdleFinding,
  factor: Factor | undefined,
  evidence: string,
): Moment {
  return { atMs: context.nowMs + seconds * 1000, verdict, confidence, ...(factor && { factor: factor.factor }), evidence };
}

function horizonOf({ context }: World): number {
  return Math.max(context.settings.earlierUseSeconds, context.settings.windowSeconds) + BEYOND_EARLIER_USE;
}

/** The first moment from which on something holds, by bisection; undefined where it does not at the horizon. What has begun to hold goes on to. */
function firstMoment(
  world: World,
  horizonSeconds: number,
  holds: (finding: IdleFinding) => boolean,
  advance: (world: World, seconds: number) => World = later,
): number | undefined {
  const at = (seconds: number): boolean => holds(judged(advance(world, seconds)));
  if (!at(horizonSeconds)) return undefined;
  let low = 0;
  let high = Math.ceil(horizonSeconds / RESOLUTION_SECONDS);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(middle * RESOLUTION_SECONDS)) high = middle;
    else low = middle;
  }
  return high * RESOLUTION_SECONDS;
}
