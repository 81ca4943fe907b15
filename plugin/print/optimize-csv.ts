/** Fields of a recommendation that become columns of CSV. */

export const OPTIMIZE_CSV_COLUMNS: readonly string[] = [
  'namespace',
  'kind',
  'name',
  'recommendation',
  'confidence',
  'risk',
  'replicas',
  'requestedCpuCores',
  'requestedMemoryBytes',
  'savedCpuCores',
  'savedMemoryBytes',
  'savedMonthlyAmount',
  'currency',
  'priceSource',
  'dryRun',
  'dryRunReason',
  'reason',
  'apiVersion',
  'uid',
  'simulated',
];
