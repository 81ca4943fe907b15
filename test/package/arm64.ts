/** What it takes to run a program for the other Linux: QEMU, and the cross-compiler's C and C++ libraries. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from './archives.ts';

export const EMULATOR = 'qemu-aarch64-static';

/** Where Debian puts the libraries; what `-L` of the emulator wants is the folder above. */
export const LIBRARIES = '/usr/aarch64-linux-gnu/lib';

/** Why nothing for arm64 can be run here; undefined where it can. */
export function arm64Obstacle(): string | undefined {
  if (!isInstalled(EMULATOR)) return `${EMULATOR} is not installed (Debian: qemu-user-static)`;
  const missing = ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1'].find((library) => !existsSync(join(LIBRARIES, library)));
  return missing && `${missing} for aarch64 is not installed (Debian: libc6-arm64-cross libstdc++6-arm64-cross)`;
}
