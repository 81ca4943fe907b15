import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { assert, skip, suite } from '../harness.ts';
import {
  archiveName,
  archiveOf,
  filesBelow,
  isInstalled,
  namesIn,
  PACKAGES,
  PLATFORMS,
  unbuilt,
  unpack,
  VERSION,
} from './archives.ts';

const test = suite('the archives');

const LIMIT_BYTES = 60_000_000;

for (const platform of PLATFORMS) {
  const archive = archiveOf(platform);
  if (archive === undefined) {
    skip(`the archive for ${platform}`, unbuilt(platform));
    continue;
  }
  if (archive.endsWith('.zip') && !isInstalled('unzip')) {
    skip(`the archive for ${platform}`, 'unzip is not installed');
    continue;
  }
  const program = platform.startsWith('windows') ? 'kubectl-upid.exe' : 'kubectl-upid';

  test(`${platform} is downloaded in less than 60 MB`, () => {
    assert.ok(statSync(archive).size < LIMIT_BYTES, `${statSync(archive).size} bytes`);
  });

  test(`${platform} has the checksum that is published for it`, () => {
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
    assert.is(checksums().get(archiveName(platform)), sum);
  });

  test(`${platform} unpacks where it is told to, once each, with the licence beside the program`, () => {
    const names = namesIn(archive);
    assert.is(new Set(names).size, names.length);
    // No name leads out, none is odd on any system that krew knows, and none is another plugin of kubectl's.
    for (const name of names) assert.match(name, /^(?!\/)(?!.*\/\/)(?!(.*\/)?\.{1,2}(\/|$))[\w.@=+/-]+$/);
    assert.equal(
      names.filter((name) => /(^|\/)kubectl[-_]/.test(name)),
      [program],
    );
    for (const name of ['LICENSE', 'THIRD-PARTY-NOTICES.txt']) assert.ok(names.includes(name), `${name} is missing`);
    assert.ok(
      names.some((name) => name.endsWith('.parquet')),
      'the demo’s history is missing',
    );
  });

  test(`${platform}: of its files the program alone can be run, and all can be read by all`, () => {
    const folder = unpack(archive);
    for (const file of filesBelow(folder)) {
      const stat = lstatSync(join(folder, file));
      assert.ok(stat.isFile() && stat.size > 0, file);
      assert.is(stat.mode & 0o444, 0o444, file);
      assert.is(stat.mode & 0o022, 0, file);
      if (!platform.startsWith('windows')) assert.is((stat.mode & 0o111) !== 0, file === program, file);
    }
    assert.match(readFileSync(join(folder, 'LICENSE'), 'utf8'), /^MIT License/);
  });

  if (!archive.endsWith('.zip')) {
    test(`${platform} tells nothing of who packed it, and when`, () => {
      const headers = headersOf(archive);
      for (const { owner, group, uid, gid, time } of headers) {
        assert.equal([uid, gid], [0, 0]);
        assert.ok([owner, group].every((name) => name === '' || name === 'root'));
        assert.is(time, headers[0]?.time);
      }
      // Of the compressed file: no name, and no time of packing.
      const [flags, time] = [readFileSync(archive).readUInt8(3), readFileSync(archive).readUInt32LE(4)];
      assert.equal([flags & 8, time], [0, 0]);
    });
  }
}

interface Header {
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly time: number;
}

/** Of every entry of a tar archive in its old or ustar form. */
function headersOf(archive: string): readonly Header[] {
  const bytes = gunzipSync(readFileSync(archive));
  const text = (at: number, length: number): string => bytes.toString('latin1', at, at + length).replace(/\0.*$/s, '');
  const octal = (at: number, length: number): number => Number.parseInt(text(at, length).trim() || '0', 8);
  const headers: Header[] = [];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; at += 512 + Math.ceil(octal(at + 124, 12) / 512) * 512) {
    headers.push({
      uid: octal(at + 108, 8),
      gid: octal(at + 116, 8),
      time: octal(at + 136, 12),
      owner: text(at + 265, 32),
      group: text(at + 297, 32),
    });
  }
  return headers;
}

/** By file name, from the form of sha256sum. */
function checksums(): ReadonlyMap<string, string> {
  const lines = readFileSync(join(PACKAGES, 'checksums.txt'), 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [, sum = '', name = ''] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? [];
      assert.ok(sum, `not as sha256sum writes it: ${line}`);
      return [name, sum];
    }),
  );
}

if (!existsSync(join(PACKAGES, 'checksums.txt'))) {
  skip('the checksums and the bill of materials', 'they are not built; run npm run package');
} else {
  test('every archive that lies there is listed, and no other', () => {
    const built = PLATFORMS.filter((platform) => archiveOf(platform)).map(archiveName);
    const listed = [...checksums().keys()].filter((name) => /\.(tar\.gz|zip)$/.test(name));
    assert.equal(listed.toSorted(), built.toSorted());
  });

  test('the bill of materials names the program, what Node and DuckDB it carries, and every licence', () => {
    const bill = JSON.parse(readFileSync(join(PACKAGES, 'sbom.cdx.json'), 'utf8'));
    assert.is(bill.bomFormat, 'CycloneDX');
    assert.match(bill.specVersion, /^1\.[4-9]$/);
    assert.equal([bill.metadata.component.name, bill.metadata.component.version], ['kubectl-upid', VERSION]);
    const components: readonly Component[] = bill.components;
    const references = components.map((component) => component['bom-ref'] ?? component.purl);
    assert.is(new Set(references).size, references.length);
    const names = components.map(({ name, group }) => (group ? `${group}/${name}` : name));
    for (const part of [/^node/, /duckdb/, /^clipanion$/, /^react$/, /kubernetes\/client-node$/]) {
      assert.ok(
        names.some((name) => part.test(name)),
        `${part} is not listed`,
      );
    }
    for (const { name, version, licenses, purl } of components) {
      assert.ok(version && licenses?.length, `${name} has no version or no licence`);
      if (purl) assert.match(purl, /^pkg:\w+\/.+@.+/);
    }
  });
}

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly 'bom-ref'?: string;
  readonly licenses?: readonly unknown[];
}

test.run();
