/** What the simulated API server refuses, as the Status object that a real one answers with. */

import { type ApiResource, resourceName } from './resources.ts';

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly FieldCause[];
}

/** One field that is wrong. */
export interface FieldCause {
  readonly reason: 'FieldValueInvalid' | 'FieldValueForbidden';
  readonly message: string;
  readonly field: string;
}

export class Refusal extends Error {
  /** HTTP status. */
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails;

  constructor(code: number, reason: string, message: string, details: StatusDetails = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  get status(): Readonly<Record<string, unknown>> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

/** A path that nobody serves. */
export function pathMissing(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource');
}

export function objectMissing(resource: ApiResource, name: string): Refusal {
  const details = { name, kind: resource.plural, ...(resource.group !== '' && { group: resource.group }) };
  return new Refusal(404, 'NotFound', `${resourceName(resource)} "${name}" not found`, details);
}

export function methodNotAllowed(method: string): Refusal {
  return new Refusal(405, 'MethodNotAllowed', `the server does not allow this method on the requested resource (${method})`);
}

/** An object that fails validation. */
export function invalid(resource: ApiResource, name: string, causes: readonly FieldCause[]): Refusal {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const errors = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  return new Refusal(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, {
    name,
    kind: resource.kind,
    ...(resource.group !== '' && { group: resource.group }),
    causes,
  });
}

/** `Invalid value: "600m": must be less than or equal to cpu limit of 500m`. */
export function invalidValue(field: string, value: unknown, why: string): FieldCause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}` };
}

export function forbiddenField(field: string, why: string): FieldCause {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}
