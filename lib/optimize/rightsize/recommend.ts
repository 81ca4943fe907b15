/** The proposal to right-size a workload: every container of its template, CPU and memory, with the reasons for what is left. */

import { savingsOf } from '../../money/savings.ts';
import { formatAge } from '../../types/duration.ts';
import type { IdleFinding } from '../../types/idle.ts';
import type { Declined } from '../../types/plan.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { ContainerSpec, Resources, Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { containerEdit, editOf } from '../patch.ts';
import { livePods, podRequests, replicasOf, times } from '../pod-requests.ts';
import type { Proposal } from '../proposal.ts';
import { amountOf, exceeds, nameOf, RESOURCES, type ResourceName, shown } from '../resource.ts';
import { NOT_ASKED } from '../unasked.ts';
import { type Bounds, boundsOf, type Held, heldBy } from './bounds.ts';
import { changesOf, heldAfter, type PlacedContainer, placedContainers, valuesOf } from './container.ts';
import { declinedOf, type Refused } from './declined.ts';
import { misfit } from './fit.ts';
import { periodSeconds } from './history.ts';
import type { Refusal } from './need.ts';
import { autoscaledReason, type PodRequest, sizingObstacle, waitingReason } from './obstacles.ts';
import { oomKillOf } from './oom.ts';
import { type Case, proposalFor, type ResourceProposal } from './proposal.ts';
import { isGuaranteed } from './quality.ts';
import { type Growth, overQuota } from './quota.ts';
import { containerWarnings, initWarnings, rolloutWarnings } from './warnings.ts';

export interface Rightsizing {
  readonly recommendation?: Proposal;
  readonly declined: readonly Declined[];
}

const NOTHING: Rightsizing = { declined: [] };

/** Nothing at all where every container holds what it needs. */
export function rightsize(
  workload: Workload,
  usages: readonly ContainerUsage[],
  finding: IdleFinding | undefined,
  context: PlanContext,
): Rightsizing {
  if (workload.ref.kind === 'Job' && livePods(workload).length === 0) return NOTHING;
  const frame = frameOf(workload, finding, context);
  const examined = frame.containers.filter(({ spec }) => spec.role !== 'init').map((each) => examine(each, usages, frame));
  const injected = examineInjected(usages, frame);
  const refusals = examined.flatMap((each) => each.refusals);
  const changing = examined.filter(({ proposals }) => proposals.length > 0);
  const obstacle = sizingObstacle(workload, context);
  if (obstacle !== undefined) {
    return changing.length + refusals.length > 0 ? { declined: [{ target: workload.ref, reason: obstacle }] } : NOTHING;
  }
  const names = examined.map(({ subject }) => subject.spec.name);
  const declined = [...declinedOf(workload.ref, refusals, names), ...injected];
  if (changing.length === 0) return { declined };
  const proposed = recommendation(changing, frame);
  const reason = refusedWhole(proposed, frame);
  return reason === undefined
    ? { recommendation: proposed.recommendation, declined }
    : { declined: [...declined, { target: workload.ref, reason }] };
}

/** What holds for all containers of a workload. */
interface Frame {
  readonly workload: Workload;
  readonly context: PlanContext;
  readonly containers: readonly PlacedContainer[];
  readonly bounds: Bounds;
  readonly guaranteed: boolean;
  readonly replicas: number;
  /** Why its own use does not show what it will need; absent where it does. */
  readonly waits?: string;
}

function frameOf(workload: Workload, finding: IdleFinding | undefined, context: PlanContext): Frame {
  const containers = placedContainers(workload);
  const bounds = boundsOf(context.limitRanges, workload.ref.namespace);
  const waits = finding && waitingReason(finding);
  return {
    workload,
    context,
    containers,
    bounds,
    guaranteed: isGuaranteed(containers.map(({ spec }) => heldBy(spec, bounds))),
    replicas: replicasOf(workload),
    ...(waits !== undefined && { waits }),
  };
}

interface Examined {
  readonly subject: Case;
  readonly path: string | undefined;
  readonly proposals: readonly ResourceProposal[];
  readonly refusals: readonly Refused[];
}

function examine({ spec, path }: PlacedContainer, usages: readonly ContainerUsage[], frame: Frame): Examined {
  const subject = caseOf(spec, usages, frame);
  const proposals: ResourceProposal[] = [];
  const refusals: Refused[] = [];
  for (const resource of RESOURCES) {
    const answer = proposalFor(resource, subject);
    if (answer === undefined) continue;
    const autoscaled = autoscaledReason(frame.workload, resource, podRequestWith(answer, resource, frame));
    if (autoscaled !== undefined) refusals.push({ resource, reason: autoscaled });
    else if ('refused' in answer) refusals.push({ container: spec.name, resource, reason: answer.refused });
    else if (frame.waits !== undefined && isLower(answer)) refusals.push({ resource, reason: frame.waits });
    else if (lowersHeap(spec, answer)) refusals.push({ container: spec.name, resource, reason: heapReason(spec) });
    else proposals.push(answer);
  }
  return { subject, path, proposals, refusals };
}

/** Undefined where the change, or what the pod asks for now, is not known. */
function podRequestWith(answer: ResourceProposal | Refusal, resource: ResourceName, frame: Frame): PodRequest | undefined {
  if ('refused' in answer || answer.current === undefined) return undefined;
  const requests = frame.containers
    .filter(({ spec }) => spec.role !== 'init')
    .map(({ spec }) => amountOf(heldBy(spec, frame.bounds).requests, resource));
  if (requests.some((amount) => amount === undefined)) return undefined;
  const current = requests.reduce((sum: number, amount) => sum + amount!, 0);
  return { current, proposed: current - answer.current + answer.proposed };
}

function caseOf(spec: ContainerSpec, usages: readonly ContainerUsage[], frame: Frame): Case {
  const { workload, context, bounds, guaranteed, replicas } = frame;
  const held = heldBy(spec, bounds);
  const ratio = memoryLimitRatio(spec, held, guaranteed);
  return {
    spec,
    held,
    bounds,
    guaranteed,
    sizing: {
      usages: usages.filter(({ container }) => container === spec.name),
      pods: livePods(workload).length,
      settings: context.settings,
      ...(context.peaks && { peaks: context.peaks }),
      startsMs: startsOf(workload, spec.name),
      ...(ratio !== undefined && { memoryLimitRatio: ratio }),
    },
    kill: oomKillOf(workload, spec.name, context),
    replicas,
    nowMs: context.madeAtMs,
  };
}

/** Undefined where no limit follows the request. */
function memoryLimitRatio({ limits }: ContainerSpec, held: Held, guaranteed: boolean): number | undefined {
  if (guaranteed) return 1;
  const [limit, request] = [limits.memoryBytes, held.requests.memoryBytes];
  return limit === undefined || !request ? undefined : limit / request;
}

/** When the running instances of a container started. */
function startsOf(workload: Workload, container: string): readonly number[] {
  return livePods(workload).flatMap(({ states }) => states.find(({ name }) => name === container)?.startedAt ?? []);
}

/** A heap is taken whole and kept, so that container memory shows its size and not what is needed of it. */
function lowersHeap({ heapFlag }: ContainerSpec, proposal: ResourceProposal): boolean {
  return proposal.resource === 'memory' && heapFlag !== undefined && isLower(proposal);
}

function isLower({ current, proposed }: ResourceProposal): boolean {
  return current !== undefined && proposed < current;
}

function heapReason({ heapFlag }: ContainerSpec): string {
  return `it keeps a heap of its own (${heapFlag}), so that its memory shows the heap's size and not what is needed; lower the heap first`;
}

/** Containers that a webhook put into the pods: they are not in the template, so that no patch reaches them. */
function examineInjected(usages: readonly ContainerUsage[], frame: Frame): readonly Declined[] {
  const { workload, containers } = frame;
  if (workload.containersPath === undefined) return [];
  const known = new Set(containers.map(({ spec }) => spec.name));
  const newest = livePods(workload).toSorted((a, b) => b.createdAt - a.createdAt)[0];
  const injected = (newest?.containers ?? []).filter(({ name, role }) => role !== 'init' && !known.has(name));
  return injected
    .filter((spec) => examine({ spec, path: undefined }, usages, frame).proposals.length > 0)
    .map(({ name }) => ({
      target: workload.ref,
      container: name,
      reason:
        'it is not in the template but put into the pods on their creation; set its resources where it comes from (for a mesh proxy by annotations of the pod)',
    }));
}

interface Proposed {
  readonly recommendation: Proposal;
  readonly podBefore: Resources;
  readonly podAfter: Resources;
  readonly growth: Growth;
}

function recommendation(changing: readonly Examined[], frame: Frame): Proposed {
  const { workload, context, containers, bounds, guaranteed, replicas } = frame;
  const before = containers.map(({ spec }) => ({ name: spec.name, ...heldBy(spec, bounds) }));
  const proposalsOf = (name: string): readonly ResourceProposal[] =>
    changing.find(({ subject }) => subject.spec.name === name)?.proposals ?? [];
  const after = before.map((held) => ({ name: held.name, ...heldAfter(held, proposalsOf(held.name)) }));
  const podBefore = podRequests(before);
  const podAfter = podRequests(after);
  const edits = changing.flatMap(({ subject: { spec }, path, proposals }) =>
    path === undefined ? [] : [containerEdit(path, spec, valuesOf(spec, proposals, guaranteed))],
  );
  const limitsOf = (containers: readonly Held[]): Resources =>
    podRequests(containers.map(({ role, limits }) => ({ role, requests: limits })));
  return {
    podBefore,
    podAfter,
    growth: {
      requests: freed(podAfter, podBefore, replicas),
      limits: freed(limitsOf(after), limitsOf(before), replicas),
    },
    recommendation: {
      kind: 'rightsize',
      target: workload.ref,
      replicas,
      reason: reasonOf(changing),
      changes: changing.flatMap(({ subject: { spec }, proposals }) => changesOf(spec, proposals, guaranteed)),
      ...editOf(workload.ref, edits),
      requestedBefore: times(podBefore, replicas),
      savings: savingsOf(freed(podBefore, podAfter, replicas), context.prices),
      warnings: [
        ...rolloutWarnings(workload, replicas),
        ...(guaranteed ? ['Guaranteed: limits move with the requests, so that the class stays'] : []),
        ...(isBestEffort(before) ? ['the pods are BestEffort now and become Burstable: they are evicted later'] : []),
        ...changing.flatMap(({ subject, proposals }) => containerWarnings(subject, proposals)),
        ...initWarnings(after),
      ],
      dryRun: NOT_ASKED,
    },
  };
}

function freed(before: Resources, after: Resources, replicas: number): Resources {
  const difference = (of: (resources: Resources) => number | undefined): number =>
    ((of(before) ?? 0) - (of(after) ?? 0)) * replicas;
  return { cpuCores: difference(({ cpuCores }) => cpuCores), memoryBytes: difference(({ memoryBytes }) => memoryBytes) };
}

function isBestEffort(containers: readonly Held[]): boolean {
  return containers.every(({ requests, limits }) =>
    RESOURCES.every((resource) => !amountOf(requests, resource) && !amountOf(limits, resource)),
  );
}

/** Why a whole proposal is not made, though there would be one. */
function refusedWhole({ podBefore, podAfter, growth }: Proposed, { context, workload }: Frame): string | undefined {
  const unplaced = exceeds(podAfter, podBefore) ? misfit(podAfter, context.nodes) : undefined;
  return unplaced ?? overQuota(workload.ref.namespace, growth, context.resourceQuotas);
}

/** `web asks for more CPU and memory than it has used in 30d; proxy asks for no CPU`. */
function reasonOf(changing: readonly Examined[]): string {
  return changing.flatMap(({ subject, proposals }) => clauses(subject, proposals)).join('; ');
}

function clauses({ spec, sizing }: Case, proposals: readonly ResourceProposal[]): readonly string[] {
  const longest = Math.max(0, ...sizing.usages.map(periodSeconds));
  const used = longest > 0 ? ` in ${formatAge(longest)}` : '';
  const named = (which: (proposal: ResourceProposal) => boolean): string =>
    proposals
      .filter(which)
      .map(({ resource }) => nameOf(resource))
      .join(' and ');
  const isMissing = ({ current }: ResourceProposal): boolean => current === undefined || current === 0;
  const killed = ({ need }: ResourceProposal): boolean => need.urgent;
  const more = named((each) => !isMissing(each) && each.proposed < each.current!);
  const demanded = ({ need }: ResourceProposal): boolean => /^LimitRange (minimum|ratio)$/.test(need.rule);
  const isRaised = (each: ResourceProposal): boolean => !isMissing(each) && each.proposed > each.current! && !killed(each);
  const less = named((each) => isRaised(each) && !demanded(each));
  const wanted = named((each) => isRaised(each) && demanded(each));
  const none = named((each) => isMissing(each) && !killed(each));
  const kills = proposals
    .filter(killed)
    .map(({ proposed, resource }) => `${spec.name} was OOM-killed and needs ${shown(resource, proposed)}`);
  return [
    ...kills,
    ...(more === '' ? [] : [`${spec.name} asks for more ${more} than it has used${used}`]),
    ...(less === '' ? [] : [`${spec.name} asks for less ${less} than it has used${used}`]),
    ...(wanted === '' ? [] : [`${spec.name} asks for less ${wanted} than its LimitRange wants`]),
    ...(none === '' ? [] : [`${spec.name} asks for no ${none}`]),
  ];
}
