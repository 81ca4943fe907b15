/** A need brought within its bounds: floor, LimitRange and limits. What moved the amount last gives the rule its name. */

import { amountOf, nameOf, type ResourceName, roundedUp, shown } from '../resource.ts';
import type { Bound, Held, ResourceBounds } from './bounds.ts';
import type { Need, Refusal } from './need.ts';

export interface Frame {
  readonly resource: ResourceName;
  readonly bounds: ResourceBounds;
  readonly held: Held;
  /** True where the limit is written in the object, so that it can follow the request. */
  readonly ownLimit: boolean;
  readonly guaranteed: boolean;
  readonly floor: number;
}

/** The amount to write, whole millicores or mebibytes; a refusal where what is needed is not allowed. */
export function bounded(need: Need, frame: Frame): Need | Refusal {
  let raised = need;
  for (const { amount, rule, why } of raises(frame)) {
    if (amount > raised.amount) raised = { ...raised, amount, rule, evidence: `${raised.evidence}; ${why}` };
  }
  const rounded = { ...raised, amount: roundedUp(frame.resource, raised.amount) };
  const cap = caps(frame).toSorted((a, b) => a.amount - b.amount)[0];
  if (!cap || rounded.amount <= cap.amount) return rounded;
  if (frame.resource === 'memory') {
    return { refused: `it needs ${shown('memory', rounded.amount)} of memory (${rounded.evidence}), and ${cap.why}` };
  }
  return { ...rounded, amount: cap.amount, rule: cap.rule, evidence: `${rounded.evidence}; ${cap.why}` };
}

interface Push {
  readonly amount: number;
  readonly rule: string;
  readonly why: string;
}

function raises({ resource, bounds, held, ownLimit, guaranteed, floor }: Frame): readonly Push[] {
  const limit = amountOf(held.limits, resource);
  const request = amountOf(held.requests, resource) ?? 0;
  // A limit that follows the request keeps its ratio to it.
  const fixedLimit = guaranteed || (resource === 'memory' && ownLimit) ? undefined : limit;
  return [
    // A request that is set below the floor already is not raised to it.
    {
      amount: request > 0 ? Math.min(floor, request) : floor,
      rule: 'floor',
      why: `no request is proposed below ${shown(resource, floor)}`,
    },
    ...bound(bounds.min, ({ value, limitRange }) => ({
      amount: value,
      rule: 'LimitRange minimum',
      why: `LimitRange ${limitRange} asks for at least ${shown(resource, value)}`,
    })),
    ...bound(fixedLimit === undefined ? undefined : bounds.ratio, ({ value, limitRange }) => ({
      amount: fixedLimit! / value,
      rule: 'LimitRange ratio',
      why: `LimitRange ${limitRange} allows a limit of at most ${value} times the request, and the limit is ${shown(resource, fixedLimit!)}`,
    })),
  ];
}

function caps({ resource, bounds, held, ownLimit, guaranteed }: Frame): readonly Push[] {
  const limit = amountOf(held.limits, resource);
  const isFixed = !guaranteed && limit !== undefined && !(resource === 'memory' && ownLimit);
  return [
    ...(isFixed
      ? [
          {
            amount: limit,
            rule: `${nameOf(resource)} limit`,
            why: `its ${nameOf(resource)} limit${ownLimit ? '' : ', a LimitRange default,'} is ${shown(resource, limit)}`,
          },
        ]
      : []),
    ...bound(bounds.max, ({ value, limitRange }) => ({
      amount: value,
      rule: 'LimitRange maximum',
      why: `LimitRange ${limitRange} allows at most ${shown(resource, value)}`,
    })),
  ];
}

function bound(of: Bound | undefined, make: (bound: Bound) => Push): readonly Push[] {
  return of === undefined ? [] : [make(of)];
}
