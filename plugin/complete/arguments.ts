/** What can be given to a command besides flags: workloads as TYPE/NAME or TYPE NAME, or one of a few words. */

import { isFreeArgument, WORKLOAD_ARGUMENTS, wordsOf } from '../flags/definitions.ts';
import { kindOf, WORKLOAD_KINDS } from '../flags/workload-names.ts';
import { type Candidate, named } from './answer.ts';
import type { Names } from './names.ts';

export interface Arguments {
  /** As in the command's usage line. */
  readonly form: string;
  readonly given: readonly string[];
  /** Of the line, as `--flag=value` or `--flag`. */
  readonly flags: readonly string[];
  readonly typed: string;
}

export async function argumentCandidates({ form, given, flags, typed }: Arguments, names: Names): Promise<readonly Candidate[]> {
  if (form === WORKLOAD_ARGUMENTS) return excludesNames(flags) ? [] : await workloads(given, typed, names);
  return form === '' || isFreeArgument(form) || given.length > 0 ? [] : named(wordsOf(form));
}

/** As selection.ts has it: then no workload can be named. */
function excludesNames(flags: readonly string[]): boolean {
  return flags.some((flag) => /^--(all-namespaces|selector)\b/.test(flag) && flag !== '--all-namespaces=false');
}

async function workloads(given: readonly string[], typed: string, names: Names): Promise<readonly Candidate[]> {
  const [first] = given;
  if (first !== undefined && !first.includes('/')) return named(without(given, await names.workloads(kindOf(first))));
  const slash = typed.indexOf('/');
  if (slash < 0) return await types(typed, names);
  const type = typed.slice(0, slash);
  const found = (await names.workloads(kindOf(type))).map((name) => `${type}/${name}`);
  return named(without(given, found));
}

function without(given: readonly string[], candidates: readonly string[]): readonly string[] {
  return candidates.filter((candidate) => !given.includes(candidate));
}

/** In their long form; a plural or a short name is left to who has typed it. Where one is meant, its workloads are next. */
async function types(typed: string, names: Names): Promise<readonly Candidate[]> {
  const all = WORKLOAD_KINDS.flatMap(({ names: [long = '', ...others] }) => [long, ...others.filter((other) => other === typed)]);
  const [type, ...others] = all.filter((each) => each.startsWith(typed));
  if (type !== undefined && others.length === 0) await names.prepareWorkloads(kindOf(type));
  return all.map((each) => ({ value: `${each}/` }));
}
