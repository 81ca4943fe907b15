/** YAML: loaded only when it is asked for. */

import { stringify } from 'yaml';
import type { JsonObject } from './item.ts';

export function formatYaml(value: JsonObject): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
