/** A listing in the form that was asked for, as text. */

import { formatCsv } from './csv.ts';
import { formatCustomColumns } from './custom-columns.ts';
import { fillTemplate } from './jsonpath/evaluate.ts';
import type { Listing } from './listing.ts';
import type { OutputForm } from './output.ts';
import { sortRows } from './sort.ts';
import { formatTable } from './table.ts';

export interface PrintOptions {
  readonly form: OutputForm;
  readonly headers: boolean;
  readonly sortBy?: string;
}

/** Empty for a table without rows: what is said instead goes to standard error. */
export async function formatListing<T>(listing: Listing<T>, { form, headers, sortBy }: PrintOptions): Promise<string> {
  const rows = sortBy === undefined ? listing.rows : sortRows(listing.rows, listing.columns, sortBy);
  const items = rows.map(({ item }) => item);
  switch (form.form) {
    case 'json':
      return `${JSON.stringify(listing.list(items), undefined, 4)}\n`;
    case 'yaml': {
      const { formatYaml } = await import('./yaml.ts');
      return formatYaml(listing.list(items));
    }
    case 'jsonpath':
      return fillTemplate(form.template, listing.list(items));
    case 'custom-columns':
      return items.length === 0 && !headers ? '' : formatCustomColumns(items, form.columns, { headers });
    case 'csv':
      return formatCsv(items, listing.csvColumns, { headers });
    case 'name':
      return rows.map(({ value }) => `${listing.name(value)}\n`).join('');
    case 'table': {
      if (rows.length === 0) return '';
      const columns = listing.columns.filter(({ wide }) => !wide || form.wide);
      const cells = rows.map(({ value }) => columns.map(({ cell }) => cell(value)));
      return formatTable(
        columns.map(({ heading }) => heading),
        cells,
        { headers },
      );
    }
  }
}
