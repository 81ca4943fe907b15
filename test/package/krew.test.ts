/**
 * The manifest by the rules of krew and of the check that its index runs, and an installation done step by step as krew does it,
 * which cannot be had here: verify, unpack, move `files`, link `bin`. The real kubectl then finds the plugin.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { programsFolder } from '../cluster/build.ts';
import { assert, skip, suite } from '../harness.ts';
import { archiveName, archiveOf, isInstalled, namesIn, PACKAGES, PLATFORMS, unbuilt, unpack, VERSION } from './archives.ts';

const test = suite('the manifest for krew');

const MANIFEST = join(PACKAGES, 'krew-manifest.yaml');

interface FileOperation {
  from?: string;
  to?: string;
}

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}

interface Platform {
  uri?: string;
  sha256?: string;
  bin?: string;
  files?: FileOperation[];
  selector?: { matchLabels?: Record<string, string>; matchExpressions?: Expression[] };
}

interface Manifest {
  apiVersion?: string;
  kind?: string;
  metadata: { name?: string };
  spec: {
    version?: string;
    shortDescription?: string;
    description?: string;
    caveats?: string;
    homepage?: string;
    platforms?: Platform[];
  };
}

/** What krew knows, as `os/arch`. */
const PAIRS = [
  ...['amd64', 'arm64', 'arm', '386', 'ppc64le'].map((arch) => `linux/${arch}`),
  ...['amd64', 'arm64'].map((arch) => `darwin/${arch}`),
  ...['amd64', 'arm64', '386'].map((arch) => `windows/${arch}`),
];

const FIELDS = {
  '': ['apiVersion', 'kind', 'metadata', 'spec'],
  spec: ['version', 'shortDescription', 'description', 'caveats', 'homepage', 'platforms'],
  platform: ['uri', 'sha256', 'bin', 'files', 'selector'],
} as const;

function known(value: object, fields: readonly string[]): boolean {
  return Object.keys(value).every((field) => fields.includes(field));
}

/** The pairs a selector of Kubernetes takes. */
function pairsOf({ selector }: Platform): readonly string[] {
  return PAIRS.filter((pair) => {
    const [os = '', arch = ''] = pair.split('/');
    const labels: Readonly<Record<string, string>> = { os, arch };
    const fits = ({ key, operator, values = [] }: Expression): boolean => {
      if (operator === 'In') return values.includes(labels[key] ?? '');
      return operator === 'NotIn' ? !values.includes(labels[key] ?? '') : (operator === 'Exists') === key in labels;
    };
    return (
      Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
      (selector?.matchExpressions ?? []).every(fits)
    );
  });
}

function platformsOf(manifest: Manifest): readonly Platform[] {
  return manifest.spec.platforms ?? [];
}

function every(holds: (platform: Platform) => boolean): (manifest: Manifest) => boolean {
  return (manifest) => platformsOf(manifest).every(holds);
}

interface Rule {
  readonly what: string;
  readonly holds: (manifest: Manifest) => boolean;
  /** Makes a manifest that breaks it: shows that the rule can fail. */
  readonly breaks: (manifest: Manifest, first: Platform) => void;
}

const RULES: readonly Rule[] = [
  {
    what: 'it has the version of the format that krew reads',
    holds: ({ apiVersion }) => apiVersion === 'krew.googlecontainertools.github.com/v1alpha2',
    breaks: (manifest) => Object.assign(manifest, { apiVersion: 'krew.googlecontainertools.github.com/v1' }),
  },
  {
    what: 'it is of a plugin',
    holds: ({ kind }) => kind === 'Plugin',
    breaks: (manifest) => Object.assign(manifest, { kind: 'plugin' }),
  },
  {
    what: 'the plugin is named upid, as the file in the index will be',
    holds: ({ metadata }) => metadata.name === 'upid' && /^[\w-]+$/.test(metadata.name),
    breaks: ({ metadata }) => Object.assign(metadata, { name: 'kubectl-upid' }),
  },
  {
    what: 'it has no field that krew does not know',
    holds: (manifest) =>
      known(manifest, FIELDS['']) && known(manifest.spec, FIELDS.spec) && every((one) => known(one, FIELDS.platform))(manifest),
    breaks: ({ spec }) => Object.assign(spec, { longDescription: 'x' }),
  },
  {
    what: 'the version is a semantic one with a v before it, and the program’s own',
    holds: ({ spec }) =>
      spec.version === `v${VERSION}` && /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(spec.version),
    breaks: ({ spec }) => Object.assign(spec, { version: VERSION }),
  },
  {
    what: 'the short description is one short line, without the word kubectl and without a full stop',
    holds: ({ spec: { shortDescription: text = '' } }) => /^[^\r\n]{1,50}[^.\r\n]$/.test(text) && !/kubectl/i.test(text),
    breaks: ({ spec }) => Object.assign(spec, { shortDescription: 'A kubectl plugin' }),
  },
  {
    what: 'it has a description and a homepage',
    holds: ({ spec }) => !!spec.description?.trim() && /^https:\/\/[^/]+\/\S+$/.test(spec.homepage ?? ''),
    breaks: ({ spec }) => delete spec.homepage,
  },
  {
    what: 'it has a platform',
    holds: ({ spec }) => (spec.platforms?.length ?? 0) > 0,
    breaks: ({ spec }) => delete spec.platforms,
  },
  {
    what: 'every platform says where its archive is, as .zip or .tar.gz',
    holds: every(({ uri }) => /^https:\/\/\S+\.(tar\.gz|zip)$/.test(uri ?? '')),
    breaks: (_, first) => Object.assign(first, { uri: 'https://example.com/a.tar.xz' }),
  },
  {
    what: 'every platform has a SHA-256 in small letters',
    holds: every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256 ?? '')),
    breaks: (_, first) => Object.assign(first, { sha256: 'A'.repeat(64) }),
  },
  {
    what: 'every platform names a program inside of its folder, on Windows an .exe',
    holds: every(
      ({ bin = '', selector }) =>
        /^(?!\/)(?!.*\.\.)\S+$/.test(bin) && bin.endsWith('.exe') === (selector?.matchLabels?.os === 'windows'),
    ),
    breaks: (_, first) => Object.assign(first, { bin: '../kubectl-upid' }),
  },
  {
    what: 'files are left out or are pairs of from and to',
    holds: every(({ files }) => files === undefined || (files.length > 0 && files.every(({ from, to }) => !!from && !!to))),
    breaks: (_, first) => Object.assign(first, { files: [] }),
  },
  {
    what: 'every platform is selected by os and arch alone',
    holds: every(({ selector }) => {
      const keys = [...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map(({ key }) => key)];
      return keys.length > 0 && keys.every((key) => key === 'os' || key === 'arch');
    }),
    breaks: (_, first) => Object.assign(first, { selector: { matchLabels: { os: 'linux', cpu: 'amd64' } } }),
  },
  {
    what: 'every selector takes one pair that krew knows, and no two the same',
    holds: (manifest) => {
      const pairs = platformsOf(manifest).map(pairsOf);
      return pairs.every(({ length }) => length === 1) && new Set(pairs.flat()).size === pairs.length;
    },
    breaks: (_, first) => Object.assign(first, { selector: { matchLabels: { os: 'linux' } } }),
  },
];

if (!existsSync(MANIFEST)) {
  skip('the manifest for krew', 'it is not built; run npm run package');
} else {
  const text = readFileSync(MANIFEST, 'utf8');
  const manifest: Manifest = parse(text, { strict: true, uniqueKeys: true });
  const platform = (name: string): Platform => {
    const found = platformsOf(manifest).find((one) => pairsOf(one).includes(name.replace('-', '/')));
    assert.ok(found, `no platform takes ${name}`);
    return found!;
  };

  for (const { what, holds, breaks } of RULES) {
    test(what, () => {
      assert.ok(holds(manifest), text);
      const broken: Manifest = parse(text);
      breaks(broken, platformsOf(broken)[0]!);
      assert.not(holds(broken));
    });
  }

  test('it covers what is built, each by its archive', () => {
    const built = PLATFORMS.filter((name) => archiveOf(name) !== undefined);
    assert.equal(platformsOf(manifest).flatMap(pairsOf).toSorted(), built.map((name) => name.replace('-', '/')).toSorted());
    for (const name of built) assert.is(basename(platform(name).uri ?? ''), archiveName(name));
  });

  for (const name of PLATFORMS) {
    const archive = archiveOf(name);
    if (archive === undefined || (archive.endsWith('.zip') && !isInstalled('unzip'))) {
      skip(`krew’s view of ${name}`, archive === undefined ? unbuilt(name) : 'unzip is not installed');
      continue;
    }

    test(`${name}: krew would accept the archive’s hash, and find the program and the licence`, () => {
      const { sha256, bin = '', files } = platform(name);
      assert.is(createHash('sha256').update(readFileSync(archive)).digest('hex'), sha256);
      assert.ok(namesIn(archive).includes(bin));
      const extracted = files === undefined ? namesIn(archive) : files.map(({ from }) => from);
      assert.ok(
        extracted.some((one) => /^(\.\/)?(LICEN[CS]E|COPYING)(\.txt|\.md)?$/.test(one ?? '') || one === '*' || one === './*'),
      );
    });
  }

  const native = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const archive = archiveOf(native);
  const kubectl = findKubectl();
  if (archive === undefined) skip('the plugin installed as krew does it', unbuilt(native));
  else {
    const { links, store } = installAsKrew(archive, platform(native));
    const run = (program: string, args: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync(program, args, { encoding: 'utf8', env: { PATH: links, HOME: store } });

    test('started through krew’s link it finds what lies beside it', () => {
      const { status, stdout, stderr } = run(join(links, 'kubectl-upid'), ['idle', '--demo', '-o', 'name']);
      assert.is(status, 0, String(stderr));
      assert.match(String(stdout), /^deployment\.apps\/\S+$/m);
    });

    if (kubectl === undefined) skip('the plugin run by kubectl', 'kubectl is not installed');
    else {
      test('kubectl finds it, and calls it by the name that it is called by', () => {
        assert.equal(
          String(run(kubectl, ['plugin', 'list', '--name-only']).stdout)
            .trim()
            .split('\n')
            .at(-1),
          'kubectl-upid',
        );
        const { status, stdout } = run(kubectl, ['upid', '--help']);
        assert.is(status, 0);
        assert.match(String(stdout), /^ {2}kubectl upid COMMAND \[flags\]$/m);
      });

      test('kubectl passes its exit code and its words on', () => {
        const { status, stderr } = run(kubectl, ['upid', 'idel']);
        assert.is(status, 2);
        assert.is(stderr, 'error: unknown command "idel" for "kubectl upid"; did you mean idle?\n');
      });
    }
  }
}

/** One that runs by itself: krew’s users have the real one. */
function findKubectl(): string | undefined {
  const candidates = [
    join(programsFolder(), 'kubectl'),
    ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'kubectl')),
  ];
  return candidates.find((file) => existsSync(file));
}

/** Folder by folder as krew lays them out. */
function installAsKrew(
  archive: string,
  { files = [{ from: '*', to: '.' }], bin = '' }: Platform,
): { links: string; store: string } {
  const root = mkdtempSync(join(tmpdir(), 'upid-krew-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const [links, store] = [join(root, 'bin'), join(root, 'store/upid', `v${VERSION}`)];
  for (const folder of [links, store]) mkdirSync(folder, { recursive: true });
  const unpacked = unpack(archive);
  for (const { from = '', to = '' } of files) {
    for (const match of globSync(from.replace(/^\.?\//, ''), { cwd: unpacked })) {
      const target = join(store, to, basename(match));
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(unpacked, match), target);
    }
  }
  const program = join(store, bin);
  assert.not.match(relative(store, program), /^\.\./);
  symlinkSync(program, join(links, 'kubectl-upid'));
  return { links, store: root };
}

test.run();
