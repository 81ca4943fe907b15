/** Idle findings as rows of a list. */

import { formatAge } from '../lib/types/duration.ts';
import type { IdleFinding } from '../lib/types/idle.ts';
import { formatBytesPerSecond, formatCores, formatMebibytes } from '../lib/types/quantity.ts';
import type { IdleResult } from '../lib/types/result.ts';
import { workloadKey } from '../lib/types/usage.ts';
import { objectName } from '../lib/types/workload.ts';
import type { ListRow } from './browse.ts';
import type { Column } from './columns.ts';
import { formatCount, formatPercent, MISSING, orMissing } from './figures.ts';
import { shortName } from './names.ts';
import type { SortOrder } from './sort.ts';

export const IDLE_COLUMNS: readonly Column[] = [
  { heading: 'NAMESPACE', short: 'NAMESPACE', align: 'left', shrinksTo: 9 },
  { heading: 'NAME', short: 'NAME', align: 'left', shrinksTo: 17 },
  { heading: 'PODS', short: 'PODS', align: 'right', dropped: 2 },
  { heading: 'IDLE-SINCE', short: 'IDLE', align: 'right' },
  { heading: 'CPU', short: 'CPU', align: 'right' },
  { heading: 'MEMORY', short: 'MEM', align: 'right', dropped: 3 },
  { heading: 'NETWORK', short: 'NET', align: 'right', dropped: 4 },
  { heading: 'REQUESTS', short: 'REQS', align: 'right', dropped: 1 },
  { heading: 'CONFIDENCE', short: 'CONF', align: 'right' },
];

export const IDLE_ORDERS: readonly SortOrder[] = [
  { name: 'confidence', descending: true },
  { name: 'waste', descending: true },
  { name: 'namespace', descending: false },
  { name: 'name', descending: false },
  // Earliest instant first: idle for longest.
  { name: 'idle-since', descending: false },
];

/** Idle from `confidence` on, and the unknown ones, to be shown when asked for. Active workloads are no rows. */
export function idleRows(result: IdleResult, confidence: number): ListRow[] {
  return result.findings
    .filter(({ verdict, confidence: sure }) => verdict === 'unknown' || (verdict === 'idle' && sure >= confidence))
    .map((finding) => rowOf(finding, result.observedAtMs));
}

export function idleRowId(finding: IdleFinding): string {
  return workloadKey(finding.workload);
}

function rowOf(finding: IdleFinding, observedAtMs: number): ListRow {
  const { workload, use, requested } = finding;
  const idle = finding.verdict === 'idle';
  return {
    id: idleRowId(finding),
    cells: [
      { text: workload.namespace },
      { text: shortName(workload) },
      { text: String(finding.pods) },
      idle ? { text: idleFor(finding, observedAtMs) } : { text: finding.verdict, tone: 'warning' },
      { text: orMissing(use.cpuCores, formatCores) },
      { text: orMissing(use.memoryBytes, formatMebibytes) },
      { text: orMissing(use.networkBytesPerSecond, formatBytesPerSecond) },
      { text: orMissing(use.requests, formatCount) },
      idle ? { text: formatPercent(finding.confidence), tone: 'good' } : { text: MISSING },
    ],
    search: `${workload.namespace} ${objectName(workload)} ${shortName(workload)} ${finding.verdict}`.toLowerCase(),
    extra: finding.verdict === 'unknown',
    sort: {
      confidence: [idle ? finding.confidence : undefined],
      // Cores first: they bound how many pods a node takes more often than memory does.
      waste: [requested.cpuCores, requested.memoryBytes],
      namespace: [workload.namespace, workload.name],
      name: [workload.name],
      'idle-since': [finding.idleSinceMs],
    },
  };
}

/** `5d3h` up to the moment of the observation; `5d3h+` where the evidence begins with the quiet. */
export function idleFor(finding: IdleFinding, observedAtMs: number): string {
  const { idleSinceMs, idleAtLeast } = finding;
  return idleSinceMs === undefined ? MISSING : `${formatAge((observedAtMs - idleSinceMs) / 1000)}${idleAtLeast ? '+' : ''}`;
}

/** `8 idle of 48 workloads, 5 unknown`. */
export function idleSummary(result: IdleResult, confidence: number, showUnknown: boolean): string {
  const idle = result.findings.filter(({ verdict }) => verdict === 'idle');
  const listed = idle.filter((finding) => finding.confidence >= confidence).length;
  const unknown = result.findings.filter(({ verdict }) => verdict === 'unknown').length;
  const parts = [
    `${listed} idle of ${result.findings.length} workloads`,
    ...(idle.length > listed ? [`${idle.length - listed} below ${formatPercent(confidence)}`] : []),
    ...(unknown > 0 ? [`${unknown} unknown${showUnknown ? '' : ' hidden'}`] : []),
  ];
  return parts.join(', ');
}
