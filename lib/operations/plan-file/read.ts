/** A plan from a file, or from standard input. */

import { open } from 'node:fs/promises';
import { LARGEST_PLAN_BYTES, readPlan } from '../../optimize/plan-file/read.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { Plan } from '../../types/plan.ts';

export interface PlanSource {
  /** `-`: standard input. */
  readonly file: string;
  readonly stdin: AsyncIterable<Uint8Array | string>;
}

/** @throws UpidError input-invalid: a file that cannot be read, is too large, or is no plan; place and cause are named */
export async function readPlanFile(source: PlanSource): Promise<Plan> {
  const name = source.file === '-' ? 'standard input' : source.file;
  return readPlan(await textOf(source, name), name);
}

async function textOf({ file, stdin }: PlanSource, name: string): Promise<string> {
  if (file === '-') return await gather(stdin, name);
  try {
    const handle = await open(file);
    try {
      return await gather(handle.createReadStream({ autoClose: false }), name);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the name of the file',
      cause: error,
    });
  }
}

/** Stops at the bound, so that a device or an endless pipe does not fill the memory. */
async function gather(chunks: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > LARGEST_PLAN_BYTES) {
      throw new UpidError('input-invalid', `${name} is too large for a plan`, {
        remedy: 'it should be what optimize -o yaml prints',
      });
    }
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new UpidError('input-invalid', `${name} is not UTF-8 text`, { remedy: 'it should be what optimize -o yaml prints' });
  }
}
