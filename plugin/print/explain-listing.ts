/** `kubectl upid explain` as a list; its rows in a table are what a page of each says in full. */

import { formatAge } from '../../lib/types/duration.ts';
import type { ExplainResult, Explanation } from '../../lib/types/explanation.ts';
import { objectName, workloadOrder } from '../../lib/types/workload.ts';
import { explainItem } from './explain-item.ts';
import { formatPercent, orNone, orUnknown, typeAndName } from './figures.ts';
import { IDLE_CSV_COLUMNS, settingsFields } from './idle-item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';

export function explainListing(result: ExplainResult): Listing<Explanation> {
  return {
    columns: explainColumns(result),
    rows: result.explanations
      .toSorted((a, b) => workloadOrder(a.finding.workload, b.finding.workload))
      .map((value) => ({ value, item: explainItem(value, result) })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'ExplanationList',
      metadata: { ...provenanceFields(result), settings: settingsFields(result.settings) },
      items,
    }),
    name: ({ finding }) => objectName(finding.workload),
    csvColumns: [...IDLE_CSV_COLUMNS, 'standby', 'neverIdle'],
  };
}

export function explainColumns({
  namespace,
  observedAtMs,
}: Pick<ExplainResult, 'namespace' | 'observedAtMs'>): readonly Column<Explanation>[] {
  return [
    ...(namespace === '' ? [NAMESPACE] : []),
    { heading: 'NAME', cell: ({ finding }) => typeAndName(finding.workload), sortKey: ({ finding }) => finding.workload.name },
    { heading: 'VERDICT', cell: ({ finding }) => finding.verdict, sortKey: ({ finding }) => finding.verdict },
    {
      heading: 'CONFIDENCE',
      cell: ({ finding }) => orUnknown(finding.verdict === 'unknown' ? undefined : finding.confidence, formatPercent),
      sortKey: ({ finding }) => finding.confidence,
    },
    {
      heading: 'IDLE-IN',
      cell: ({ outlook }) => orNone(outlook.idleFrom?.atMs, (at) => formatAge((at - observedAtMs) / 1000)),
      sortKey: ({ outlook }) => outlook.idleFrom?.atMs,
      ascending: true,
    },
    { heading: 'REASON', cell: ({ finding }) => finding.reason, sortKey: ({ finding }) => finding.reason },
  ];
}

const NAMESPACE: Column<Explanation> = {
  heading: 'NAMESPACE',
  cell: ({ finding }) => finding.workload.namespace,
  sortKey: ({ finding }) => finding.workload.namespace,
};
