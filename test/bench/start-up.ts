/** How long the program takes to start, in starts of a bare Node. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, inTurns, median, milliseconds, NODE, PROGRAM, ratio, temporaryFolder, times } from './measure.ts';
import type { Part } from './report.ts';

const ROUNDS = 20;

const ASKED = {
  'start-up of --help': ['--help'],
  'start-up of version': ['version'],
  'start-up of idle --demo': ['idle', '--demo', '-o', 'name'],
  'completion of a flag': ['__complete', 'idle', '--'],
} as const;

type Name = keyof typeof ASKED;

export const startUp: Part = {
  title: 'Start-up',
  async measure() {
    const names = Object.keys(ASKED) as Name[];
    const warm = timesOf(names, false);
    const cold = timesOf(names, true);
    return {
      headings: ['COMMAND', 'TIME', '× NODE', 'COLD', '× NODE'],
      rows: [
        ['node -e 0', milliseconds(median(warm.node)), times(1), milliseconds(median(cold.node)), times(1)],
        ...names.map((name) => [
          `kubectl-upid ${ASKED[name].join(' ')}`,
          milliseconds(median(warm[name])),
          times(ratio(warm[name], warm.node)),
          milliseconds(median(cold[name])),
          times(ratio(cold[name], cold.node)),
        ]),
      ],
      figures: Object.fromEntries(names.map((name) => [name, ratio(warm[name], warm.node)])),
      notes: [`Medians of ${ROUNDS} rounds. Cold: without what earlier runs have compiled.`],
    };
  },
};

function timesOf(names: readonly Name[], cold: boolean): Readonly<Record<Name | 'node', readonly number[]>> {
  const home = temporaryFolder();
  const cache = join(home, 'cache');
  const commands = Object.fromEntries([
    ['node', { words: [NODE, '-e', '0'] }],
    ...names.map((name): readonly [Name, Command] => [
      name,
      {
        words: [PROGRAM, ...ASKED[name]],
        env: { HOME: home, XDG_CACHE_HOME: cache },
        ...(cold && { before: () => rmSync(cache, { recursive: true, force: true }) }),
      },
    ]),
  ]) as Record<Name | 'node', Command>;
  return inTurns(commands, ROUNDS);
}
