/** Values that a flag can take. */

import type { DescribedCommand, DescribedFlag } from '../flags/definitions.ts';
import { type Answer, type Candidate, FILES, FOLDERS, matching, named } from './answer.ts';
import type { Names } from './names.ts';

/** Flags whose values are the same for every command that has them. */
export const FIXED_VALUES: Readonly<Record<string, readonly Candidate[]>> = {
  '--dry-run': [
    { value: 'server', description: 'Ask the API server about each patch' },
    { value: 'client', description: 'Ask nobody' },
    { value: 'none', description: 'Ask nobody' },
  ],
  '--resource': [{ value: 'cpu' }, { value: 'memory' }, { value: 'network' }],
  '--interactive': [
    { value: 'true', description: 'Show the full-screen view' },
    { value: 'false', description: 'Print' },
    { value: 'auto', description: 'Show the view on a terminal, without -o' },
  ],
};

const BOOLEAN = named(['true', 'false']);

/** Of `-o` without and with a table. */
const DATA_FORMS: readonly Candidate[] = named(['json', 'yaml']);
const ALL_FORMS: readonly Candidate[] = [
  ...DATA_FORMS,
  { value: 'wide', description: 'A table with more columns' },
  { value: 'name', description: 'One resource/name a line' },
  { value: 'csv' },
  { value: 'jsonpath=', description: "A template, such as '{.items[*].name}'" },
  { value: 'jsonpath-file=', description: 'A file with such a template' },
  { value: 'custom-columns=', description: 'Columns, such as NAME:.name,CPU:.cpuCores' },
  { value: 'custom-columns-file=', description: 'A file with such columns' },
];

export async function flagValues(flag: DescribedFlag, typed: string, command: DescribedCommand, names: Names): Promise<Answer> {
  if (flag.placeholder === 'FILE') return FILES;
  if (flag.placeholder === 'FOLDER') return FOLDERS;
  return matching(typed, await candidatesFor(flag, command, names));
}

async function candidatesFor(flag: DescribedFlag, command: DescribedCommand, names: Names): Promise<readonly Candidate[]> {
  if (!flag.takesValue) return BOOLEAN;
  switch (flag.long) {
    case '--namespace':
      return named(await names.namespaces());
    case '--context':
    case '--cluster':
    case '--user':
      return named(await names.kubeconfig(`${flag.long.slice(2)}s` as 'contexts' | 'clusters' | 'users'));
    case '--output':
      if (command.path.join(' ') === 'data query') return named((await import('../print/query-answer.ts')).QUERY_FORMS);
      return command.flags.some(({ long }) => long === '--no-headers') ? ALL_FORMS : DATA_FORMS;
    case '--for':
      // A length of time with other commands.
      return flag.placeholder === 'PROFILE' ? named((await import('../../lib/operations/auth/profiles.ts')).PROFILES) : [];
    case '--sort-by':
      return named(await sortColumns(command.path.join(' ')));
    default:
      return FIXED_VALUES[flag.long] ?? [];
  }
}

/** Headings of all columns that a command's table can have. */
async function sortColumns(command: string): Promise<readonly string[]> {
  const load = SORT_COLUMNS[command];
  return load ? (await load()).map(({ heading }) => heading.toLowerCase()) : [];
}

const idleColumns = async (): Promise<readonly { readonly heading: string }[]> =>
  (await import('../print/idle-listing.ts')).idleColumns({
    observedAtMs: 0,
    allNamespaces: true,
    verdict: true,
    showLabels: true,
  });

const optimizeColumns = async (): Promise<readonly { readonly heading: string }[]> =>
  (await import('../print/optimize-listing.ts')).optimizeColumns(true);

const SORT_COLUMNS: Readonly<Record<string, typeof idleColumns>> = {
  idle: idleColumns,
  demo: idleColumns,
  explain: async () => (await import('../print/explain-listing.ts')).explainColumns({ namespace: '', observedAtMs: 0 }),
  forecast: async () =>
    (await import('../print/forecast-listing.ts')).forecastColumns({ allNamespaces: true, timeZone: 'UTC', horizonHours: 168 }),
  'analyze anomalies': async () =>
    (await import('../print/anomaly-listing.ts')).anomalyColumns({ allNamespaces: true, timeZone: 'UTC' }),
  collect: async () => (await import('../print/collect-listing.ts')).ROUND_COLUMNS,
  doctor: async () => (await import('../print/doctor-listing.ts')).CHECK_COLUMNS,
  'model info': async () => (await import('../print/model-listing.ts')).MODEL_COLUMNS,
  'model train': async () => (await import('../print/train-listing.ts')).TRAIN_COLUMNS,
  'audit list': async () => (await import('../print/audit-listing.ts')).AUDIT_COLUMNS,
  optimize: optimizeColumns,
  'optimize resources': optimizeColumns,
  'optimize zero-pod': optimizeColumns,
  'optimize schedule': optimizeColumns,
  'optimize auto': optimizeColumns,
  'optimize cost': optimizeColumns,
  simulate: async () => (await import('../print/simulate-listing.ts')).CHANGE_COLUMNS,
};
