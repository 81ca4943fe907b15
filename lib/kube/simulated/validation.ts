/** What a changed object must satisfy: the API server's validation of what a patch of this program can touch. */

import { parseQuantity } from '../../types/quantity.ts';
import { equal, type Json } from './json-patch.ts';
import { badRequest, type FieldCause, forbiddenField, invalid, invalidValue } from './refusal.ts';
import type { ApiResource } from './resources.ts';

type Raw = Readonly<Record<string, Json>>;

/** @throws Refusal 400 where another object would result or a field has the wrong type, 422 naming each field that is wrong */
export function validateChange(resource: ApiResource, before: Raw, after: Raw): void {
  const name = String(record(before.metadata).name);
  for (const field of ['name', 'namespace'] as const) {
    const [was, is] = [record(before.metadata)[field], record(after.metadata)[field]];
    if (was !== is)
      throw badRequest(`the ${field} of the object (${String(is)}) does not match the ${field} on the URL (${String(was)})`);
  }
  const causes = [
    ...identityCauses(before, after),
    ...replicasCauses(resource, after),
    ...templateCauses(after),
    ...immutableCauses(resource, before, after),
  ];
  if (causes.length > 0) throw invalid(resource, name, causes);
}

function identityCauses(before: Raw, after: Raw): readonly FieldCause[] {
  const [was, is] = [record(before.metadata), record(after.metadata)];
  return ['uid', 'creationTimestamp'].flatMap((field) =>
    was[field] === is[field] ? [] : [invalidValue(`metadata.${field}`, is[field], 'field is immutable')],
  );
}

function replicasCauses(resource: ApiResource, after: Raw): readonly FieldCause[] {
  const { replicas } = record(after.spec);
  if (replicas === undefined || replicas === null) return [];
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: spec.replicas must be a whole number, not ${JSON.stringify(replicas)}`,
    );
  return replicas < 0 ? [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')] : [];
}

/** Pod templates of controllers and Jobs, and the spec of a pod. */
function templateCauses(after: Raw): readonly FieldCause[] {
  const spec = record(after.spec);
  const nested = record(record(spec.jobTemplate).spec);
  if (nested.template !== undefined)
    return podCauses('spec.jobTemplate.spec.template.spec', record(record(nested.template).spec));
  if (spec.template !== undefined) return podCauses('spec.template.spec', record(record(spec.template).spec));
  return spec.containers === undefined ? [] : podCauses('spec', spec);
}

function podCauses(path: string, podSpec: Raw): readonly FieldCause[] {
  const containers = list(podSpec.containers);
  const none = containers.length === 0 ? [forbiddenField(`${path}.containers`, 'at least one container is needed')] : [];
  return [
    ...none,
    ...(['containers', 'initContainers'] as const).flatMap((field) =>
      list(podSpec[field]).flatMap((container, index) =>
        resourcesCauses(`${path}.${field}[${index}].resources`, record(container.resources)),
      ),
    ),
  ];
}

function resourcesCauses(path: string, resources: Raw): readonly FieldCause[] {
  const requests = quantities(`${path}.requests`, record(resources.requests));
  const limits = quantities(`${path}.limits`, record(resources.limits));
  const negative = [...requests, ...limits]
    .filter(({ value }) => value < 0)
    .map(({ field, text }) => invalidValue(field, text, 'must be greater than or equal to 0'));
  const above = requests.flatMap((request) => {
    const limit = limits.find(({ name }) => name === request.name);
    if (!limit || request.value <= limit.value) return [];
    return [
      invalidValue(`${path}.requests`, request.text, `must be less than or equal to ${request.name} limit of ${limit.text}`),
    ];
  });
  return [...negative, ...above];
}

interface Quantity {
  readonly field: string;
  readonly name: string;
  readonly text: string;
  readonly value: number;
}

/** @throws Refusal 400 for text that is no quantity: such an object cannot even be read */
function quantities(path: string, raw: Raw): readonly Quantity[] {
  return Object.entries(raw).map(([name, given]) => {
    const text = String(given);
    const value = typeof given === 'string' || typeof given === 'number' ? parseQuantity(text) : undefined;
    if (value === undefined)
      throw badRequest(
        `${path}.${name}: ${JSON.stringify(given)}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
      );
    return { field: `${path}.${name}`, name, text, value };
  });
}

/** Fields of a spec that may change; of other kinds all may but those that `FIXED` names. */
const CHANGEABLE: Readonly<Record<string, { readonly fields: readonly string[]; readonly why: string }>> = {
  StatefulSet: {
    fields: [
      'replicas',
      'ordinals',
      'template',
      'updateStrategy',
      'revisionHistoryLimit',
      'persistentVolumeClaimRetentionPolicy',
      'minReadySeconds',
    ],
    why: "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  },
  Pod: {
    fields: ['activeDeadlineSeconds', 'terminationGracePeriodSeconds', 'tolerations'],
    why: 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
  },
};

const FIXED: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['selector'],
  ReplicaSet: ['selector'],
  DaemonSet: ['selector'],
  Job: ['completions', 'selector', 'template'],
};

function immutableCauses({ kind }: ApiResource, before: Raw, after: Raw): readonly FieldCause[] {
  const [was, is] = [comparable(kind, record(before.spec)), comparable(kind, record(after.spec))];
  const differs = (field: string): boolean => !equal(was[field] ?? null, is[field] ?? null);
  const changeable = CHANGEABLE[kind];
  if (changeable) {
    const names = new Set([...Object.keys(was), ...Object.keys(is)]);
    const isChanged = [...names].some((name) => !changeable.fields.includes(name) && differs(name));
    return isChanged ? [forbiddenField('spec', changeable.why)] : [];
  }
  return (FIXED[kind] ?? []).filter(differs).map((field) => invalidValue(`spec.${field}`, is[field], 'field is immutable'));
}

/** A pod's images may change. */
function comparable(kind: string, spec: Raw): Raw {
  if (kind !== 'Pod') return spec;
  const withoutImages = (containers: Json | undefined): Json => list(containers).map(({ image: _image, ...rest }) => rest);
  return { ...spec, containers: withoutImages(spec.containers), initContainers: withoutImages(spec.initContainers) };
}

function record(value: Json | undefined): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function list(value: Json | undefined): readonly Raw[] {
  return Array.isArray(value) ? (value as readonly Json[]).map((each) => record(each)) : [];
}
