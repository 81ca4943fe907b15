/** What a release is made of, as a CycloneDX 1.6 bill of materials (ECMA-424). */

import { createHash } from 'node:crypto';
import lock from '../package-lock.json' with { type: 'json' };
import { lockedPackage } from './fetch.ts';
import type { Libatomic } from './libatomic.ts';
import type { Archive } from './manifest.ts';
import { archiveName, VERSION } from './platforms.ts';

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
}

const LOCKED: Readonly<Record<string, LockEntry>> = lock.packages;

/**
 * @param bundled folders of the packages that are in the bundle, as package-lock.json names them.
 * @param seconds when the release was made, Unix epoch.
 */
export function billOfMaterials(
  bundled: readonly string[],
  archives: readonly Archive[],
  libatomics: readonly Libatomic[],
  seconds: number,
): string {
  const packages = [...new Set([...bundled, ...archives.map(({ platform }) => `node_modules/${platform.duckdbPackage}`)])].sort();
  const all = [
    ...packages.map((folder) =>
      npmComponent(folder.slice(folder.lastIndexOf('node_modules/') + 13), LOCKED[folder] ?? {}, 'library'),
    ),
    ...archives.map(({ platform: { nodePackage } }) =>
      npmComponent(nodePackage, { ...lockedPackage(nodePackage), license: 'MIT' }, 'platform'),
    ),
    ...libatomics.map(libatomicComponent),
  ];
  // npm may install the same version in several folders.
  const components = [...new Map(all.map((component) => [component['bom-ref'], component])).values()];
  const program = {
    type: 'application',
    'bom-ref': `pkg:generic/kubectl-upid@${VERSION}`,
    name: 'kubectl-upid',
    version: VERSION,
    purl: `pkg:generic/kubectl-upid@${VERSION}`,
    licenses: [{ license: { id: 'MIT' } }],
    components: archives.map((archive) => ({
      type: 'file',
      'bom-ref': archiveName(archive.platform),
      name: archiveName(archive.platform),
      hashes: [{ alg: 'SHA-256', content: archive.sha256 }],
    })),
  };
  const content = {
    metadata: { timestamp: new Date(seconds * 1000).toISOString(), component: program },
    components,
    dependencies: [{ ref: program['bom-ref'], dependsOn: components.map((component) => component['bom-ref']) }],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1, ...content }, undefined, 2)}\n`;
}

function npmComponent(name: string, { version = '', integrity = '', license }: LockEntry, type: string) {
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type,
    'bom-ref': purl,
    ...(scope && { group: scope }),
    name: bare ?? name,
    version,
    purl,
    licenses: [licenseOf(license)],
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
  };
}

/** An identifier of the SPDX list, an expression of several, or what else a package says. */
function licenseOf(license: string | undefined) {
  if (!license) return { license: { name: 'not stated' } };
  return /^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license };
}

function libatomicComponent({ architecture, version, sha256 }: Libatomic) {
  const purl = `pkg:deb/debian/libatomic1@${encodeURIComponent(version)}?arch=${architecture}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name: 'libatomic',
    version,
    purl,
    licenses: [{ expression: 'GPL-3.0-or-later WITH GCC-exception-3.1' }],
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  };
}

/** A UUID of version 8 (RFC 9562): the same content has the same. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
