/** The connection that a line's flags make, read by the very flags of the commands. */

import { Cli, type CommandClass } from 'clipanion';
import type { Context } from '../context.ts';
import { ConnectionFlags } from '../flags/connection.ts';
import { type DescribedCommand, describeCommand } from '../flags/definitions.ts';
import { parseFlags } from '../flags/pflag.ts';

export type Connection = ReturnType<ConnectionReader['read']>;

/** A command that has kubectl's connection flags and no others, as a line has before its command is named. */
class ConnectionReader extends ConnectionFlags {
  static override paths = [['__complete']];
  static override usage = {};

  override execute(): Promise<void> {
    return Promise.resolve();
  }

  read() {
    return this.connection();
  }
}

const READER: CommandClass<Context> = ConnectionReader;

export function connectionCommand(programName: string): DescribedCommand {
  return describeCommand(READER, programName);
}

/**
 * @param flags of a line, as `--flag=value` or `--flag`; others than kubectl's are passed over
 * @throws Error for a value that cannot be read
 */
export function connectionOf(flags: readonly string[], context: Context): Connection {
  const { flags: known } = connectionCommand(context.programName);
  const own = flags.filter((flag) => known.some(({ long }) => long === flag.split('=')[0]));
  const command = Cli.from<Context>([READER]).process(['__complete', ...parseFlags(own, known).flags], context);
  return (command as ConnectionReader).read();
}
