/** Reads as much of the Dockerfile's language as ours uses, and fails on the rest. */

export interface Instruction {
  readonly name: string;
  /** `--from=unpacked` as `from`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Variables are put in, but for RUN, where the shell does that. */
  readonly words: readonly string[];
  /** The variables that RUN would see. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

const KNOWN = ['ARG', 'FROM', 'RUN', 'WORKDIR', 'COPY', 'ENV', 'USER', 'VOLUME', 'ENTRYPOINT'];

/** @param given what the builder gives: TARGETARCH and build arguments. */
export function readDockerfile(text: string, given: Readonly<Record<string, string>>): readonly Stage[] {
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const before: Record<string, string> = {};
  let variables: Record<string, string> = {};
  for (const { name, rest } of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (name === 'ARG') {
      const [argument = '', value] = rest.split('=');
      const settled = given[argument] ?? value ?? before[argument];
      if (settled !== undefined) (stage ? variables : before)[argument] = settled;
    } else if (name === 'FROM') {
      const [base = '', as, stageName] = expand(rest, before).split(/\s+/);
      if (as !== undefined && as.toUpperCase() !== 'AS') throw new Error(`FROM is not understood: ${rest}`);
      stages.push({ base, name: stageName, instructions: [] });
      variables = {};
    } else {
      if (!stage) throw new Error(`${name} before FROM`);
      const instruction = parse(name, rest, variables);
      if (name === 'ENV')
        for (const word of instruction.words) variables[word.split('=')[0] ?? ''] = word.slice(word.indexOf('=') + 1);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** Without comments, and with continued lines joined. */
function instructionsOf(text: string): readonly { readonly name: string; readonly rest: string }[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const joined = lines.join('\n').replaceAll(/\\\n/g, '').split('\n');
  return joined.map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    if (!KNOWN.includes(name)) throw new Error(`an instruction that is not understood: ${line}`);
    return { name, rest };
  });
}

function parse(name: string, rest: string, variables: Readonly<Record<string, string>>): Instruction {
  const seen = { ...variables };
  if (name === 'RUN') return { name, flags: {}, words: [rest], variables: seen };
  const expanded = expand(rest, variables);
  if (expanded.startsWith('[')) return { name, flags: {}, words: JSON.parse(expanded), variables: seen };
  const all = expanded.split(/\s+/);
  const flags = all.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('='));
  return { name, flags: Object.fromEntries(flags), words: all.filter((word) => !word.startsWith('--')), variables: seen };
}

/** `${NAME}` and `${NAME:-otherwise}`. */
function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
    const value = variables[name] || otherwise;
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  });
}
