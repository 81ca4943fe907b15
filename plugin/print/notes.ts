/** What is said beside the data, on standard error: that it is simulated, what could not be asked, what it cost. */

import type { Provenance } from '../../lib/types/result.ts';
import { formatRight, type Right, rightPlace } from '../../lib/types/right.ts';
import type { SourceReport, SourceTraffic } from '../../lib/types/source.ts';
import { plural } from './figures.ts';
import { formatTable } from './table.ts';

export const SIMULATED_NOTE = 'SIMULATED: this is the simulated cluster inside the program, no real one';

/** Said again after the data, where a long table has pushed the first note away. */
export const SIMULATED_END = 'SIMULATED data ends here';

/** Lines for every result; with verbosity 1 all sources and what each cost. */
export async function provenanceNotes(result: Provenance, verbosity: number): Promise<readonly string[]> {
  return [
    ...(result.cluster.simulated ? [SIMULATED_NOTE] : []),
    ...warnings(result.sources),
    ...(verbosity >= 1 ? [...(await sourceTable(result.sources)), ...(await trafficTable(result.traffic))] : []),
  ];
}

/** `No idle workloads found in x namespace.`, in kubectl's words. */
export function nothingFound(what: string, namespace: string): string {
  return namespace === '' ? `No ${what} found.` : `No ${what} found in ${namespace} namespace.`;
}

/** As many missing rights are told in a sentence each, with what they are for; more of them as a list to grant. */
const RIGHTS_EXPLAINED = 2;

function warnings(sources: readonly SourceReport[]): readonly string[] {
  const troubled = sources.filter(({ state }) => state === 'forbidden' || state === 'failed' || state === 'partial');
  const refused = troubled.filter(({ right }) => right !== undefined);
  if (refused.length <= RIGHTS_EXPLAINED) return troubled.map(sourceWarning);
  return [
    ...missingRights(refused.flatMap(({ right }) => right ?? [])),
    ...troubled.filter((report) => !refused.includes(report)).map(sourceWarning),
  ];
}

/** One line for each verb and place, as the rules of a role are written. */
function missingRights(rights: readonly Right[]): readonly string[] {
  const groups = Map.groupBy(rights, (right) => `${right.verb}\n${rightPlace(right)}`);
  const lines = [...groups.values()].map((group) => {
    const resources = [...new Set(group.map(({ resource }) => resource))];
    return { ...group[0]!, resource: resources.join(', '), count: resources.length };
  });
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  return [
    `Warning: ${count} rights are missing, so that less can be said; -v tells what each is for:`,
    ...lines.map((line) => `  ${formatRight(line)}`),
  ];
}

function sourceWarning({ source, state, reason, remedy }: SourceReport): string {
  return `Warning: ${source}: ${reason ?? state}${remedy ? `; ${remedy}` : ''}`;
}

async function sourceTable(sources: readonly SourceReport[]): Promise<readonly string[]> {
  if (sources.length === 0) return [];
  const rows = sources.map(({ source, state, gave, reason, remedy }) => [
    source,
    state,
    [gave, reason, remedy].filter(Boolean).join('; '),
  ]);
  return (await formatTable(['SOURCE', 'STATE', 'DETAIL'], rows, { headers: true })).trimEnd().split('\n');
}

async function trafficTable(traffic: readonly SourceTraffic[]): Promise<readonly string[]> {
  if (traffic.length === 0) return [];
  const rows = traffic.map(({ source, requests, bytes, seconds, retries }) => [
    source,
    String(requests),
    String(bytes),
    seconds.toFixed(3),
    String(retries),
  ]);
  const headings = ['ASKED', 'REQUESTS', 'BYTES', 'SECONDS', 'RETRIES'];
  const total = traffic.reduce((sum, { requests }) => sum + requests, 0);
  return [...(await formatTable(headings, rows, { headers: true })).trimEnd().split('\n'), `${plural(total, 'request')} in all`];
}
