/** Where an export goes, and in which form. */

import type { ExportFormat } from '../../lib/types/history-exchange.ts';
import { readAs } from './validators.ts';

export interface ExportTarget {
  /** `-` is standard output. */
  readonly file: string;
  readonly format: ExportFormat;
}

const FORMATS: readonly ExportFormat[] = ['parquet', 'csv.gz', 'csv'];

export const isExportTarget = readAs((text): ExportTarget | undefined => {
  if (text === '-') return { file: text, format: 'csv' };
  const format = FORMATS.find((each) => text.toLowerCase().endsWith(`.${each}`));
  return format && { file: text, format };
}, 'a file that ends in .parquet, .csv or .csv.gz, or - for CSV on standard output');
