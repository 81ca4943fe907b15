/**
 * What a container needs by the learned peak of its coming week, from its hours: of memory all of them, of CPU without those in which
 * it was starting, which are told apart.
 */

import { backtestPeak, backtestText, type SizingBacktest } from '../../intelligence/sizing/backtest.ts';
import { basisText, isTooShortToSize, recommendPeak } from '../../intelligence/sizing/recommend.ts';
import type { SizingHistory } from '../../intelligence/sizing/window.ts';
import { HOUR, MINUTE } from '../../types/duration.ts';
import type { ReplayedHours } from '../../types/plan.ts';
import type { ContainerHours, ContainerUsage, SlotValues } from '../../types/usage.ts';
import type { LearnedPeaks } from '../context.ts';
import { type ResourceName, shown } from '../resource.ts';

export interface LearnedNeed {
  readonly amount: number;
  readonly rule: string;
  readonly evidence: string;
  /** Highest use that it was made from. */
  readonly highest: number;
  readonly usage: ContainerUsage;
  readonly replayed?: ReplayedHours;
}

/** Undefined where no source knows three days of hours. `startsMs`: when running instances of the container started. */
export function learnedNeed(
  resource: ResourceName,
  usages: readonly ContainerUsage[],
  { model, risk }: LearnedPeaks,
  startsMs: readonly number[],
): LearnedNeed | undefined {
  const known = usages.flatMap((usage) => {
    const history = usage.hours && historyOf(resource, usage.hours);
    return history === undefined ? [] : [{ usage, history }];
  });
  const sized = known
    .flatMap(({ usage, history }) => {
      const steady = resource === 'cpu' ? withoutStarts(history, usage.hours!, startsMs) : { history, starting: undefined };
      const size = recommendPeak(steady.history, risk, model);
      return isTooShortToSize(size) ? [] : [{ usage, ...steady, size }];
    })
    .toSorted((a, b) => b.size.hours - a.size.hours)[0];
  if (!sized) return undefined;
  const { usage, history, starting, size } = sized;
  const tested = backtestPeak(history, risk, model);
  const evidence = [
    `peak of ${percent(size.quantile)} of coming weeks, by ${basisText(size)}, highest ${shown(resource, size.highest)} (${usage.source})`,
    ...(tested ? [backtestText(tested)] : []),
    ...(starting !== undefined && starting > size.highest
      ? [`it has taken ${shown(resource, starting)} while it started, which is kept apart`]
      : []),
  ].join('; ');
  return {
    amount: size.value,
    rule: `peak quantile ${percent(size.quantile)} of weeks`,
    evidence,
    highest: size.highest,
    usage,
    ...(tested && { replayed: replayedIn(tested, usage.hours!) }),
  };
}

function replayedIn({ hours, exceededHours, fromHour, toHour }: SizingBacktest, { grid }: ContainerHours): ReplayedHours {
  const at = (hour: number): number => grid.startMs + hour * HOUR * 1000;
  return { hours, exceeded: exceededHours, fromMs: at(fromHour), toMs: at(toHour) };
}

function historyOf(resource: ResourceName, hours: ContainerHours): SizingHistory | undefined {
  const mean = resource === 'cpu' ? hours.cpuMeanCores : hours.memoryMeanBytes;
  const peak = resource === 'cpu' ? hours.cpuPeakCores : hours.memoryPeakBytes;
  const values = mean ?? peak;
  return values && { metric: resource, mean: values, ...(peak && { peak }) };
}

/** A start is over after so long; the hours that it touches are those of the start. */
const STARTING_MS = 10 * MINUTE * 1000;

interface WithoutStarts {
  readonly history: SizingHistory;
  /** Highest use in the hours that were left out. */
  readonly starting: number | undefined;
}

function withoutStarts(history: SizingHistory, { grid }: ContainerHours, startsMs: readonly number[]): WithoutStarts {
  const left = new Set(
    startsMs.flatMap((startMs) =>
      [startMs, startMs + STARTING_MS].map((atMs) => Math.floor((atMs - grid.startMs) / (HOUR * 1000))),
    ),
  );
  const peak = history.peak ?? history.mean;
  const starting = [...left].flatMap((hour) => (peak[hour] !== undefined && !Number.isNaN(peak[hour]) ? [peak[hour]] : []));
  const steady = (values: SlotValues): SlotValues => values.map((value, hour) => (left.has(hour) ? Number.NaN : value));
  return {
    history: { ...history, mean: steady(history.mean), ...(history.peak && { peak: steady(history.peak) }) },
    starting: starting.length === 0 ? undefined : Math.max(...starting),
  };
}

/** Days that are looked at for whether samples have become fewer. */
const RECENT_HOURS = 72;
const FEWER = 0.5;

/** Why the history of late does not show a lower need; undefined where it does. A container that runs seldom has few hours at all times. */
export function shrinkingSample(resource: ResourceName, { hours }: ContainerUsage): string | undefined {
  const history = hours && historyOf(resource, hours);
  const values = history && (history.peak ?? history.mean);
  if (!values || values.length < 2 * RECENT_HOURS) return undefined;
  const first = values.findIndex((value) => !Number.isNaN(value));
  const recent = measuredShare(values.subarray(values.length - RECENT_HOURS));
  const before = measuredShare(values.subarray(first, values.length - RECENT_HOURS));
  if (recent >= FEWER * before) return undefined;
  return `its samples have become fewer: of the last 72 hours ${Math.round(recent * RECENT_HOURS)} are known, before that ${percent(before)} of all`;
}

function measuredShare(values: SlotValues): number {
  return values.length === 0 ? 0 : values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0) / values.length;
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(1))} %`;
}
