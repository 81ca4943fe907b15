/** Suppositions: one thing is otherwise, and the judge is asked again. Of samples to come, of what was, and of evidence that is missing. */

import { DAY, formatAge } from '../../types/duration.ts';
import type { Supposition } from '../../types/explanation.ts';
import type { Factor, FactorName, IdleFinding, MissingEvidence } from '../../types/idle.ts';
import { formatBytesPerSecond } from '../../types/quantity.ts';
import type { WorkloadUsage } from '../../types/usage.ts';
import { cpuThreshold } from './cpu.ts';
import { excessRule } from './excess.ts';
import { cores, percent } from './factor.ts';
import { networkThreshold } from './network.ts';
import { standbyReason } from './standby.ts';
import {
  BUSY_FRACTION,
  judged,
  later,
  measured,
  next,
  quieted,
  type Signal,
  settled,
  signalsOf,
  type World,
  withAllRead,
  withoutSource,
  withoutStandby,
  withPods,
} from './world.ts';

/** What would turn the verdict idle, or make it more or less sure. */
export function ofIdle(world: World, finding: IdleFinding): readonly Supposition[] {
  return [
    ...samplesToCome(world, finding),
    ...podsToCome(world),
    ...sourcesGone(world),
    suppose('it stayed as quiet for another day', later(world, DAY)),
  ];
}

function suppose(what: string, world: World, extra: Pick<Supposition, 'factor' | 'remedy'> = {}): Supposition {
  const { verdict, confidence, reason } = judged(world);
  return { suppose: what, ...extra, verdict, confidence, reason };
}

/** One sample that is busy, in each of the signals that are measured. */
function samplesToCome(world: World, { factors }: IdleFinding): readonly Supposition[] {
  const signals = signalsOf(world);
  const { context } = world;
  const requests = factors.find(({ factor }) => factor === 'requests');
  const cpu = cpuThreshold(signals, context);
  const network = networkThreshold(signals, context);
  const excess = excessRule(signals, context);
  const memory = signals.memory.points.at(-1)?.value;
  const movement = 2 * context.settings.memoryMovement;
  return [
    ...(signals.cpu.points.length > 0
      ? [
          suppose(`one CPU sample were above ${cores(cpu)}`, next(world, { cpuCores: BUSY_FRACTION * cpu }), {
            factor: 'cpu',
          }),
        ]
      : []),
    ...(signals.network.points.length > 0
      ? [
          suppose(
            `one network sample were above ${formatBytesPerSecond(network)}`,
            next(world, { networkBytesPerSecond: BUSY_FRACTION * network + 1 }),
            { factor: 'network' },
          ),
        ]
      : []),
    ...(requests?.unit === 'requests'
      ? [suppose('one request were counted', next(world, { requests: 1 }), { factor: 'requests' })]
      : []),
    ...(requests?.unit === 'bytes/s' && excess
      ? [
          suppose(
            `the network rose from its steady ${formatBytesPerSecond(excess.level)} to ${formatBytesPerSecond(BUSY_FRACTION * excess.threshold + 1)}, as by a request`,
            next(world, { networkBytesPerSecond: BUSY_FRACTION * excess.threshold + 1 }),
            { factor: 'requests' },
          ),
        ]
      : []),
    ...(memory !== undefined && memory > 0
      ? [
          suppose(`its memory moved by ${percent(movement)}`, next(world, { memoryBytes: memory * (1 + movement) }), {
            factor: 'memory',
          }),
        ]
      : []),
  ];
}

function podsToCome(world: World): readonly Supposition[] {
  const { nowMs } = world.context;
  const restarted = withPods(world, (pod, index) =>
    index > 0
      ? pod
      : {
          ...pod,
          states: pod.states.map((state, at) => (at > 0 ? state : { ...state, restarts: state.restarts + 1, startedAt: nowMs })),
        },
  );
  const broken = withPods(world, (pod, index) => (index > 0 ? pod : { ...pod, ready: false }));
  const hasStates = world.workload.pods[0] !== undefined && world.workload.pods[0].states.length > 0;
  return [
    ...(hasStates ? [suppose('a container of it restarted now', restarted, { factor: 'life' as const })] : []),
    suppose('one of its pods were not ready', broken, { factor: 'life' }),
  ];
}

/** The verdict without each of the sources that told something, where there are others. */
function sourcesGone(world: World): readonly Supposition[] {
  const sources = [...new Set(world.evidence.usage.map(({ source }) => source))];
  return sources.map((source) => suppose(`${SOURCE_NAMES[source]} had told nothing`, withoutSource(world, source)));
}

const SOURCE_NAMES: Readonly<Record<WorkloadUsage['source'], string>> = {
  prometheus: 'Prometheus',
  history: 'the own history',
  'metrics.k8s.io': 'metrics-server',
  file: 'the file of samples',
};

/** The verdict without each of the things that keep it active. */
export function ofActive(world: World, finding: IdleFinding): readonly Supposition[] {
  const { factors } = finding;
  const { context } = world;
  const signals = signalsOf(world);
  const { earliestMs, windowStartMs } = signals;
  const refutes = (name: FactorName): boolean => factors.some(({ factor, state }) => factor === name && state === 'refutes');
  const quiet = (of: readonly Signal[], fromMs: number, toMs: number): World => quieted(world, of, fromMs, toMs);
  const counted = signals.requests.points.length > 0;
  const { nowMs } = context;
  const single = [
    ...(standbyReason(signals, context) === undefined ? [] : [suppose('it did not stand by', withoutStandby(world))]),
    ...(refutes('cpu')
      ? [
          suppose(`its CPU had stayed below ${cores(cpuThreshold(signals, context))}`, quiet(['cpu'], earliestMs, nowMs), {
            factor: 'cpu' as const,
          }),
        ]
      : []),
    ...(refutes('network') || (refutes('requests') && !counted)
      ? [
          suppose(
            `its network had stayed below ${formatBytesPerSecond(networkThreshold(signals, context))}`,
            quiet(['network'], earliestMs, nowMs),
            { factor: 'network' as const },
          ),
        ]
      : []),
    ...(refutes('requests') && counted
      ? [suppose('nobody had asked it', quiet(['requests'], earliestMs, nowMs), { factor: 'requests' as const })]
      : []),
    ...(refutes('earlier-use')
      ? [
          suppose(
            `it had not been used before the last ${formatAge(context.settings.windowSeconds)}`,
            quiet(['cpu', 'network', 'requests'], earliestMs, windowStartMs),
            { factor: 'earlier-use' as const },
          ),
        ]
      : []),
  ];
  if (single.length < 2) return single;
  const all = quieted(withoutStandby(world), ['cpu', 'network', 'requests'], earliestMs, nowMs);
  return [...single, suppose('none of this had been so', all)];
}

/** The verdict if each piece of evidence that is missing were there and quiet, then if all of it were. */
export function ofUnknown(world: World, { factors, missing }: IdleFinding): readonly Supposition[] {
  const steps = [
    ...missing.map((each) => ({ ...each, ...evidenceStep(each, factors, world) })),
    ...(missing.length === 0 ? [{ ...lifeStep(factors), remedy: undefined }] : []),
  ];
  const single = steps.map(({ suppose: what, change, factor, remedy }) =>
    suppose(what, change(world), { ...(factor && { factor }), ...(remedy !== undefined && { remedy }) }),
  );
  if (steps.length < 2) return single;
  const all = steps.reduce((so, { change }) => change(so), world);
  return [...single, suppose('all of this were so', all)];
}

interface Step {
  readonly suppose: string;
  readonly change: (world: World) => World;
  readonly factor?: FactorName;
}

/** What would be there if this were not missing: told by the factor whose sentence it is. */
function evidenceStep({ what }: MissingEvidence, factors: readonly Factor[], world: World): Step {
  const factor = factors.find(({ evidence }) => what === evidence || what.endsWith(`: ${evidence}`))?.factor;
  switch (factor) {
    case 'cpu':
      return { suppose: 'its CPU were measured, and quiet', change: (so) => measured(so, ['cpu']), factor };
    case 'network':
      return world.workload.pods.some(({ hostNetwork }) => hostNetwork)
        ? { suppose: 'a counter saw its requests, and none came', change: (so) => measured(so, ['requests']), factor: 'requests' }
        : { suppose: 'its network were measured, and quiet', change: (so) => measured(so, ['network']), factor };
    case 'requests':
      return { suppose: 'its requests were known, and none came', change: (so) => measured(so, ['requests']), factor };
    case 'business-hours':
      return {
        suppose: 'a business day of the same quiet were in the evidence',
        change: (so) => measured(so, ['cpu', signalsOf(so).network.points.length > 0 ? 'network' : 'requests']),
        factor,
      };
    case 'life':
      return lifeStep(factors);
    default:
      return isWindow(what)
        ? { suppose: 'the whole window were measured, and quiet', change: (so) => measured(so, ['cpu', 'network']) }
        : { suppose: 'those lists could be read, and named it nowhere', change: withAllRead, factor: 'life' };
  }
}

function isWindow(what: string): boolean {
  return what.startsWith('window: ');
}

function lifeStep(factors: readonly Factor[]): Step {
  const life = factors.find(({ factor }) => factor === 'life');
  const suppose = life?.evidence.includes('not ready')
    ? 'all its pods were ready'
    : 'its pods had been running for a whole window';
  return { suppose, change: settled, factor: 'life' };
}
