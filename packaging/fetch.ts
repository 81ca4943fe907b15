/** Packages of other platforms, which npm does not install here: fetched by npm, compared with the integrity that is locked, unpacked. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import lock from '../package-lock.json' with { type: 'json' };
import { cached } from './cache.ts';
import ownLock from './lock.json' with { type: 'json' };
import { runTool } from './tools.ts';

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** As in package-lock.json: `sha512-…`, of the package's archive. */
  readonly integrity: string;
}

/**
 * What package-lock.json says of a package, or lock.json of those that npm would fetch by a script.
 * @throws Error where neither knows it.
 */
export function lockedPackage(name: string): LockedPackage {
  const packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>> = {
    ...lock.packages,
    ...ownLock.packages,
  };
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (!version || !integrity) throw new Error(`no version of ${name} is locked`);
  return { name, version, integrity };
}

/** Folder with what the package holds. */
export async function fetchPackage(name: string): Promise<string> {
  const { version, integrity } = lockedPackage(name);
  const folder = await cached(name.replaceAll(/[@/]+/g, '-').replace(/^-/, ''), { version, integrity }, (unfinished) => {
    runTool('npm', ['pack', `${name}@${version}`, '--silent'], { cwd: unfinished });
    const archive = join(unfinished, readdirSync(unfinished).find((file) => file.endsWith('.tgz')) ?? '');
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name} ${version} has the integrity ${found}, not the locked ${integrity}`);
    runTool('tar', ['-xzf', archive, '-C', unfinished, '--no-same-owner']);
    rmSync(archive);
  });
  return join(folder, 'package');
}
