/** Standbys: quiet because their owner keeps them so, for the moment another one fails or a release is switched. */

import type { DisruptionBudget, Workload } from '../../types/workload.ts';
import type { IdleContext, Signals } from './signals.ts';

/** A lease that nobody renewed for this many of its durations holds no election any more. */
const STALE_LEASE_DURATIONS = 20;

/** Labels by which a release is told from its spare. */
const SLOT_LABELS: ReadonlySet<string> = new Set([
  'color',
  'colour',
  'slot',
  'track',
  'version',
  'release-color',
  'deployment-color',
  'app.kubernetes.io/version',
  'rollouts-pod-template-hash',
  'role',
  'stage',
]);

const SLOT_NAME = /[-_.](blue|green|active|preview|standby|spare|canary|stable)$/;

/** Images of databases and brokers that replicate to members which serve no one. */
const REPLICATING_IMAGES =
  /(^|[/-])(postgres|postgresql|spilo|patroni|pgpool|timescaledb|mysql|mariadb|percona|galera|mongo|mongodb|redis|valkey|keydb|cassandra|scylla|cockroach|etcd|zookeeper|kafka|rabbitmq|elasticsearch|opensearch|clickhouse|consul|vault|nats|minio|couchdb|neo4j|tidb|tikv|yugabyte)/;

/** Why a workload stands by, as a sentence; undefined when nothing says so. */
export function standbyReason(signals: Signals, context: IdleContext): string | undefined {
  return (
    electionReason(signals, context) ?? quorumReason(signals) ?? replicaReason(signals) ?? spareReason(signals.workload, context)
  );
}

/** The holder is named as client-go names it: the pod, then `_` and something unique. */
function electionReason({ workload, pods }: Signals, { nowMs }: IdleContext): string | undefined {
  const live = workload.leases.find(
    ({ renewedAt, durationSeconds }) =>
      renewedAt === undefined || nowMs - renewedAt < STALE_LEASE_DURATIONS * 1000 * (durationSeconds ?? 60),
  );
  if (!live) return undefined;
  const holder = live.holder.replace(/_.*$/, '');
  return pods.length === 1 && pods[0]!.name === holder
    ? `leader of an election: it holds lease ${live.name}`
    : `standby of a leader election: ${holder || 'nobody'} holds lease ${live.name}`;
}

/** Fewer have no majority when one is away. */
export const QUORUM_MEMBERS = 3;

/** A budget that keeps a majority of several members up protects a quorum, and its members wait for each other. */
function quorumReason({ workload, pods }: Signals): string | undefined {
  const members = pods.length;
  const quorum = workload.disruptionBudgets.find((budget) => healthyOf(budget, members) > members / 2);
  if (!quorum || members < QUORUM_MEMBERS || workload.ref.kind !== 'StatefulSet') return undefined;
  return `member of a quorum: budget ${quorum.name} keeps ${healthyOf(quorum, members)} of ${members} up`;
}

/** Pods that a budget wants healthy: as its controller found, else as it is written (a part of a pod counts as a whole one). */
function healthyOf({ desiredHealthy, minAvailable, maxUnavailable }: DisruptionBudget, members: number): number {
  if (desiredHealthy > 0) return desiredHealthy;
  if (minAvailable !== undefined) return podsOf(minAvailable, members);
  return maxUnavailable === undefined ? 0 : members - podsOf(maxUnavailable, members);
}

function podsOf(written: string, members: number): number {
  const number = Number(written.replace('%', ''));
  if (Number.isNaN(number)) return 0;
  return written.endsWith('%') ? Math.ceil((number / 100) * members) : number;
}

function replicaReason({ workload, appContainers, pods }: Signals): string | undefined {
  const mark = replicaMark(workload);
  const image = appContainers.find((container) => REPLICATING_IMAGES.test(repository(container.image)))?.image;
  if (image && (mark || (workload.ref.kind === 'StatefulSet' && pods.length > 1)))
    return `replica of a database (${repository(image)}): it is kept for the day its primary fails`;
  // Names may say more than they mean; a role that was written down is meant.
  return mark?.isRole ? `replica by its ${mark.of}: it is kept for the day its primary fails` : undefined;
}

/** Labels that operators and charts write a member's role to; an operator writes it to the pods alone. */
const ROLE_LABELS = [
  'role',
  'app.kubernetes.io/component',
  'cnpg.io/instanceRole',
  'spilo-role',
  'kubedb.com/role',
  'redis-role',
] as const;

const REPLICA_ROLE = /^(replica|secondary|standby|slave|follower|backup|passive)$/i;

/** Names and labels that replicas go by. */
function replicaMark({ ref, podLabels, pods }: Workload): { readonly of: string; readonly isRole: boolean } | undefined {
  const role = (labels: Readonly<Record<string, string>>): string | undefined =>
    ROLE_LABELS.find((label) => REPLICA_ROLE.test(labels[label] ?? ''));
  const label =
    role(podLabels) ?? (pods.every(({ labels }) => role(labels) !== undefined) && pods[0] ? role(pods[0].labels) : undefined);
  if (label !== undefined) return { of: `label ${label}`, isRole: true };
  if (/-(replica|secondary|standby|slave|follower)(-\d+)?$/.test(ref.name)) return { of: 'name', isRole: true };
  return /(^|-)(replica|secondary|standby|slave|follower|read|ro)(-|$)/.test(ref.name)
    ? { of: 'name', isRole: false }
    : undefined;
}

function repository(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Among the unread sources where somebody told of objects and left services out, which is not to say that there are none. */
export const UNTOLD_SERVICES = 'untold services';

/** Labels that name the slot of a release by its colour or purpose, and what they say. */
const RELEASE_LABELS = ['color', 'colour', 'slot', 'track', 'release-color', 'deployment-color', 'release-slot'] as const;
const RELEASE_SLOT = /^(blue|green|preview|spare|inactive|passive|next|idle)$/i;

/** A sibling with the same labels but for its slot and its own name, which a service sends the users to, makes this one its spare. */
function spareReason(workload: Workload, { workloads: all, unread }: IdleContext): string | undefined {
  if (workload.services.some((service) => selectsSlot(service.selector))) return undefined;
  const slot = releaseSlot(workload);
  // Whom the users are sent to is not known then, but that there are slots is.
  if (slot !== undefined && unread.includes(UNTOLD_SERVICES))
    return `slot of a release (${slot}), which may be its spare: no services were told`;
  const sibling = all.find(
    (other) =>
      other !== workload &&
      other.ref.namespace === workload.ref.namespace &&
      isSlotOf(workload, other) &&
      isServed(other, workload),
  );
  return sibling && `spare of ${sibling.ref.name}, which its service sends the users to`;
}

function releaseSlot({ ref, podLabels }: Workload): string | undefined {
  const label = RELEASE_LABELS.find((name) => RELEASE_SLOT.test(podLabels[name] ?? ''));
  return label === undefined ? /-(blue|green|preview|spare)$/.exec(ref.name)?.[1] : podLabels[label];
}

function selectsSlot(selector: Readonly<Record<string, string>>): boolean {
  return Object.keys(selector).some((label) => SLOT_LABELS.has(label));
}

/** Whether two workloads differ by nothing but the slot of a release that they stand in. */
export function isSlotOf(a: Workload, b: Workload): boolean {
  const names = new Set([...Object.keys(a.podLabels), ...Object.keys(b.podLabels)]);
  const differing = [...names].filter((label) => a.podLabels[label] !== b.podLabels[label] && label !== 'pod-template-hash');
  const shared = names.size - differing.length;
  const sameBase = isSlotName(a.ref.name, b.ref.name);
  const named = differing.filter((label) => isSlotName(a.podLabels[label] ?? '', b.podLabels[label] ?? ''));
  return (
    shared > 0 &&
    differing.length > 0 &&
    differing.every((label) => SLOT_LABELS.has(label) || named.includes(label)) &&
    (sameBase || differing.some((label) => /colou?r|slot|track/.test(label)))
  );
}

/** `web-blue` and `web-green`: one name in two slots. */
function isSlotName(a: string, b: string): boolean {
  return a !== b && a !== '' && a.replace(SLOT_NAME, '') === b.replace(SLOT_NAME, '');
}

/** Whether a service sends users to the sibling and not to this one. */
function isServed(sibling: Workload, workload: Workload): boolean {
  return sibling.services.some((service) => !workload.services.some((own) => own.name === service.name));
}
