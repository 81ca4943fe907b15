import { type FlagDefinition, parseFlags } from '../../plugin/flags/pflag.ts';
import { assert, suite } from '../harness.ts';

const test = suite('flags as kubectl writes them');

const FLAGS: readonly FlagDefinition[] = [
  { long: '--output', short: '-o', takesValue: true },
  { long: '--namespace', short: '-n', takesValue: true },
  { long: '--all-namespaces', short: '-A', takesValue: false },
  { long: '--watch', short: '-w', takesValue: false },
  { long: '--no-headers', takesValue: false },
  { long: '--v', short: '-v', takesValue: true, ifBare: '1' },
  { long: '--dry-run', takesValue: true, ifBare: 'server' },
];

const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['-ojson', ['--output=json'], []],
  ['-o=json', ['--output=json'], []],
  ['-o json', ['--output=json'], []],
  ['--output json', ['--output=json'], []],
  ['--output=jsonpath={.a=="b"}', ['--output=jsonpath={.a=="b"}'], []],
  ['-nfoo', ['--namespace=foo'], []],
  ['-n foo web', ['--namespace=foo'], ['web']],
  ['--namespace=', ['--namespace='], []],
  ['-n -A', ['--namespace=-A'], []],
  ['-v', ['--v=1'], []],
  ['-v6', ['--v=6'], []],
  ['-v=6', ['--v=6'], []],
  ['--v=6', ['--v=6'], []],
  ['-v 6', ['--v=6'], []],
  ['-v -A', ['--v=1', '--all-namespaces'], []],
  ['-v deployment/web', ['--v=1'], ['deployment/web']],
  ['--dry-run', ['--dry-run=server'], []],
  ['--dry-run=client', ['--dry-run=client'], []],
  ['--dry-run client', ['--dry-run=server'], ['client']],
  ['-A', ['--all-namespaces'], []],
  ['-A=false', ['--no-all-namespaces'], []],
  ['--all-namespaces=true', ['--all-namespaces'], []],
  ['--all-namespaces=F', ['--no-all-namespaces'], []],
  ['--all-namespaces true', ['--all-namespaces'], ['true']],
  ['--no-headers=false', [], []],
  ['--no-headers --no-headers=false', [], []],
  ['-Aw', ['--all-namespaces', '--watch'], []],
  ['-Anfoo', ['--all-namespaces', '--namespace=foo'], []],
  ['-Ao json', ['--all-namespaces', '--output=json'], []],
  ['a -A b', ['--all-namespaces'], ['a', 'b']],
  ['a -- -A --x', [], ['a', '-A', '--x']],
  ['-', [], ['-']],
];

for (const [line, flags, positionals] of CASES) {
  test(`${line} is understood`, () => {
    assert.equal(parseFlags(line.split(' '), FLAGS), { flags, positionals, help: false });
  });
}

test('help is seen anywhere but after two dashes', () => {
  assert.is(parseFlags(['web', '-h'], FLAGS).help, true);
  assert.is(parseFlags(['--help'], FLAGS).help, true);
  assert.is(parseFlags(['--', '--help'], FLAGS).help, false);
});

const WRONG: readonly (readonly [string, RegExp, string])[] = [
  ['--wacth', /^unknown flag: --wacth$/, 'did you mean --watch?'],
  ['--out', /^unknown flag: --out$/, 'did you mean --output?'],
  ['--zzz', /^unknown flag: --zzz$/, 'see --help'],
  ['-x', /^unknown shorthand flag: -x$/, 'see --help'],
  ['-Ax', /^unknown shorthand flag: -x in -Ax$/, 'see --help'],
  ['-n', /^flag needs an argument: -n$/, 'see --help'],
  ['--watch=maybe', /^invalid value "maybe" for --watch$/, 'it should be true or false'],
];

for (const [line, message, remedy] of WRONG) {
  test(`${line} is refused with a sentence that says what would be right`, () => {
    try {
      parseFlags(line.split(' '), FLAGS);
    } catch (error) {
      assert.match((error as Error).message, message);
      assert.is((error as { remedy?: string }).remedy, remedy);
      assert.is((error as { exitCode?: number }).exitCode, 2);
      return;
    }
    assert.unreachable();
  });
}

test.run();
