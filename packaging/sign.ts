/** Ad-hoc signatures, without which macOS on Apple's processors runs no program and loads no library. They name nobody. */

import { join } from 'node:path';
import { cached } from './cache.ts';
import { runTool } from './tools.ts';

const RCODESIGN = '0.29.0';

/** Signs a program or library in its place. Compiles the signing program the first time: minutes. */
export async function signAdHoc(file: string, identifier: string): Promise<void> {
  runTool(await signer(), ['sign', '--binary-identifier', identifier, file]);
}

async function signer(): Promise<string> {
  const folder = await cached('rcodesign', { version: RCODESIGN }, (unfinished) => {
    runTool('cargo', ['install', 'apple-codesign', '--version', RCODESIGN, '--locked', '--root', unfinished]);
  });
  return join(folder, 'bin', 'rcodesign');
}
