/** krew-manifest.yaml of a release: the text of the template, with the version and the archives. */

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { archiveName, executableName, type Platform, VERSION } from './platforms.ts';

/** Where releases are published, unless UPID_DOWNLOAD_BASE names another place; install.sh reads the same. */
const RELEASES = 'https://upid.dev/kubectl-upid/releases';

export interface Archive {
  readonly platform: Platform;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** @param template the file krew-manifest.yaml. */
export function krewManifest(template: string, archives: readonly Archive[]): string {
  const base = (process.env.UPID_DOWNLOAD_BASE || RELEASES).replace(/\/+$/, '');
  const document = parseDocument(readFileSync(template, 'utf8'));
  document.commentBefore = null;
  document.setIn(['spec', 'version'], `v${VERSION}`);
  document.setIn(
    ['spec', 'platforms'],
    document.createNode(
      archives.map(({ platform, sha256 }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri: `${base}/${archiveName(platform)}`,
        sha256,
        bin: executableName(platform),
      })),
    ),
  );
  return document.toString({ lineWidth: 0 });
}
