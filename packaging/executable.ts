/** The single executable: Node with the program and DuckDB injected. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import type { PackedNative } from './binaries.ts';
import type { Bundle } from './parts.ts';
import type { Platform } from './platforms.ts';
import { signAdHoc } from './sign.ts';
import { runTool } from './tools.ts';

export interface Ingredients {
  readonly platform: Platform;
  readonly node: string;
  readonly bundle: Bundle;
  /** What V8 has compiled of parts, by their names. */
  readonly compiled: ReadonlyMap<string, Uint8Array>;
  readonly natives: readonly PackedNative[];
}

/** Writes the executable to `output`. */
export async function buildExecutable({ platform, node, bundle, compiled, natives }: Ingredients, output: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'kubectl-upid-package-'));
  try {
    const assets: Record<string, string> = {};
    const add = (name: string, content: string | Uint8Array): void => {
      const file = join(work, `asset-${Object.keys(assets).length}`);
      writeFileSync(file, content);
      assets[name] = file;
    };
    for (const [name, source] of bundle.sources) add(name, source);
    for (const [name, data] of compiled) add(`${name}.compiled`, data);
    for (const { name, packed } of natives) assets[name] = packed;
    add('natives.json', JSON.stringify(natives.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))));
    const main = join(work, 'main.js');
    await writeBootstrap(bundle, [...compiled.keys()], main);
    const config = join(work, 'config.json');
    writeFileSync(config, JSON.stringify(seaConfig('main.js', node, output, assets)));
    // The name of the script is kept in the executable: without the folder, which has another name each time.
    runTool(process.execPath, ['--build-sea', config], { cwd: work });
    // Node needs libatomic, which a small system may lack: it is looked for beside the executable too. Not before injecting, which
    // takes the new place of the strings for free; nor before stripping, for the same reason.
    if (platform.os === 'linux') runTool('patchelf', ['--set-rpath', '$ORIGIN', output]);
    if (platform.os === 'darwin') await signAdHoc(output, 'kubectl-upid');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function seaConfig(main: string, executable: string, output: string, assets: Readonly<Record<string, string>>) {
  return {
    main,
    mainFormat: 'commonjs',
    executable,
    output,
    assets,
    disableExperimentalSEAWarning: true,
    // The first script is a few lines; what other platforms would make of V8's data is not known.
    useCodeCache: false,
    useSnapshot: false,
    // NODE_OPTIONS of the person's shell are meant for other programs.
    execArgvExtension: 'none',
  };
}

async function writeBootstrap(bundle: Bundle, compiled: readonly string[], outfile: string): Promise<void> {
  await esbuild({
    entryPoints: [join(import.meta.dirname, 'bootstrap.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    minify: true,
    define: { PROGRAM: JSON.stringify(bundle.program), COMPILED: JSON.stringify(compiled) },
    logLevel: 'warning',
  });
}
