/** What rounds of collecting recorded, as a list: a row a round. */

import type { CollectOutcome, RoundSummary } from '../../lib/operations/collect/request.ts';
import type { SourceState } from '../../lib/types/source.ts';
import { formatBytes } from './bytes.ts';
import { plural } from './figures.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';

export function collectListing(rounds: readonly RoundSummary[]): Listing<RoundSummary> {
  return {
    columns: ROUND_COLUMNS,
    rows: rounds.map((value) => ({ value, item: roundItem(value) })),
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'CollectionList', metadata: {}, items }),
    name: ({ cluster }) => `history/${cluster.id}`,
    csvColumns: [
      'cluster',
      'at',
      'namespace',
      'pods',
      'ended',
      'containers',
      'networks',
      'workloads',
      'nodes',
      'backfilledSamples',
    ],
  };
}

function roundItem({ cluster, atMs, ...round }: RoundSummary): JsonObject {
  const { sources, ...figures } = round;
  const told = sources.map(({ source, state, gave, reason, remedy }) => ({ source, state, gave, reason, remedy }));
  return withoutAbsent({ cluster: cluster.id, at: instant(atMs), ...figures, sources: told }) as JsonObject;
}

export const ROUND_COLUMNS: readonly Column<RoundSummary>[] = [
  { heading: 'AT', cell: ({ atMs }) => instant(atMs), sortKey: ({ atMs }) => instant(atMs) },
  count('PODS', ({ pods }) => pods),
  count('ENDED', ({ ended }) => ended),
  count('CONTAINERS', ({ containers }) => containers),
  count('NETWORKS', ({ networks }) => networks),
  count('WORKLOADS', ({ workloads }) => workloads),
  count('NODES', ({ nodes }) => nodes),
  count('BACKFILLED', ({ backfilledSamples }) => backfilledSamples),
  { heading: 'TOOK', cell: ({ seconds }) => `${seconds.toFixed(1)}s`, sortKey: ({ seconds }) => seconds },
  {
    heading: 'RECEIVED',
    cell: ({ receivedBytes }) => formatBytes(receivedBytes),
    sortKey: ({ receivedBytes }) => receivedBytes,
    wide: true,
  },
];

function count(heading: string, figure: (round: RoundSummary) => number): Column<RoundSummary> {
  return { heading, cell: (round) => String(figure(round)), sortKey: figure };
}

const LACKING: readonly SourceState[] = ['partial', 'forbidden', 'failed'];

/** What a person is told besides: what was filled, what sources fell short of, and what is wrong with the history. */
export function collectNotes(rounds: readonly RoundSummary[]): readonly string[] {
  return rounds.flatMap(({ backfilledSamples, folder, sources, problems }) => [
    ...(backfilledSamples > 0 ? [`${plural(backfilledSamples, 'row')} added to ${folder} where it had none`] : []),
    ...sources
      .filter(({ state }) => LACKING.includes(state))
      .map(({ source, reason, remedy }) => `${source}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`),
    ...problems.map((problem) => `warning: ${problem}`),
  ]);
}

/** `3 rounds were recorded, 1 failed, 2 were left out`. */
export function collectSummary({ rounds, failedRounds, skippedTicks }: CollectOutcome): string {
  const failed = failedRounds > 0 ? [`${failedRounds} failed`] : [];
  const skipped = skippedTicks > 0 ? [`${skippedTicks} were left out`] : [];
  return [`${plural(rounds, 'round')} recorded`, ...failed, ...skipped].join(', ');
}
