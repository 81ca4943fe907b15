/** `npm run check`: types, format and lint, and the import table. Runs all of them, then fails if any did. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'import table', command: ['depcruise', 'lib', 'plugin', 'ui', '--config', '.dependency-cruiser.mjs'] },
];

const failed = CHECKS.filter(({ name, command: [program = '', ...args] }) => {
  process.stdout.write(`${name}: ${program}\n`);
  const { status } = spawnSync(`${ROOT}node_modules/.bin/${program}`, args, { cwd: ROOT, stdio: 'inherit' });
  return status !== 0;
});

if (failed.length > 0) {
  process.stderr.write(`failed: ${failed.map((check) => check.name).join(', ')}\n`);
  process.exitCode = 1;
}
