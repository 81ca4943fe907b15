/**
 * The first code that runs in the executable: finds the parts of the program among its assets, and compiles one when it is asked for.
 * A part is a chunk of the bundle, made into a function by parts.ts.
 */

import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { makeLoader } from './loader.ts';
import type { PartFunction, Program } from './parts.ts';

/** Put in its place by the build. */
declare const PROGRAM: Program;
/** Parts of which there is an asset with what V8 has compiled of them. */
declare const COMPILED: readonly string[];

const executable = realpathSync(process.execPath);

const { load } = makeLoader(PROGRAM, {
  // Parts find their neighbours as if they lay in a folder beside the executable, as those of an unpackaged build do.
  folder: join(dirname(executable), 'lib'),
  builtin: createRequire(executable),
  compile(name) {
    const cachedData = COMPILED.includes(name) ? Buffer.from(getRawAsset(`${name}.compiled`)) : undefined;
    const script = new Script(Buffer.from(getRawAsset(name)).toString('latin1'), {
      filename: name,
      ...(cachedData && { cachedData }),
    });
    return script.runInThisContext() as PartFunction;
  },
});

// Krew's practice, see plugin/context.ts.
process.env.KUBECTL_UPID_INVOKED_AS = process.argv0;

void load(PROGRAM.entry).then(({ main }) => (main as () => Promise<void>)());
