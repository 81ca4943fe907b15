/** `kubectl upid version`: this program and its parts. */

import { Command, Option } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
import type { Context } from '../context.ts';
import { isOneOf } from '../flags/validators.ts';

export class VersionCommand extends Command<Context> {
  static override paths = [['version']];

  static override usage = Command.Usage({
    description: 'Print the version of this program and of its parts.',
    details: 'Asks no cluster; `kubectl version` tells the version of the server.',
    examples: [
      ['Versions of all parts', '$0 version'],
      ['For a script', '$0 version -o json'],
    ],
  });

  output = Option.String('-o,--output', {
    description: '`FORM` of the output: json or yaml',
    validator: isOneOf('json', 'yaml'),
  });

  override async execute(): Promise<number> {
    const { dependencies } = program;
    // Exact versions, as pinned: nothing has to be loaded to tell them.
    const parts = {
      'kubectl-upid': program.version,
      node: process.versions.node,
      v8: process.versions.v8,
      duckdb: dependencies['@duckdb/node-api'],
      'kubernetes-client': dependencies['@kubernetes/client-node'],
      ink: dependencies.ink,
      clipanion: dependencies.clipanion,
    };
    this.context.stdout.write(await format(parts, this.output));
    return 0;
  }
}

async function format(parts: Readonly<Record<string, string>>, form: 'json' | 'yaml' | undefined): Promise<string> {
  if (form === 'json') return `${JSON.stringify(parts, undefined, 4)}\n`;
  if (form === 'yaml') return (await import('../print/yaml.ts')).formatYaml(parts);
  const width = Math.max(...Object.keys(parts).map((name) => name.length));
  return Object.entries(parts)
    .map(([name, version]) => `${name.padEnd(width)}   ${version}\n`)
    .join('');
}
