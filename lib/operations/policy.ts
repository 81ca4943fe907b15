/** A policy from its file: apart from `optimize`, which needs no parser of YAML without one. */

import { readFile } from 'node:fs/promises';
import type { Objection } from '../optimize/limits.ts';
import { policyObjection } from '../optimize/policy/objection.ts';
import { readPolicy } from '../optimize/policy/read.ts';
import { messageOf, UpidError } from '../types/errors.ts';

/** What it objects to at an instant. @throws UpidError input-invalid, naming file and place */
export async function readPolicyFile(file: string, timeZone: string): Promise<(nowMs: number) => Objection> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the name of the file',
      cause: error,
    });
  });
  const policy = readPolicy(text, file, timeZone);
  return (nowMs) => policyObjection(policy, nowMs);
}
