/** docs/commands.md, made from the commands themselves: `node plugin/reference.ts` writes it, a test finds it stale. */

import { writeFileSync } from 'node:fs';
import { usageLine } from './command-help.ts';
import { type DescribedCommand, type DescribedFlag, describeCommand } from './flags/definitions.ts';
import { REGISTRY } from './registry.ts';

const PROGRAM = 'kubectl upid';

/** The whole reference as Markdown. Flags that every cluster command has stand once, in a section of their own. */
export async function commandReference(): Promise<string> {
  const commands = await Promise.all(REGISTRY.map(async ({ load }) => describeCommand(await load(), PROGRAM)));
  const shared = sharedFlags(commands);
  const sections = commands.map((command) => commandSection(command, shared));
  return `# Commands

Written by \`node plugin/reference.ts\` from the commands themselves.

${sections.join('\n')}
## Common flags

Flags of every command that looks at a cluster.

${flagTable(shared)}`;
}

/** Flags that are the same in more than one command. */
function sharedFlags(commands: readonly DescribedCommand[]): readonly DescribedFlag[] {
  const [first = [], ...others] = commands
    .map(({ flags }) => flags)
    .filter((flags) => flags.some(({ long }) => long === '--context'));
  return first.filter((flag) => others.every((flags) => flags.some(({ long }) => long === flag.long)));
}

function commandSection(command: DescribedCommand, shared: readonly DescribedFlag[]): string {
  const looks = command.flags.some(({ long }) => long === '--context');
  const own = looks ? command.flags.filter((flag) => !shared.some(({ long }) => long === flag.long)) : command.flags;
  const examples = command.examples.map(([label, line]) => `# ${label}\n${line}`).join('\n\n');
  return [
    `## ${command.path.join(' ')}\n`,
    `${command.description}\n`,
    `    ${usageLine(command, PROGRAM)}\n`,
    ...(command.details ? [`${command.details}\n`] : []),
    `\`\`\`sh\n${examples}\n\`\`\`\n`,
    ...(own.length > 0 ? [flagTable(own)] : []),
    ...(looks ? ['Also the [common flags](#common-flags).\n'] : []),
  ].join('\n');
}

function flagTable(flags: readonly DescribedFlag[]): string {
  const rows = [...flags]
    .sort((a, b) => (a.long < b.long ? -1 : 1))
    .map((flag) => `| ${flagCell(flag)} | ${flag.description.replaceAll('|', '\\|')} |`);
  return `| flag | |\n|---|---|\n${rows.join('\n')}\n`;
}

function flagCell({ short, long, placeholder, ifBare }: DescribedFlag): string {
  const value = placeholder === '' ? '' : ifBare === undefined ? `=${placeholder}` : `[=${placeholder}]`;
  return `${short ? `\`${short}\`, ` : ''}\`${long}${value}\``;
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/commands.md', import.meta.url), await commandReference());
}
