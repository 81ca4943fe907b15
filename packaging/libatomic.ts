/** libatomic, which Node needs on Linux and a small system may lack: taken from Debian, shipped beside the executable. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Platform } from './platforms.ts';
import { runTool } from './tools.ts';

/** What Node's binaries ask for. */
export const LIBATOMIC = 'libatomic.so.1';

export interface Libatomic {
  readonly architecture: Platform['arch'];
  readonly content: Uint8Array;
  /** Of the Debian package. */
  readonly version: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Its licence, in Debian's words. */
  readonly license: string;
}

const SOURCES: Readonly<Record<Platform['arch'], { readonly package: string; readonly file: string; readonly license: string }>> =
  {
    amd64: {
      package: 'libatomic1',
      file: `/usr/lib/x86_64-linux-gnu/${LIBATOMIC}`,
      license: '/usr/share/doc/libatomic1/copyright',
    },
    arm64: {
      package: 'libatomic1-arm64-cross',
      file: `/usr/aarch64-linux-gnu/lib/${LIBATOMIC}`,
      license: '/usr/share/doc/libatomic1-arm64-cross/copyright',
    },
  };

/** @throws Error that names the Debian package where it is not installed. */
export function libatomic({ arch }: Platform): Libatomic {
  const { package: name, file, license } = SOURCES[arch];
  if (!existsSync(file)) throw new Error(`${file} is not there; on Debian: apt-get install ${name}`);
  const content = readFileSync(file);
  return {
    architecture: arch,
    content,
    version: versionOf(name),
    sha256: createHash('sha256').update(content).digest('hex'),
    license: readFileSync(license, 'utf8'),
  };
}

/** Of an installed Debian package. */
function versionOf(name: string): string {
  return runTool('dpkg-query', ['--show', name]).trim().split('\t')[1] ?? '';
}
