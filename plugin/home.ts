/** The person's home folder. */

import { homedir } from 'node:os';

/** Empty where none is known: HOME is not set and the user's number has no name here, as in many containers. */
export function homeDirectory(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}
