/**
 * The bundle in the form the executable carries: each chunk of dist/lib, an ES module, as the text of a function that is compiled
 * when it is needed. Scripts, unlike modules, can take with them what V8 has compiled of them (code-cache.ts).
 */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Message, transform } from 'esbuild';

/** What a part is called with: CommonJS's `module` and `require`, and what stands for `import()` and `import.meta.dirname`. */
export type PartFunction = (
  module: { exports: Record<string, unknown> },
  require: (name: string) => unknown,
  load: (name: string) => Promise<Record<string, unknown>>,
  folder: string,
) => Promise<void> | undefined;

export interface Part {
  /** Parts that await something at their top and are needed by this one or are this one, in the order in which they run. */
  readonly awaits: readonly string[];
}

/** What the executable knows of its parts. Parts are called as they call each other: `./idle-5E3J7YFL.js`. */
export interface Program {
  readonly parts: Readonly<Record<string, Part>>;
  /** The part that exports `main`, and the one that exports `loadNative`. */
  readonly entry: string;
  readonly natives: string;
}

export interface Bundle {
  readonly program: Program;
  /** The text of each part: an expression whose value is a PartFunction. */
  readonly sources: ReadonlyMap<string, string>;
}

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly entryPoint?: string;
        readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
      }
    >
  >;
}

const ENTRY = 'plugin/run.ts';
const NATIVES = 'plugin/natives.ts';

/** Stands for `await` at the top of a module while esbuild, which knows none in CommonJS, works on it. */
const AWAIT = '__awaitAtTop';

/** @param dist the folder that build.mjs writes. */
export async function readBundle(dist: string): Promise<Bundle> {
  const { outputs } = JSON.parse(readFileSync(join(dist, 'modules.json'), 'utf8')) as Metafile;
  // The file that starts an unpackaged build has no part in the executable.
  const files = Object.keys(outputs).filter((file) => outputs[file]?.entryPoint !== 'plugin/main.ts');
  const sources = new Map<string, string>();
  const awaiting = new Set<string>();
  for (const file of files) {
    const { text, awaits } = await toFunction(
      readFileSync(join(dist, 'lib', basename(file)), 'utf8'),
      lateImports(outputs, file),
    );
    sources.set(nameOf(file), text);
    if (awaits) awaiting.add(file);
  }
  const parts = files.map((file): [string, Part] => [
    nameOf(file),
    {
      awaits: needed(outputs, file)
        .filter((name) => awaiting.has(name))
        .map(nameOf),
    },
  ]);
  const startedAs = (entryPoint: string): string => {
    const file = files.find((name) => outputs[name]?.entryPoint === entryPoint);
    if (!file) throw new Error(`the build has no file for ${entryPoint}`);
    return nameOf(file);
  };
  return { program: { parts: Object.fromEntries(parts), entry: startedAs(ENTRY), natives: startedAs(NATIVES) }, sources };
}

/** Folders of the packages that are in the bundle, as package-lock.json names them. */
export function bundledPackages(dist: string): readonly string[] {
  const { inputs } = JSON.parse(readFileSync(join(dist, 'modules.json'), 'utf8')) as Metafile;
  const folders = Object.keys(inputs).flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function nameOf(file: string): string {
  return `./${basename(file)}`;
}

function lateImports(outputs: Metafile['outputs'], file: string): number {
  return outputs[file]!.imports.filter(({ kind }) => kind === 'dynamic-import').length;
}

/** What a file imports at its top, directly or not, and itself, in the order of execution. */
function needed(outputs: Metafile['outputs'], file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const before = outputs[file]!.imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return [...before.flatMap(({ path }) => needed(outputs, path, seen)), file];
}

/** A chunk of minified ES module code as a function; fails where the chunk has a form that it does not know. */
async function toFunction(module: string, lateImports: number): Promise<{ readonly text: string; readonly awaits: boolean }> {
  const body = module.slice(afterBanner(module));
  const awaits = await awaitsAtTop(body);
  const { code } = await transform(withoutAwaits(body, awaits), {
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    minify: true,
    keepNames: false,
    logLevel: 'error',
    define: { 'import.meta.dirname': '__folder' },
  });
  const imports = code.match(/\bimport\(/g)?.length ?? 0;
  if (imports !== lateImports) throw new Error(`a chunk imports ${imports} modules late where ${lateImports} are known`);
  const text = code.replaceAll(/\bimport\(/g, '__load(').replaceAll(`${AWAIT}(`, 'await(');
  return {
    text: `(${awaits.length > 0 ? 'async ' : ''}function(module,require,__load,__folder){${text}})`,
    awaits: awaits.length > 0,
  };
}

/** build.mjs gives every chunk a `require` of its own; here it comes as an argument. */
function afterBanner(module: string): number {
  const banner =
    /^import\{createRequire as __createRequire\}from\s*["']node:module["'];const require=__createRequire\(import\.meta\.url\);/.exec(
      module,
    );
  if (!banner) throw new Error('a chunk does not begin with the banner of build.mjs');
  return banner[0].length;
}

/** Offsets of `await` outside of functions, as esbuild complains of them. */
async function awaitsAtTop(code: string): Promise<readonly number[]> {
  try {
    await transform(code, { format: 'cjs', logLevel: 'silent' });
    return [];
  } catch (error) {
    const { errors } = error as { readonly errors?: readonly Message[] };
    const foreign = errors?.find(({ text }) => !text.startsWith('Top-level await'));
    if (!errors || foreign) throw error;
    const lines = code.split('\n');
    return errors.map(({ location }) =>
      lines.slice(0, location!.line - 1).reduce((sum, { length }) => sum + length + 1, location!.column),
    );
  }
}

/** `await f(…)` becomes a call whose name can be found again. */
function withoutAwaits(code: string, offsets: readonly number[]): string {
  let text = code;
  for (const offset of offsets.toReversed()) {
    const operand = /^await ([\w$]+)\(/.exec(text.slice(offset));
    if (!operand) throw new Error(`a chunk awaits something else than a call: ${text.slice(offset, offset + 60)}`);
    const end = closing(text, offset + operand[0].length);
    text = `${text.slice(0, offset)}${AWAIT}(${text.slice(offset + 'await '.length, end)})${text.slice(end)}`;
  }
  return text;
}

/** Offset after the parenthesis that closes the one before `start`. Arguments that hold parentheses in strings are not known here. */
function closing(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at + 1;
  }
  throw new Error('a chunk ends within a call');
}
