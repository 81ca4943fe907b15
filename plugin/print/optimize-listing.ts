/** `kubectl upid optimize` as a list: the plan's recommendations in its own order, and the columns of its table. */

import { declinedFields, planFields, recommendationFields } from '../../lib/operations/plan-file/write.ts';
import { type Recommendation, riskLevel, type ValueChange } from '../../lib/types/plan.ts';
import { formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { OptimizeResult } from '../../lib/types/result.ts';
import { objectName } from '../../lib/types/workload.ts';
import { formatMoney, formatPercent, orNone, typeAndName } from './figures.ts';
import type { Column, Listing } from './listing.ts';
import { OPTIMIZE_CSV_COLUMNS } from './optimize-csv.ts';
import { provenanceFields } from './provenance.ts';
import { NONE } from './table.ts';

export function optimizeListing(result: OptimizeResult): Listing<Recommendation> {
  const { plan } = result;
  return {
    columns: optimizeColumns(result.namespace === ''),
    rows: plan.recommendations.map((value) => ({ value, item: recommendationFields(value, result.cluster.simulated) })),
    list: (items) => ({
      apiVersion: plan.apiVersion,
      kind: plan.kind,
      metadata: {
        ...provenanceFields(result),
        ...planFields(plan),
      },
      items,
      declined: plan.declined.map(declinedFields),
    }),
    name: ({ target }) => objectName(target),
    csvColumns: OPTIMIZE_CSV_COLUMNS,
  };
}

export function optimizeColumns(allNamespaces: boolean): readonly Column<Recommendation>[] {
  return [
    ...(allNamespaces ? [NAMESPACE] : []),
    { heading: 'NAME', cell: ({ target }) => typeAndName(target), sortKey: ({ target }) => target.name },
    { heading: 'ACTION', cell: ({ kind }) => kind, sortKey: ({ kind }) => kind },
    { heading: 'CHANGE', cell: ({ changes }) => formatChanges(changes), sortKey: ({ changes }) => formatChanges(changes) },
    { heading: 'SAVES-CPU', cell: ({ savings }) => formatCores(savings.cpuCores), sortKey: ({ savings }) => savings.cpuCores },
    {
      heading: 'SAVES-MEMORY',
      cell: ({ savings }) => formatMebibytes(savings.memoryBytes),
      sortKey: ({ savings }) => savings.memoryBytes,
    },
    {
      heading: 'SAVES-MONTHLY',
      cell: ({ savings }) => formatMoney(savings.monthly),
      sortKey: ({ savings }) => savings.monthly.amount,
    },
    {
      heading: 'CONFIDENCE',
      cell: ({ confidence }) => orNone(confidence, formatPercent),
      sortKey: ({ confidence }) => confidence,
    },
    { heading: 'RISK', cell: ({ risk }) => riskLevel(risk.value), sortKey: ({ risk }) => risk.value, ascending: true },
    { heading: 'DRY-RUN', cell: answerOf, sortKey: answerOf },
    {
      heading: 'RISK-VALUE',
      cell: ({ risk }) => risk.value.toFixed(2),
      sortKey: ({ risk }) => risk.value,
      ascending: true,
      wide: true,
    },
    {
      heading: 'WARNINGS',
      cell: ({ warnings }) => (warnings.length === 0 ? NONE : warnings.join('; ')),
      sortKey: ({ warnings }) => warnings.length,
      wide: true,
    },
    { heading: 'EVIDENCE', cell: (recommendation) => evidenceOf(recommendation), sortKey: ({ reason }) => reason, wide: true },
  ];
}

const NAMESPACE: Column<Recommendation> = {
  heading: 'NAMESPACE',
  cell: ({ target }) => target.namespace,
  sortKey: ({ target }) => target.namespace,
};

/** `emit`: it is carried out elsewhere, so that the server was not asked. */
function answerOf({ dryRun, emitted }: Recommendation): string {
  return emitted === undefined ? dryRun.state : 'emit';
}

/** `replicas 3->0`, or for each container `web: cpu 500m->120m, memory 1Gi->300Mi`. */
function formatChanges(changes: readonly ValueChange[]): string {
  const containers = [...new Set(changes.map(({ container }) => container))];
  return containers
    .map((container) => {
      const parts = changes.filter((change) => change.container === container).map(formatChange);
      return `${container === undefined ? '' : `${container}: `}${parts.join(', ')}`;
    })
    .join('; ');
}

const FIELD_NAMES: Readonly<Record<ValueChange['field'], string>> = {
  replicas: 'replicas',
  'requests.cpu': 'cpu',
  'requests.memory': 'memory',
  'limits.cpu': 'cpu limit',
  'limits.memory': 'memory limit',
};

function formatChange({ field, from, to }: ValueChange): string {
  return `${FIELD_NAMES[field]} ${from ?? NONE}->${to}`;
}

/** The reason, and for each number its rule. */
function evidenceOf({ reason, changes }: Recommendation): string {
  const rules = changes
    .filter(({ field }) => field !== 'replicas')
    .map((change) => `${FIELD_NAMES[change.field]}: ${change.rule}`);
  return [reason, ...new Set(rules)].join('; ');
}
