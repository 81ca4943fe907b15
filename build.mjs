/**
 * Builds the program into dist/:
 *
 *   dist/kubectl-upid               what a person or kubectl runs: a shell script that starts the project's own Node
 *   dist/lib/                       the program, bundled and split, so that a command parses only what it needs
 *   dist/demo/                      the history of the simulated cluster
 *   dist/modules.json               which module went into which file (esbuild's metafile)
 *   dist/THIRD-PARTY-NOTICES.txt    licences of what is in it
 *
 * `--if-needed` does nothing where no input has changed since the last build.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(ROOT, 'dist');
const OWN_NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const STAMP = join(DIST, '.inputs');

/** Native code: found in node_modules at run time. */
const EXTERNAL = ['@duckdb/node-bindings-*'];

if (Number(process.versions.node.split('.')[0]) < 26) runUnderOwnNode();
else await build();

/** The sources are TypeScript that Node 26 runs as they are; npm may have been started by an older one. */
function runUnderOwnNode() {
  const { status, error } = spawnSync(
    OWN_NODE,
    [import.meta.filename ?? fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  if (error) process.stderr.write(`error: ${OWN_NODE} does not start (${error.message}); run npm ci first\n`);
  process.exitCode = status ?? 1;
}

async function build() {
  const inputs = hashInputs();
  if (process.argv.includes('--if-needed') && inputs === lastInputs()) return;
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const metafile = await bundle();
  writeLauncher();
  writeNotices(metafile);
  const { writeDemoHistory } = await import('./lib/operations/demo-history.ts');
  await writeDemoHistory(join(DIST, 'demo'));
  writeFileSync(STAMP, inputs);
}

/** One digest over everything a build reads. */
function hashInputs() {
  const sources = ['lib', 'plugin', 'ui'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((file) => join(folder, String(file))),
  );
  const files = [
    ...sources.filter((file) => /\.(tsx?|json)$/.test(file)),
    'build.mjs',
    'package.json',
    'package-lock.json',
  ].sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

function lastInputs() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * An import of `node:http` from an ES module reads all that it exports, and one of these loads the whole of fetch (30 ms, a
 * bare Node's own start). Taken from the process instead, it does not.
 */
function lazyHttp() {
  return {
    name: 'lazy http',
    setup(builder) {
      builder.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'builtin' }));
      builder.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      }));
    },
  };
}

/** dist/lib: ES modules for Node 26; what the registry and the views import late becomes files of their own. */
async function bundle() {
  const { build: esbuild } = await import('esbuild');
  const { metafile } = await esbuild({
    absWorkingDir: ROOT,
    // The packaged executable has its own way in: it starts at run.ts, and finds its native parts by natives.ts.
    entryPoints: ['plugin/main.ts', 'plugin/run.ts', 'plugin/natives.ts'],
    outdir: 'dist/lib',
    // Flat, because the program finds its demo history from where its files lie.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    minify: true,
    // Names of functions and classes show up in stacks.
    keepNames: true,
    metafile: true,
    legalComments: 'none',
    external: EXTERNAL,
    plugins: [lazyHttp()],
    // Ink connects to React's developer tools where they are installed; they are not, and DEV is not set.
    alias: { 'react-devtools-core': './node_modules/react/index.js' },
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // CommonJS packages in an ES module ask for Node's own modules by require.
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  writeFileSync(join(DIST, 'modules.json'), JSON.stringify(metafile));
  return metafile;
}

/** dist/kubectl-upid: kubectl and krew run it through a link, so that it looks for its neighbours at its real place. */
function writeLauncher() {
  const script = `#!/bin/sh
# Starts kubectl-upid with the project's own Node.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=\${self%/*}/$target ;; esac
done
dist=\${self%/*}
node=$dist/../node_modules/node/bin/node
if [ ! -x "$node" ]; then
  echo "error: $node is missing; run npm ci in the folder above $dist" >&2
  exit 1
fi
# NODE_OPTIONS are meant for other programs; they are handed on to the credential plugins that this one starts.
export KUBECTL_UPID_INVOKED_AS="$0"
if [ -n "\${NODE_OPTIONS+set}" ]; then export KUBECTL_UPID_NODE_OPTIONS="$NODE_OPTIONS"; unset NODE_OPTIONS; fi
exec "$node" "$dist/lib/main.js" "$@"
`;
  writeFileSync(join(DIST, 'kubectl-upid'), script, { mode: 0o755 });
}

/** Licences of every package that went into the bundle, and of the native parts beside it. */
function writeNotices({ inputs }) {
  const bundled = Object.keys(inputs).flatMap((input) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const packages = [...new Set([...bundled, '@duckdb/node-bindings'])].sort();
  const notices = packages.map((name) => {
    const folder = join(ROOT, 'node_modules', name);
    const { version, license, homepage, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file
      ? readFileSync(join(folder, file), 'utf8').trim()
      : `Licence: ${license}; the package carries no text of it, see ${homepage ?? repository?.url ?? repository}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  const rule = `\n${'-'.repeat(80)}\n\n`;
  writeFileSync(
    join(DIST, 'THIRD-PARTY-NOTICES.txt'),
    `kubectl-upid contains the following packages.\n${rule}${notices.join(rule)}`,
  );
}
