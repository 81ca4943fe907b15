/** Risk that lies in what was measured: for how long, and how far what is proposed stays above it. */

import { DAY, formatAge } from '../../types/duration.ts';
import type { RiskFactor, ValueChange } from '../../types/plan.ts';
import { formatCores, formatMebibytes, parseQuantity } from '../../types/quantity.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { Subject } from './subject.ts';
import { WEIGHTS } from './weights.ts';

/** Of a right-sizing: the container that is known for the shortest time counts. */
export function coverage({ proposal, usages }: Subject): readonly RiskFactor[] {
  if (proposal.kind !== 'rightsize') return [];
  const names = [...new Set(proposal.changes.flatMap(({ container }) => container ?? []))];
  const periods = names.map((name) => Math.max(0, ...usages.filter(({ container }) => container === name).map(secondsOf)));
  const seconds = Math.min(...periods);
  if (!Number.isFinite(seconds)) return [];
  return [
    {
      name: 'history',
      logOdds: byHalving(seconds / DAY, WEIGHTS.historyDays),
      evidence: seconds === 0 ? 'no history of its use' : `${formatAge(seconds)} of history`,
    },
  ];
}

/** Each halving below `usual` days counts against, each doubling above it for the change. */
export function byHalving(days: number, usual: number): number {
  const halvings = Math.log2(usual / Math.max(days, 1 / 24));
  return Math.min(WEIGHTS.historyMost, Math.max(WEIGHTS.historyLeast, WEIGHTS.historyPerHalving * halvings));
}

function secondsOf({ fromMs, toMs }: ContainerUsage): number {
  return (toMs - fromMs) / 1000;
}

/** The tightest of the values that are lowered. */
export function headroom({ proposal, usages }: Subject): readonly RiskFactor[] {
  if (proposal.kind !== 'rightsize') return [];
  const requests = proposal.changes.filter(({ field }) => field === 'requests.cpu' || field === 'requests.memory');
  const lowered = requests.filter(isLowered);
  if (lowered.length === 0) {
    return requests.length === 0
      ? []
      : [{ name: 'only grows', logOdds: WEIGHTS.onlyGrows, evidence: 'nothing that is held is taken away' }];
  }
  const factors = lowered.flatMap((change) => headroomOf(change, usages));
  return factors.toSorted((a, b) => b.logOdds - a.logOdds).slice(0, 1);
}

function isLowered({ from, to }: ValueChange): boolean {
  const was = from === undefined ? undefined : parseQuantity(from);
  return was !== undefined && parseQuantity(to)! < was;
}

function headroomOf({ container, field, to }: ValueChange, usages: readonly ContainerUsage[]): readonly RiskFactor[] {
  const isMemory = field === 'requests.memory';
  const peaks = usages
    .filter((usage) => usage.container === container)
    .flatMap(({ memoryPeakBytes, cpuP99Cores }) => (isMemory ? memoryPeakBytes : cpuP99Cores) ?? []);
  const peak = Math.max(0, ...peaks);
  if (peak === 0) return [];
  const share = parseQuantity(to)! / peak - 1;
  const perTenth = isMemory ? WEIGHTS.memoryHeadroomPerTenth : WEIGHTS.cpuHeadroomPerTenth;
  const logOdds = ((WEIGHTS.usualHeadroom - share) / 0.1) * perTenth;
  const seen = isMemory ? formatMebibytes(peak) : formatCores(peak);
  const side = share < 0 ? 'below' : 'above';
  return [
    {
      name: isMemory ? 'memory headroom' : 'CPU headroom',
      logOdds: Math.min(WEIGHTS.headroomMost, Math.max(WEIGHTS.headroomLeast, logOdds)),
      evidence: `${container}: ${to} is ${Math.round(Math.abs(share) * 100)} % ${side} ${isMemory ? 'the highest use' : 'the 99th percentile of the peaks'} that was seen (${seen})`,
    },
  ];
}
