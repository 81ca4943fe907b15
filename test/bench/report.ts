/** What a part of the bench found, and how it is printed. */

import { formatTable } from '../../plugin/print/table.ts';
import { BUDGETS, type Budget, type BudgetName } from './budgets.ts';

/** Says what takes long. */
export type Say = (line: string) => void;

export interface Report {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Compared with the budgets of the same names. */
  readonly figures: Readonly<Partial<Record<BudgetName, number>>>;
  readonly notes?: readonly string[];
}

/** A part of the bench; a string says why it cannot be measured here. */
export interface Part {
  readonly title: string;
  measure(say: Say): Promise<Report | string>;
}

export async function printReport(title: string, { headings, rows, notes = [] }: Report): Promise<void> {
  const table = await formatTable(headings, rows, { headers: true });
  process.stdout.write(`\n${title}\n\n${table}${notes.map((note) => `${note}\n`).join('')}`);
}

/** Figures above their budgets, and those that could not be measured. */
export function missed(figures: Report['figures']): readonly BudgetName[] {
  const found = Object.entries(figures) as [BudgetName, number][];
  return found.filter(([name, value]) => !(value <= BUDGETS[name].most)).map(([name]) => name);
}

/** Prints how every figure compares with its budget. */
export async function printBudgets(figures: Report['figures']): Promise<void> {
  const above = missed(figures);
  const rows = (Object.entries(figures) as [BudgetName, number][]).map(([name, value]) => {
    const budget: Budget = BUDGETS[name];
    return [name, written(value, budget), written(budget.most, budget), above.includes(name) ? 'MISSED' : 'met', budget.meaning];
  });
  const table = await formatTable(['BUDGET', 'FOUND', 'AT MOST', '', 'MEANING'], rows, { headers: true });
  process.stdout.write(`\n${table}`);
}

function written(value: number, { unit }: Budget): string {
  if (unit === 'share') return value.toFixed(4);
  return unit === 'times' ? `${value.toFixed(2)} ×` : `${Math.round(value)} ${unit === 'MB' ? 'MB' : ''}`.trim();
}
