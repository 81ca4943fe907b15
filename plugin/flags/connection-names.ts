/** Which flags are kubectl's connection flags. */

import { Cli, Command } from 'clipanion';
import type { Context } from '../context.ts';
import { ConnectionFlags } from './connection.ts';

/** A command that has these flags and no others. */
class ConnectionOnly extends ConnectionFlags {
  static override usage = Command.Usage({});
  override execute(): Promise<void> {
    return Promise.resolve();
  }
}

/** Their long names, as ConnectionFlags declares them. */
export function connectionFlagNames(): ReadonlySet<string> {
  const [definition] = Cli.from<Context>([ConnectionOnly]).definitions();
  const names = (definition?.options ?? []).flatMap((option) => option.definition.split(' ')[0]!.split(','));
  return new Set(names.filter((name) => name.startsWith('--') && name !== '--namespace' && name !== '--v'));
}
