/** What `explain` says beside its page: whose pod was named, and that a name stands for several workloads. */

import type { ExplainResult, Explanation } from '../../lib/types/explanation.ts';
import { objectName } from '../../lib/types/workload.ts';

type Name = Explanation['askedBy'][number];

export function explainNotes({ explanations }: ExplainResult, names: readonly Name[]): readonly string[] {
  return names.flatMap((name) => {
    const meant = explanations.filter((each) => isMeant(each, name)).map(({ finding }) => finding.workload);
    const typed = `${name.kind.toLowerCase()}/${name.name}`;
    if (meant.length < 2) return [];
    const all = meant.map((ref) => `${objectName(ref)} in ${ref.namespace}`);
    return [`${typed} names ${meant.length} workloads, and all of them are explained: ${all.join(', ')}`];
  });
}

function isMeant({ finding, askedBy }: Explanation, { kind, name }: Name): boolean {
  const { workload } = finding;
  const isOwn = workload.kind.toLowerCase() === kind.toLowerCase() && workload.name === name;
  return isOwn || askedBy.some((other) => other.kind === kind && other.name === name);
}
