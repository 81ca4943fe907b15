/** One container of a pod template: its proposals as changes, values to write, and what it holds afterwards. */

import type { ValueChange } from '../../types/plan.ts';
import type { ContainerSpec, Workload } from '../../types/workload.ts';
import type { ContainerValues } from '../patch.ts';
import { amountOf, quantityOf, type ResourceName, resourcesFrom, roundedUp, shown } from '../resource.ts';
import type { Held } from './bounds.ts';
import type { ResourceProposal } from './proposal.ts';

/** A container with its place in the object. */
export interface PlacedContainer {
  readonly spec: ContainerSpec;
  /** JSON pointer; undefined where the workload has no template that could be patched. */
  readonly path: string | undefined;
}

/** Containers of the template with their pointers: app containers, then init containers, each counted for itself. */
export function placedContainers({ containers, containersPath }: Workload): readonly PlacedContainer[] {
  const initPath = containersPath?.replace(/\/containers$/, '/initContainers');
  const counted = { app: 0, init: 0 };
  return containers.map((spec) => {
    const list = spec.role === 'app' ? 'app' : 'init';
    const path = list === 'app' ? containersPath : initPath;
    const index = counted[list]++;
    return { spec, path: path === undefined ? undefined : `${path}/${index}` };
  });
}

/** What is written: in a Guaranteed pod whose requests are not written, the limits alone, which requests follow. */
export function valuesOf(spec: ContainerSpec, proposals: readonly ResourceProposal[], guaranteed: boolean): ContainerValues {
  const requests = proposals.filter(({ resource }) => writesRequest(spec, resource, guaranteed));
  const limits = proposals.filter(({ limit }) => limit !== undefined);
  return {
    requests: Object.fromEntries(requests.map(({ resource, proposed }) => [resource, quantityOf(resource, proposed)])),
    limits: Object.fromEntries(limits.map(({ resource, limit }) => [resource, quantityOf(resource, limit!.amount)])),
  };
}

function writesRequest(spec: ContainerSpec, resource: ResourceName, guaranteed: boolean): boolean {
  return !guaranteed || amountOf(spec.requests, resource) !== undefined;
}

export function changesOf(
  spec: ContainerSpec,
  proposals: readonly ResourceProposal[],
  guaranteed: boolean,
): readonly ValueChange[] {
  return proposals.flatMap((proposal) => {
    const { resource, limit, need } = proposal;
    const requestIsWritten = writesRequest(spec, resource, guaranteed);
    const request = requestIsWritten
      ? [
          {
            ...change(spec, 'requests', resource, proposal.proposed, need.rule, `${need.evidence}${unwritten(spec, proposal)}`),
            ...(need.replayed?.rule === need.rule && { replayed: need.replayed.hours }),
          },
        ]
      : [];
    if (limit === undefined) return request;
    const own = requestIsWritten
      ? limit
      : { ...limit, rule: need.rule, evidence: `${need.evidence}; the request follows the limit` };
    return [...request, change(spec, 'limits', resource, limit.amount, own.rule, own.evidence)];
  });
}

function change(
  spec: ContainerSpec,
  section: 'requests' | 'limits',
  resource: ResourceName,
  amount: number,
  rule: string,
  evidence: string,
): ValueChange {
  const from = writtenIn(spec, section, resource);
  return {
    container: spec.name,
    field: `${section}.${resource}`,
    ...(from !== undefined && { from }),
    to: quantityOf(resource, amount),
    rule,
    evidence,
  };
}

/** What a request that is not written is at present. */
function unwritten(spec: ContainerSpec, { resource, current }: ResourceProposal): string {
  if (amountOf(spec.requests, resource) !== undefined) return '';
  if (current === undefined) return '; no request is set';
  const origin = amountOf(spec.limits, resource) === undefined ? 'by default of a LimitRange' : 'by its limit';
  return `; no request is set, and it holds ${shown(resource, current)} ${origin}`;
}

/** Letter by letter as in the object. */
function writtenIn(spec: ContainerSpec, section: 'requests' | 'limits', resource: ResourceName): string | undefined {
  const raw = spec.resourcesAsWritten?.[section] as Readonly<Record<string, unknown>> | undefined | null;
  if (raw?.[resource] !== undefined && raw[resource] !== null) return String(raw[resource]);
  const amount = amountOf(spec[section], resource);
  return amount === undefined ? undefined : quantityOf(resource, roundedUp(resource, amount));
}

export function heldAfter(held: Held, proposals: readonly ResourceProposal[]): Held {
  const proposed = (resource: ResourceName): ResourceProposal | undefined =>
    proposals.find((proposal) => proposal.resource === resource);
  return {
    role: held.role,
    requests: resourcesFrom((resource) => proposed(resource)?.proposed ?? amountOf(held.requests, resource)),
    limits: resourcesFrom((resource) => proposed(resource)?.limit?.amount ?? amountOf(held.limits, resource)),
  };
}
