/** Sets of commands that are granted together. */

import { ASKING_COMMANDS, type AskingCommand } from '../../types/rights.ts';

export type Profile = AskingCommand | 'view' | 'all';

export const PROFILES: readonly Profile[] = ['view', ...ASKING_COMMANDS, 'all'];

/** `view`: all that looks and asks for no patch; `all`: every command; else the command itself. */
export function commandsOf(profile: Profile): readonly AskingCommand[] {
  if (profile === 'view') return ['idle', 'explain', 'forecast'];
  return profile === 'all' ? ASKING_COMMANDS : [profile];
}
