/** Checks what the program prints against the published shapes. */

import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export type Shape =
  | 'idle-workload-list'
  | 'explanation'
  | 'optimization-plan'
  | 'forecast-list'
  | 'anomaly-list'
  | 'model-training-list'
  | 'model-list';

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });
// The shape of an explanation refers to that of an idle finding.
const compiled = new Map<Shape, ValidateFunction>([['idle-workload-list', ajv.compile(read('idle-workload-list'))]]);

/** @throws Error with every difference from the shape in docs/schema */
export function assertPublished(shape: Shape, value: unknown): void {
  const validate = compiled.get(shape) ?? ajv.compile(read(shape));
  compiled.set(shape, validate);
  if (!validate(value)) throw new Error(`not of the shape ${shape}:\n${ajv.errorsText(validate.errors, { separator: '\n' })}`);
}
