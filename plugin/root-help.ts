/** Help without a command: from the registry alone. */

import { REGISTRY } from './registry.ts';

export function rootHelp(programName: string): string {
  const width = Math.max(...REGISTRY.map(({ path }) => path.join(' ').length));
  const groups = [...new Set(REGISTRY.map(({ group }) => group))].map((group) => {
    const lines = REGISTRY.filter((entry) => entry.group === group).map(
      ({ path, summary }) => `  ${path.join(' ').padEnd(width)}   ${summary}`,
    );
    return `${group}:\n${lines.join('\n')}\n`;
  });
  return `Find idle pods and right-size workloads, with evidence.

${groups.join('\n')}
Usage:
  ${programName} COMMAND [flags]

Examples:
  # A first look, without a cluster
  ${programName} idle --demo

  # Idle workloads of all namespaces
  ${programName} idle -A

Use "${programName} COMMAND --help" for the flags and examples of a command.
`;
}
