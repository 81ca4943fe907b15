/** Field selectors as text (`spec.nodeName=node-1,status.phase!=Running`): apimachinery's fields.ParseSelector. */

import { badRequest } from './refusal.ts';
import { type ApiResource, groupVersionOf } from './resources.ts';

export type ObjectTest = (object: Readonly<Record<string, unknown>>) => boolean;

/** Test of a selector on objects of a resource. @throws Refusal 400 for text that is none, and for a field that the resource cannot be selected by */
export function parseFieldSelector(text: string, resource: ApiResource): ObjectTest {
  const terms = splitTerms(text).filter((term) => term !== '');
  const tests = terms.map((term) => {
    const match = /^([^=!]*)(==|!=|=)((?:\\.|[^\\])*)$/s.exec(term);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    return fieldTest(field, operator === '!=', value.replaceAll(/\\([\\,=])/g, '$1'), resource);
  });
  return (object) => tests.every((test) => test(object));
}

function fieldTest(field: string, negated: boolean, value: string, resource: ApiResource): ObjectTest {
  const absent = absentValue(field, resource);
  return (object) => (String(valueAt(object, field) ?? absent) === value) !== negated;
}

/** What an object without the field counts as. */
function absentValue(field: string, resource: ApiResource): string {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced)) return '';
  const absent = Object.hasOwn(resource.fields, field) ? resource.fields[field] : undefined;
  if (absent !== undefined) return absent;
  if (Object.keys(resource.fields).length > 0) throw badRequest(`field label not supported: ${field}`);
  const known = resource.namespaced ? '"metadata.name", "metadata.namespace"' : '"metadata.name"';
  const where = `${groupVersionOf(resource)} ${resource.kind}`;
  throw badRequest(`"${field}" is not a known field selector of ${where}: only ${known}`);
}

function valueAt(object: unknown, field: string): unknown {
  let value = object;
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\.|[^,\\])+/gs) ?? [];
}
