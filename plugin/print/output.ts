/** The forms of output that -o names. */

import { readFileSync } from 'node:fs';
import { messageOf, UpidError } from '../../lib/types/errors.ts';
import { type CustomColumn, parseCustomColumns, parseCustomColumnsFile } from './custom-columns.ts';
import { parseTemplate } from './jsonpath/parse.ts';
import type { Node } from './jsonpath/syntax.ts';

export type OutputForm =
  | { readonly form: 'table'; readonly wide: boolean }
  | { readonly form: 'json' | 'yaml' | 'name' | 'csv' }
  | { readonly form: 'jsonpath'; readonly template: readonly Node[] }
  | { readonly form: 'custom-columns'; readonly columns: readonly CustomColumn[] };

const FORMS = 'json, yaml, wide, name, csv, jsonpath=…, jsonpath-file=…, custom-columns=…, custom-columns-file=…';

/** @throws UpidError `usage` for a form that does not exist, or one whose template cannot be read. */
export function parseOutputForm(text: string): OutputForm {
  const equals = text.indexOf('=');
  const form = equals < 0 ? text : text.slice(0, equals);
  const argument = equals < 0 ? '' : text.slice(equals + 1);
  switch (form) {
    case 'wide':
    case 'json':
    case 'yaml':
    case 'name':
    case 'csv':
      if (equals >= 0) break;
      return form === 'wide' ? { form: 'table', wide: true } : { form };
    case 'jsonpath':
      return { form, template: parseTemplate(needed(argument, form, '{.items[*].name}')) };
    case 'jsonpath-file':
      return { form: 'jsonpath', template: parseTemplate(readTemplate(needed(argument, form, 'FILE')).replace(/\n$/, '')) };
    case 'custom-columns':
      return { form, columns: parseCustomColumns(needed(argument, form, 'NAME:.name')) };
    case 'custom-columns-file': {
      const file = needed(argument, form, 'FILE');
      return { form: 'custom-columns', columns: parseCustomColumnsFile(readTemplate(file), file) };
    }
  }
  throw new UpidError('usage', `invalid value for --output: "${text}"`, { remedy: `it should be one of ${FORMS}` });
}

function needed(argument: string, form: string, example: string): string {
  if (argument === '')
    throw new UpidError('usage', `-o ${form} lacks its template`, { remedy: `it should look like -o '${form}=${example}'` });
  return argument;
}

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UpidError('usage', `the template ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
