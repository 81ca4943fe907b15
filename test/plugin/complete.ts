/** Asks the built program as a shell does when the tab key is pressed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../harness.ts';
import { run } from './run.ts';

export interface Completed {
  readonly values: readonly string[];
  readonly descriptions: Readonly<Record<string, string>>;
  readonly directive: number;
}

/** Candidates for the last word, and the directive. Fails where anything else is printed. */
export async function completed(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Completed> {
  const { exitCode, stdout, stderr } = await run(['__complete', ...words], { env });
  assert.equal({ exitCode, stderr }, { exitCode: 0, stderr: '' }, words.join(' '));
  return readAnswer(stdout);
}

/** Reads cobra's protocol. */
export function readAnswer(stdout: string): Completed {
  const lines = stdout.split('\n');
  assert.is(lines.pop(), '', 'each line ends');
  const last = lines.pop() ?? '';
  assert.match(last, /^:\d+$/);
  const pairs = lines.map((line) => line.split('\t') as [string, string?]);
  return {
    values: pairs.map(([value]) => value),
    descriptions: Object.fromEntries(pairs.map(([value, description = '']) => [value, description])),
    directive: Number(last.slice(1)),
  };
}

/** Presses the tab key until there are candidates: what is asked in the background is there a little later. */
export async function soonCompleted(words: readonly string[], env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (let tries = 0; tries < 100; tries++) {
    const { values } = await completed(words, env);
    if (values.length > 0) return values;
    await sleep(50);
  }
  throw new Error(`never completed: ${words.join(' ')}`);
}
