/** Risk that lies in the workload and in what surrounds it. */

import { businessSeconds } from '../../intelligence/idle/business-hours.ts';
import { DAY, formatAge, HOUR } from '../../types/duration.ts';
import type { RecommendationKind, RiskFactor } from '../../types/plan.ts';
import type { Workload } from '../../types/workload.ts';
import { keeperOf, systemReason } from '../owner.ts';
import { livePods } from '../pod-requests.ts';
import type { Subject } from './subject.ts';
import { WEIGHTS } from './weights.ts';

type Look = (subject: Subject) => RiskFactor | undefined;

export function surroundings(subject: Subject): readonly RiskFactor[] {
  const { kind } = subject.proposal;
  return LOOKS.flatMap(({ kinds, look }) => (kinds.includes(kind) ? (look(subject) ?? []) : []));
}

const singleReplica: Look = ({ proposal, workload }) =>
  proposal.replicas === 1 && RESTARTING.has(workload.ref.kind)
    ? factor('single replica', WEIGHTS.singleReplica, 'one replica: nobody stands in for it while it restarts')
    : undefined;

/** Kinds whose pods somebody waits for. */
const RESTARTING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout', 'DeploymentConfig']);

const noBudget: Look = ({ proposal, workload }) =>
  proposal.replicas > 1 && RESTARTING.has(workload.ref.kind) && workload.disruptionBudgets.length === 0
    ? factor('no disruption budget', WEIGHTS.noBudget, 'no PodDisruptionBudget keeps any of its pods up')
    : undefined;

const stateful: Look = ({ workload: { ref, mountsPersistentVolume } }) => {
  if (ref.kind === 'StatefulSet') return factor('stateful', WEIGHTS.stateful, 'a StatefulSet: its pods have an identity');
  return mountsPersistentVolume ? factor('stateful', WEIGHTS.stateful, 'it mounts a persistent volume') : undefined;
};

/** Members that vote come in threes and fives; a budget or an election says that they do. */
const quorum: Look = ({ proposal: { replicas }, workload: { ref, disruptionBudgets, leases } }) => {
  const votes = ref.kind === 'StatefulSet' && replicas >= 3 && replicas % 2 === 1;
  const sign = disruptionBudgets[0]?.name ?? leases[0]?.name;
  return votes && sign !== undefined
    ? factor(
        'quorum',
        WEIGHTS.quorum,
        `${replicas} members and ${disruptionBudgets.length > 0 ? 'PodDisruptionBudget' : 'lease'} ${sign}: they may need a majority`,
      )
    : undefined;
};

const autoscaler: Look = ({ workload: { autoscalers } }) => {
  const [first] = autoscalers;
  return first && factor('autoscaler', WEIGHTS.autoscaler, `${first.kind} ${first.name} changes it too`);
};

/** Only where memory is lowered: more of it is what a kill asks for. */
const recentKill: Look = ({ proposal, workload, context }) => {
  if (!lowersMemory(proposal.changes, proposal.savings.memoryBytes)) return undefined;
  const killed = endings(workload, context.settings.oomPeriodSeconds, context.madeAtMs).find(
    ({ reason }) => reason === 'OOMKilled',
  );
  return (
    killed &&
    factor('recent OOM kill', WEIGHTS.recentKill, `${killed.container} was OOM-killed ${formatAge(killed.agoSeconds)} ago`)
  );
};

function lowersMemory(changes: Subject['proposal']['changes'], savedBytes: number): boolean {
  return savedBytes > 0 && changes.some(({ field }) => field.endsWith('.memory'));
}

const recentRestarts: Look = ({ workload, context }) => {
  const ended = endings(workload, WEIGHTS.restartDays * DAY, context.madeAtMs).filter(({ reason }) => reason !== 'OOMKilled');
  const [last] = ended.toSorted((a, b) => a.agoSeconds - b.agoSeconds);
  return (
    last &&
    factor(
      'recent restarts',
      WEIGHTS.recentRestarts,
      `${last.container} ended ${formatAge(last.agoSeconds)} ago (${last.reason})`,
    )
  );
};

interface Ending {
  readonly container: string;
  readonly reason: string;
  readonly agoSeconds: number;
}

function endings(workload: Workload, withinSeconds: number, nowMs: number): readonly Ending[] {
  return livePods(workload).flatMap(({ states }) =>
    states.flatMap(({ name, lastTermination }) => {
      if (!lastTermination || lastTermination.reason === 'Completed') return [];
      const agoSeconds = (nowMs - lastTermination.at) / 1000;
      return agoSeconds > withinSeconds ? [] : [{ container: name, reason: lastTermination.reason, agoSeconds }];
    }),
  );
}

/** Told from the youngest pod of what runs on; a job's pods are always young. */
const recentRollout: Look = ({ workload, context }) => {
  if (!RESTARTING.has(workload.ref.kind)) return undefined;
  const newest = Math.max(...livePods(workload).map(({ createdAt }) => createdAt));
  const agoSeconds = (context.madeAtMs - newest) / 1000;
  return agoSeconds < WEIGHTS.rolloutHours * HOUR
    ? factor('recent rollout', WEIGHTS.recentRollout, `its newest pod is ${formatAge(Math.max(0, agoSeconds))} old`)
    : undefined;
};

const critical: Look = ({ workload, context }) => {
  const reason = systemReason(workload, context);
  return reason === undefined ? undefined : factor('critical', WEIGHTS.critical, reason);
};

const elsewhere: Look = ({ workload: { management } }) =>
  management &&
  factor('kept elsewhere', WEIGHTS.keptElsewhere, `${keeperOf(management)} keeps it (told by ${management.evidence})`);

const businessHours: Look = ({ context: { businessHours: hours, madeAtMs } }) =>
  hours !== undefined && businessSeconds(hours, madeAtMs, madeAtMs + 1000) > 0
    ? factor('business hours', WEIGHTS.businessHours, `it is within business hours (${hours.timeZone})`)
    : undefined;

const noReadiness: Look = ({ workload: { ref, containers } }) =>
  RESTARTING.has(ref.kind) && !containers.some(({ probes }) => probes.some(({ type }) => type === 'readiness'))
    ? factor('no readiness probe', WEIGHTS.noReadinessProbe, 'no readiness probe tells whether new pods work')
    : undefined;

const heap: Look = ({ proposal, workload: { containers } }) => {
  const changed = new Set(
    proposal.changes.flatMap(({ field, container }) => (field.endsWith('.memory') && container !== undefined ? [container] : [])),
  );
  const found = containers.find(({ name, heapFlag }) => heapFlag !== undefined && changed.has(name));
  return found && factor('heap', WEIGHTS.heap, `${found.name} keeps a heap of its own (${found.heapFlag})`);
};

const recreate: Look = ({ workload: { updateStrategy } }) =>
  updateStrategy === 'Recreate'
    ? factor('recreate', WEIGHTS.recreate, 'strategy Recreate: all pods stop before new ones start')
    : undefined;

function factor(name: string, logOdds: number, evidence: string): RiskFactor {
  return { name, logOdds, evidence };
}

interface Asked {
  readonly kinds: readonly RecommendationKind[];
  readonly look: Look;
}

const LOOKS: readonly Asked[] = [
  { kinds: ['rightsize'], look: singleReplica },
  { kinds: ['rightsize'], look: noBudget },
  { kinds: ['rightsize', 'scale-to-zero', 'schedule'], look: stateful },
  { kinds: ['rightsize', 'scale-to-zero', 'schedule'], look: quorum },
  { kinds: ['rightsize', 'schedule'], look: autoscaler },
  { kinds: ['rightsize'], look: recentKill },
  { kinds: ['rightsize', 'scale-to-zero', 'schedule'], look: recentRestarts },
  { kinds: ['rightsize', 'scale-to-zero'], look: recentRollout },
  { kinds: ['rightsize', 'scale-to-zero', 'schedule'], look: critical },
  { kinds: ['rightsize', 'scale-to-zero', 'schedule'], look: elsewhere },
  { kinds: ['rightsize', 'scale-to-zero'], look: businessHours },
  { kinds: ['rightsize'], look: noReadiness },
  { kinds: ['rightsize'], look: heap },
  { kinds: ['rightsize'], look: recreate },
];
