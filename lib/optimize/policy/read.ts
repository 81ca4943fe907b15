/** What may be carried out without asking, as a file says it. */

import { parse } from 'yaml';
import { parseBusinessHours } from '../../intelligence/idle/business-hours.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { BusinessHours } from '../../types/idle.ts';
import type { RecommendationKind } from '../../types/plan.ts';
import { Field, type Fields } from '../plan-file/fields.ts';

export interface Policy {
  /** Names, or beginnings that end with `*`. */
  readonly namespaces: readonly string[];
  readonly excludedNamespaces: readonly string[];
  readonly kinds: readonly RecommendationKind[];
  /** Absent: at any time. */
  readonly hours?: BusinessHours;
  readonly maxChanges: number;
  readonly maxRisk: number;
  readonly minConfidence: number;
}

const FIELDS = [
  'apiVersion',
  'kind',
  'namespaces',
  'excludedNamespaces',
  'kinds',
  'hours',
  'maxChanges',
  'maxRisk',
  'minConfidence',
];

/**
 * A policy allows nothing that it does not name: namespaces, kinds, changes and risk must be there.
 * @param zone of the hours where they name none
 * @throws UpidError input-invalid, naming file and place, and what would be right
 */
export function readPolicy(text: string, name: string, zone: string): Policy {
  const fields = new Field(name, '', parsed(text, name)).object(FIELDS);
  fields.get('apiVersion').oneOf('upid.dev/v1alpha1');
  fields.get('kind').oneOf('OptimizationPolicy');
  const hours = fields.optional('hours', (field) => readHours(field, zone));
  return {
    namespaces: names(fields, 'namespaces'),
    excludedNamespaces: fields.optional('excludedNamespaces', () => names(fields, 'excludedNamespaces')) ?? [],
    kinds: fields
      .get('kinds')
      .list()
      .map((field) => field.oneOf('scale-to-zero', 'rightsize')),
    ...(hours !== undefined && { hours }),
    maxChanges: fields.get('maxChanges').whole(1),
    maxRisk: fields.get('maxRisk').fraction(),
    minConfidence: fields.optional('minConfidence', (field) => field.fraction()) ?? 0,
  };
}

function parsed(text: string, name: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new UpidError('input-invalid', `${name} is neither JSON nor YAML: ${messageOf(error).split('\n')[0]}`, {
      remedy: 'optimize auto --help shows a policy',
      cause: error,
    });
  }
}

function names(fields: Fields, name: string): readonly string[] {
  return fields
    .get(name)
    .list()
    .map((field) => field.matching(/^(?:[a-z0-9][-a-z0-9]*\*?|\*)$/, 'the name of a namespace, or its beginning and a *'));
}

function readHours(field: Field, zone: string): BusinessHours {
  const hours = parseBusinessHours(field.filledText('hours such as Sat-Sun 00:00-24:00 Europe/Berlin'), zone);
  return typeof hours === 'string' ? field.refuse(`hours that can be read: ${hours}`) : hours;
}
