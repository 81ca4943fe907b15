/** Help of one command, in kubectl's arrangement: what it does, examples, flags, usage. */

import { connectionFlagNames } from './flags/connection-names.ts';
import type { DescribedCommand, DescribedFlag } from './flags/definitions.ts';

/** Line length of the flags' descriptions. */
const WIDTH = 120;

export function commandHelp(command: DescribedCommand, programName: string): string {
  const examples = command.examples.map(([label, line]) => `  # ${label}\n  ${line}\n`).join('\n');
  const parts = [
    `${command.description}\n`,
    ...(command.details ? [`${command.details}\n`] : []),
    `Examples:\n${examples}`,
    ...flagSections(command.flags),
    `Usage:\n  ${usageLine(command, programName)}\n`,
  ];
  return parts.join('\n');
}

export function usageLine({ path, arguments: names }: DescribedCommand, programName: string): string {
  return [programName, ...path, ...(names ? [names] : []), '[flags]'].join(' ');
}

/** `-n, --namespace=NAMESPACE`; a value that may be left out stands in brackets. */
export function flagForm({ short, long, placeholder, ifBare }: DescribedFlag): string {
  const value = placeholder === '' ? '' : ifBare === undefined ? `=${placeholder}` : `[=${placeholder}]`;
  return `${short ? `${short}, ` : '    '}${long}${value}`;
}

/** kubectl's connection flags stand apart: whoever knows kubectl knows them. */
function flagSections(flags: readonly DescribedFlag[]): readonly string[] {
  const connection = connectionFlagNames();
  const own = flags.filter(({ long }) => !connection.has(long));
  const shared = flags.filter(({ long }) => connection.has(long));
  return [
    ...(own.length > 0 ? [`Options:\n${formatFlags(own)}`] : []),
    ...(shared.length > 0 ? [`Connection options, as kubectl's:\n${formatFlags(shared)}`] : []),
  ];
}

function formatFlags(flags: readonly DescribedFlag[]): string {
  const sorted = [...flags].sort((a, b) => (a.long < b.long ? -1 : 1));
  const width = Math.max(...sorted.map((flag) => flagForm(flag).length));
  return sorted
    .map((flag) => {
      const [first = '', ...more] = wrap(flag.description, WIDTH - width - 5);
      return [`  ${flagForm(flag).padEnd(width)}   ${first}`, ...more.map((line) => ' '.repeat(width + 5) + line)].join('\n');
    })
    .map((line) => `${line}\n`)
    .join('');
}

function wrap(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
