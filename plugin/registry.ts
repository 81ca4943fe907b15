/** Every command: its path, one line of help, and where it is loaded from. Imports nothing, so that `--help` loads nothing. */

import type { CommandClass } from 'clipanion';
import type { Context } from './context.ts';

export interface Registration {
  readonly path: readonly string[];
  readonly group: 'Look' | 'Act' | 'Data' | 'Set-up';
  readonly summary: string;
  readonly load: () => Promise<CommandClass<Context>>;
}

export const REGISTRY: readonly Registration[] = [
  {
    path: ['idle'],
    group: 'Look',
    summary: 'Find idle pods and workloads, with evidence and confidence',
    load: async () => (await import('./commands/idle.ts')).IdleCommand,
  },
  {
    path: ['forecast'],
    group: 'Look',
    summary: 'Forecast the use of CPU, memory and network by the hour, with intervals',
    load: async () => (await import('./commands/forecast.ts')).ForecastCommand,
  },
  {
    path: ['analyze', 'anomalies'],
    group: 'Look',
    summary: 'Show what left its forecast interval in the last 24 hours',
    load: async () => (await import('./commands/analyze-anomalies.ts')).AnalyzeAnomaliesCommand,
  },
  {
    path: ['explain'],
    group: 'Look',
    summary: 'Explain the verdict on a workload: every factor, and what would change it',
    load: async () => (await import('./commands/explain.ts')).ExplainCommand,
  },
  {
    path: ['optimize'],
    group: 'Act',
    summary: 'Propose what to scale to zero and what to right-size, and what it saves',
    load: async () => (await import('./commands/optimize.ts')).OptimizeCommand,
  },
  {
    path: ['optimize', 'resources'],
    group: 'Act',
    summary: 'Propose requests and limits that fit what is used',
    load: async () => (await import('./commands/optimize-resources.ts')).OptimizeResourcesCommand,
  },
  {
    path: ['optimize', 'zero-pod'],
    group: 'Act',
    summary: 'Propose which idle workloads to scale to zero',
    load: async () => (await import('./commands/optimize-zero-pod.ts')).OptimizeZeroPodCommand,
  },
  {
    path: ['optimize', 'schedule'],
    group: 'Act',
    summary: 'Propose office hours for what is used in them alone',
    load: async () => (await import('./commands/optimize-schedule.ts')).OptimizeScheduleCommand,
  },
  {
    path: ['optimize', 'auto'],
    group: 'Act',
    summary: 'Choose what a policy file allows to be done without asking',
    load: async () => (await import('./commands/optimize-auto.ts')).OptimizeAutoCommand,
  },
  {
    path: ['optimize', 'cost'],
    group: 'Act',
    summary: 'Choose the best set of changes under a budget and a risk limit',
    load: async () => (await import('./commands/optimize-cost.ts')).OptimizeCostCommand,
  },
  {
    path: ['simulate'],
    group: 'Act',
    summary: 'Replay the history against a plan, and tell which nodes come free',
    load: async () => (await import('./commands/simulate.ts')).SimulateCommand,
  },
  {
    path: ['apply'],
    group: 'Act',
    summary: 'Carry out a plan, watch it, and take back what does not do well',
    load: async () => (await import('./commands/apply.ts')).ApplyCommand,
  },
  {
    path: ['rollback'],
    group: 'Act',
    summary: 'Bring back what was changed, by its journal or by the marks on the objects',
    load: async () => (await import('./commands/rollback.ts')).RollbackCommand,
  },
  {
    path: ['history'],
    group: 'Act',
    summary: 'Show what was changed, and what became of each object',
    load: async () => (await import('./commands/history.ts')).HistoryCommand,
  },
  {
    path: ['wake'],
    group: 'Act',
    summary: 'Bring a workload that was scaled to zero back to its former replicas',
    load: async () => (await import('./commands/wake.ts')).WakeCommand,
  },
  {
    path: ['collect'],
    group: 'Data',
    summary: 'Record use in the own history, once or every minute; fill gaps from Prometheus',
    load: async () => (await import('./commands/collect.ts')).CollectCommand,
  },
  {
    path: ['data', 'status'],
    group: 'Data',
    summary: 'Show what lies in the history: tables, rows, sizes, periods',
    load: async () => (await import('./commands/data-status.ts')).DataStatusCommand,
  },
  {
    path: ['data', 'query'],
    group: 'Data',
    summary: 'Ask the history by SQL, read only',
    load: async () => (await import('./commands/data-query.ts')).DataQueryCommand,
  },
  {
    path: ['data', 'export'],
    group: 'Data',
    summary: 'Write a table of the history as Parquet or CSV, for pandas, Spark or DuckDB',
    load: async () => (await import('./commands/data-export.ts')).DataExportCommand,
  },
  {
    path: ['data', 'import'],
    group: 'Data',
    summary: 'Add the rows of a Parquet or CSV file to the history',
    load: async () => (await import('./commands/data-import.ts')).DataImportCommand,
  },
  {
    path: ['data', 'prune'],
    group: 'Data',
    summary: 'Remove what is older than the retention from the history',
    load: async () => (await import('./commands/data-prune.ts')).DataPruneCommand,
  },
  {
    path: ['data', 'compact'],
    group: 'Data',
    summary: 'Merge the small parts of the history into large ones',
    load: async () => (await import('./commands/data-compact.ts')).DataCompactCommand,
  },
  {
    path: ['model', 'info'],
    group: 'Look',
    summary: 'Show the learned models: where they come from, and how well they do',
    load: async () => (await import('./commands/model-info.ts')).ModelInfoCommand,
  },
  {
    path: ['model', 'train'],
    group: 'Look',
    summary: 'Fine-tune the forecast on your own history, kept only where that is better',
    load: async () => (await import('./commands/model-train.ts')).ModelTrainCommand,
  },
  {
    path: ['model', 'evaluate'],
    group: 'Look',
    summary: 'Answer a file of cases, so that the answers can be scored',
    load: async () => (await import('./commands/model-evaluate.ts')).ModelEvaluateCommand,
  },
  {
    path: ['audit', 'list'],
    group: 'Data',
    summary: 'Show what was done to clusters: who, what, why, and how it went',
    load: async () => (await import('./commands/audit-list.ts')).AuditListCommand,
  },
  {
    path: ['audit', 'verify'],
    group: 'Data',
    summary: 'Check that the audit trail is as it was written',
    load: async () => (await import('./commands/audit-verify.ts')).AuditVerifyCommand,
  },
  {
    path: ['audit', 'export'],
    group: 'Data',
    summary: 'Write the audit trail as lines of JSON',
    load: async () => (await import('./commands/audit-export.ts')).AuditExportCommand,
  },
  {
    path: ['demo'],
    group: 'Set-up',
    summary: 'Show idle workloads of the simulated cluster inside the program',
    load: async () => (await import('./commands/demo.ts')).DemoCommand,
  },
  {
    path: ['doctor'],
    group: 'Set-up',
    summary: 'Check what works here and what is missing, with the remedy',
    load: async () => (await import('./commands/doctor.ts')).DoctorCommand,
  },
  {
    path: ['auth', 'whoami'],
    group: 'Set-up',
    summary: 'Show as whom the cluster is asked, and how that is proved',
    load: async () => (await import('./commands/auth-whoami.ts')).AuthWhoAmICommand,
  },
  {
    path: ['auth', 'can-i'],
    group: 'Set-up',
    summary: 'Show which rights each command needs or uses, and which are held',
    load: async () => (await import('./commands/auth-can-i.ts')).AuthCanICommand,
  },
  {
    path: ['auth', 'manifest'],
    group: 'Set-up',
    summary: 'Print least-privilege RBAC for the commands, to be applied by kubectl',
    load: async () => (await import('./commands/auth-manifest.ts')).AuthManifestCommand,
  },
  {
    path: ['version'],
    group: 'Set-up',
    summary: 'Print the version of this program and of its parts',
    load: async () => (await import('./commands/version.ts')).VersionCommand,
  },
  {
    path: ['completion'],
    group: 'Set-up',
    summary: 'Print the script by which a shell completes kubectl-upid',
    load: async () => (await import('./commands/completion.ts')).CompletionCommand,
  },
  {
    path: ['completion', 'install'],
    group: 'Set-up',
    summary: 'Make kubectl complete kubectl upid',
    load: async () => (await import('./commands/completion-install.ts')).CompletionInstallCommand,
  },
  {
    path: ['completion', 'uninstall'],
    group: 'Set-up',
    summary: 'Take away what completion install has written',
    load: async () => (await import('./commands/completion-uninstall.ts')).CompletionUninstallCommand,
  },
];

/** The registration whose path is the longest beginning of `words`. */
export function findCommand(words: readonly string[]): Registration | undefined {
  return REGISTRY.filter(({ path }) => path.every((word, index) => words[index] === word)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
}
