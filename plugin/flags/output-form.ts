/** The output flags that commands with a list share, however else their flags differ. */

import { Option } from 'clipanion';
import { type OutputForm, parseOutputForm } from '../print/output.ts';

const TEMPLATES = 'jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=COLUMNS, custom-columns-file=FILE';

/** Forms of a list besides its table. */
export const LIST_FORMS = `wide, name, csv, ${TEMPLATES}`;

export function outputOption(description = `\`FORM\` of the output: json, yaml, ${LIST_FORMS}`) {
  return Option.String('-o,--output', { description });
}

export function noHeadersOption() {
  return Option.Boolean('--no-headers', false, { description: 'Leave the headings out' });
}

/** A table where no form was named. @throws UpidError `usage` for a form that cannot be read. */
export function outputFormOf(output: string | undefined): OutputForm {
  return output === undefined ? { form: 'table', wide: false } : parseOutputForm(output);
}
