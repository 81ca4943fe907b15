/** The LimitRanges of a namespace as one: admission checks a container against each, so that the strictest bound counts. */

import type { ContainerLimitRange, ContainerSpec, Resources } from '../../types/workload.ts';
import { amountOf, type ResourceName, resourcesFrom } from '../resource.ts';

/** One bound and the LimitRange that sets it. */
export interface Bound {
  readonly value: number;
  readonly limitRange: string;
}

export interface ResourceBounds {
  readonly min?: Bound;
  readonly max?: Bound;
  /** Highest limit ÷ request. */
  readonly ratio?: Bound;
  readonly default?: Bound;
  readonly defaultRequest?: Bound;
}

export type Bounds = Readonly<Record<ResourceName, ResourceBounds>>;

export function boundsOf(limitRanges: readonly ContainerLimitRange[], namespace: string): Bounds {
  const own = limitRanges.filter((range) => range.namespace === namespace);
  return { cpu: resourceBounds(own, 'cpu'), memory: resourceBounds(own, 'memory') };
}

function resourceBounds(ranges: readonly ContainerLimitRange[], resource: ResourceName): ResourceBounds {
  const all = (of: (range: ContainerLimitRange) => Resources): readonly Bound[] =>
    ranges.flatMap((range) => {
      const value = amountOf(of(range), resource);
      return value === undefined ? [] : [{ value, limitRange: range.name }];
    });
  const min = all((range) => range.min).toSorted((a, b) => b.value - a.value)[0];
  const max = all((range) => range.max).toSorted((a, b) => a.value - b.value)[0];
  const ratio = all((range) => range.maxLimitRequestRatio).toSorted((a, b) => a.value - b.value)[0];
  const defaultLimit = all((range) => range.default)[0];
  const defaultRequest = all((range) => range.defaultRequest)[0];
  return {
    ...(min && { min }),
    ...(max && { max }),
    ...(ratio && { ratio }),
    ...(defaultLimit && { default: defaultLimit }),
    ...(defaultRequest && { defaultRequest }),
  };
}

/** What a container really gets: values that are not written are filled in by the API server. */
export interface Held {
  readonly role: ContainerSpec['role'];
  readonly requests: Resources;
  readonly limits: Resources;
}

/** A request that is not written is the limit that is; else the LimitRange's default. */
export function heldBy({ role, requests, limits }: Pick<ContainerSpec, 'role' | 'requests' | 'limits'>, bounds: Bounds): Held {
  return {
    role,
    requests: resourcesFrom(
      (resource) =>
        amountOf(requests, resource) ??
        amountOf(limits, resource) ??
        (bounds[resource].defaultRequest ?? bounds[resource].default)?.value,
    ),
    limits: resourcesFrom((resource) => amountOf(limits, resource) ?? bounds[resource].default?.value),
  };
}
