/** What left a history as a file, and what came into one. */

export type ExportFormat = 'parquet' | 'csv' | 'csv.gz';

/** A view of a cluster's history that was written as a file. */
export interface Exported {
  /** UID of kube-system. */
  readonly cluster: string;
  readonly table: string;
  /** `-` is standard output. */
  readonly file: string;
  readonly format: ExportFormat;
  readonly rows: number;
  readonly bytes: number;
  /** One sentence for each part of the history that is left out. */
  readonly problems: readonly string[];
}

/** Rows of a file, and what became of them: `rows` = `added` + `present` + `rolledUp`. */
export interface Imported {
  /** UID of kube-system. */
  readonly cluster: string;
  /** Folder of its history. */
  readonly folder: string;
  readonly file: string;
  readonly rows: number;
  readonly added: number;
  /** Rows that were there already, or came twice in the file. */
  readonly present: number;
  /** Rows of hours that are kept as roll-ups alone: a row more or less can no longer be told there. */
  readonly rolledUp: number;
  /** First and last instant in the file, Unix epoch milliseconds; absent without rows. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Columns of the file that a history has no place for. */
  readonly ignored: readonly string[];
}
