/** Asks the built program about a test cluster, as its administrator, and reads what it answers. */

import type { FilledCluster } from '../cluster/fill/fill.ts';
import { type Outcome, type RunOptions, run } from '../plugin/run.ts';
import { assertPublished } from './published.ts';

export interface FactorItem {
  readonly factor: string;
  readonly state: string;
  readonly evidence: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly unit?: string;
  readonly quietSeconds?: number;
  readonly requiredSeconds?: number;
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface IdleItem {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly verdict: string;
  readonly confidence: number;
  readonly reason: string;
  readonly idleSince?: string;
  readonly idleAtLeast?: boolean;
  readonly factors: readonly FactorItem[];
  readonly missing: readonly { readonly what: string; readonly remedy: string }[];
}

export interface SourceItem {
  readonly source: string;
  readonly state: string;
  readonly gave?: string;
  readonly reason?: string;
  readonly remedy?: string;
}

export interface IdleList {
  readonly metadata: {
    readonly cluster: { readonly id: string };
    readonly observedAt: string;
    readonly sources: readonly SourceItem[];
    readonly counts: Readonly<Record<'examined' | 'idle' | 'active' | 'unknown', number>>;
  };
  readonly items: readonly IdleItem[];
}

/** What an answer came with. */
export interface Answer {
  readonly list: IdleList;
  readonly stderr: string;
}

/** Who asks, and where this run keeps its history. */
export interface Asker {
  readonly kubeconfig: string;
  readonly history: string;
}

/** Runs the program with these arguments to its end. */
export function ask({ kubeconfig, history }: Asker, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run([...args, '--history', history], { ...options, env: { KUBECONFIG: kubeconfig, ...options.env } });
}

/** All workloads with their verdicts, in the published shape. @throws where it fails */
export async function askIdle(asker: Asker, ...args: readonly string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await ask(asker, [
    'idle',
    '-A',
    '--include-active',
    '--include-unknown',
    '-ojson',
    ...args,
  ]);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  const list = JSON.parse(stdout) as IdleList;
  assertPublished('idle-workload-list', list);
  return { list, stderr };
}

export function sourceOf({ list }: Answer, name: string): SourceItem {
  const found = list.metadata.sources.find(({ source }) => source === name);
  if (!found) throw new Error(`nothing is told of ${name}`);
  return found;
}

export function itemOf({ list }: Answer, name: string): IdleItem {
  const found = list.items.find((item) => item.name === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
}

/** One line for each described workload whose verdict is not that of its label; names are unique in a described cluster. */
export function wrongVerdicts(answer: Answer, { description }: FilledCluster): readonly string[] {
  return description.workloads.flatMap(({ name, owner, scenario, label }) => {
    const item = answer.list.items.find((each) => each.name === (owner?.name ?? name));
    if (item?.verdict === label) return [];
    return [`${name} (${scenario}): ${label} expected, got ${item ? `${item.verdict}: ${item.reason}` : 'nothing'}`];
  });
}
