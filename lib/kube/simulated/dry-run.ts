/** A patch with `dryRun=All`: what the object would become, or why the server would refuse. Nothing is stored. */

import { applyJsonPatch, equal, type Json, MalformedPatch, PatchFailure } from './json-patch.ts';
import type { Manifest } from './manifests.ts';
import { withDefaults } from './objects/defaults.ts';
import { badRequest, Refusal } from './refusal.ts';
import { type ApiResource, resourceName } from './resources.ts';
import type { SnapshotObject } from './snapshot.ts';
import { validateChange } from './validation.ts';

export const JSON_PATCH = 'application/json-patch+json';

type Raw = Readonly<Record<string, Json>>;

/** @throws Refusal 400 for what is no patch, 409 for another resourceVersion, 415 for other kinds of patch, 422 for what does not apply or is not valid */
export function dryRunPatch(resource: ApiResource, object: SnapshotObject, contentType: string, patch: unknown): Raw {
  if (contentType !== JSON_PATCH)
    throw new Refusal(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${JSON_PATCH}`,
    );
  const before = object as unknown as Raw;
  const after = patched(before, patch);
  const [was, is] = [before.metadata as Raw, (after.metadata ?? {}) as Raw];
  if (is.resourceVersion !== was.resourceVersion) throw conflict(resource, String(was.name));
  validateChange(resource, before, after);
  // Written as it would be stored: `1024Mi` comes back as `1Gi`.
  const stored = withDefaults(after as unknown as Manifest) as unknown as Raw;
  const isSpecChanged = !equal(before.spec ?? null, stored.spec ?? null);
  if (!isSpecChanged || typeof was.generation !== 'number') return stored;
  return { ...stored, metadata: { ...is, generation: was.generation + 1 } };
}

function patched(before: Raw, patch: unknown): Raw {
  try {
    const after = applyJsonPatch(before, patch);
    if (typeof after === 'object' && after !== null && !Array.isArray(after)) return after as Raw;
    throw badRequest('the patch does not leave an object');
  } catch (error) {
    if (error instanceof MalformedPatch) throw badRequest(`error decoding patch: ${error.message}`);
    // The real server says only that the request is invalid; which operation failed helps whoever reads it.
    if (error instanceof PatchFailure)
      throw new Refusal(422, 'Invalid', `the server rejected our request due to an error in our request: ${error.message}`);
    throw error;
  }
}

function conflict(resource: ApiResource, name: string): Refusal {
  return new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { name, kind: resource.plural, ...(resource.group !== '' && { group: resource.group }) },
  );
}
