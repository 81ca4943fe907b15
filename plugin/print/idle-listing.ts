/** `kubectl upid idle` as a list: which findings are shown, and the columns of its table. */

import type { IdleFinding } from '../../lib/types/idle.ts';
import { formatBytesPerSecond, formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { IdleResult } from '../../lib/types/result.ts';
import { objectName, workloadOrder } from '../../lib/types/workload.ts';
import { formatIdleFor, formatPercent, orNone, orUnknown, typeAndName } from './figures.ts';
import { IDLE_CSV_COLUMNS, idleItem, settingsFields } from './idle-item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';
import { formatResources } from './resources.ts';
import { NONE } from './table.ts';

export interface IdleSelection {
  /** Also the workloads of which nothing can be said. */
  readonly includeUnknown: boolean;
  /** Also the workloads that are used. */
  readonly includeActive: boolean;
  /** Named workloads are shown whatever their verdict. */
  readonly named: boolean;
}

/** Idle from the asked confidence on, in the order of namespace and name. */
export function shownFindings(
  { findings, settings }: IdleResult,
  { includeUnknown, includeActive, named }: IdleSelection,
): readonly IdleFinding[] {
  return findings
    .filter(
      ({ verdict, confidence }) =>
        named ||
        (verdict === 'idle' && confidence >= settings.confidence) ||
        (includeUnknown && verdict === 'unknown') ||
        (includeActive && verdict === 'active'),
    )
    .sort((a, b) => workloadOrder(a.workload, b.workload));
}

export function idleListing(result: IdleResult, selection: IdleSelection, showLabels: boolean): Listing<IdleFinding> {
  const { observedAtMs, findings, settings } = result;
  return {
    columns: idleColumns({
      observedAtMs,
      allNamespaces: result.namespace === '',
      verdict: selection.includeUnknown || selection.includeActive || selection.named,
      showLabels,
    }),
    rows: shownFindings(result, selection).map((value) => ({ value, item: idleItem(value, result) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'IdleWorkloadList',
      metadata: { ...provenanceFields(result), settings: settingsFields(settings), counts: countVerdicts(findings) },
      items,
    }),
    name: ({ workload }) => objectName(workload),
    csvColumns: IDLE_CSV_COLUMNS,
  };
}

/** How many workloads were examined, whatever is shown of them. */
export function countVerdicts(findings: readonly IdleFinding[]) {
  const count = (verdict: IdleFinding['verdict']): number => findings.filter((finding) => finding.verdict === verdict).length;
  return { examined: findings.length, idle: count('idle'), active: count('active'), unknown: count('unknown') };
}

interface ColumnContext {
  readonly observedAtMs: number;
  readonly allNamespaces: boolean;
  /** The verdict is a column of its own right: not only idle workloads are shown. */
  readonly verdict: boolean;
  readonly showLabels: boolean;
}

/** As kubectl: NAMESPACE only where several are shown; wide adds columns and moves none. */
export function idleColumns({ observedAtMs, allNamespaces, verdict, showLabels }: ColumnContext): readonly Column<IdleFinding>[] {
  return [
    ...(allNamespaces ? [NAMESPACE] : []),
    { heading: 'NAME', cell: ({ workload }) => typeAndName(workload), sortKey: ({ workload }) => workload.name },
    { heading: 'PODS', cell: ({ pods }) => String(pods), sortKey: ({ pods }) => pods },
    {
      heading: 'IDLE-SINCE',
      cell: ({ idleSinceMs, idleAtLeast }) => orNone(idleSinceMs, (since) => formatIdleFor(since, observedAtMs, idleAtLeast)),
      sortKey: ({ idleSinceMs }) => idleSinceMs,
      // The earliest instant is the longest idleness.
      ascending: true,
    },
    { heading: 'CPU', cell: ({ use }) => orUnknown(use.cpuCores, formatCores), sortKey: ({ use }) => use.cpuCores },
    { heading: 'MEMORY', cell: ({ use }) => orUnknown(use.memoryBytes, formatMebibytes), sortKey: ({ use }) => use.memoryBytes },
    {
      heading: 'NETWORK',
      cell: ({ use }) => orUnknown(use.networkBytesPerSecond, formatBytesPerSecond),
      sortKey: ({ use }) => use.networkBytesPerSecond,
    },
    { heading: 'REQUESTS', cell: ({ use }) => orUnknown(use.requests, formatCount), sortKey: ({ use }) => use.requests },
    {
      heading: 'CONFIDENCE',
      // No probability is claimed for what is unknown.
      cell: ({ verdict, confidence }) => orUnknown(verdict === 'unknown' ? undefined : confidence, formatPercent),
      sortKey: ({ confidence }) => confidence,
    },
    { heading: 'VERDICT', cell: (finding) => finding.verdict, sortKey: (finding) => finding.verdict, wide: !verdict },
    // Cores first: they bound how many pods a node takes more often than memory does.
    {
      heading: 'WASTE',
      cell: ({ requested }) => formatResources(requested),
      sortKey: ({ requested }) => requested.cpuCores,
      wide: true,
    },
    { heading: 'EVIDENCE', cell: ({ reason }) => reason, sortKey: ({ reason }) => reason, wide: true },
    ...(showLabels ? [LABELS] : []),
  ];
}

const NAMESPACE: Column<IdleFinding> = {
  heading: 'NAMESPACE',
  cell: ({ workload }) => workload.namespace,
  sortKey: ({ workload }) => workload.namespace,
};

const LABELS: Column<IdleFinding> = {
  heading: 'LABELS',
  cell: ({ labels }) => orUnknown(labels, formatLabels),
  sortKey: ({ labels }) => labels && formatLabels(labels),
};

/** As kubectl writes them: `app=web,tier=front`, in the order of their names. */
function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? NONE : pairs.sort().join(',');
}

/** Requests may be a rate times a period, and so no whole number. */
function formatCount(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(1);
}
