/** The published shapes of doctor and auth, held against what the program prints. */

import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { doctorListing } from '../../plugin/print/doctor-listing.ts';
import { formatListing } from '../../plugin/print/print.ts';
import { assert, suite } from '../harness.ts';
import { run } from './run.ts';

const test = suite('published shapes of doctor and auth');

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });

function conforms(validate: ValidateFunction, value: unknown): void {
  assert.ok(validate(value), ajv.errorsText(validate.errors, { separator: '\n' }));
}

const checks = ajv.compile(read('check-list'));

for (const [shape, args] of [
  ['identity-list', ['auth', 'whoami', '--demo']],
  ['reviewed-right-list', ['auth', 'can-i', '--demo', '--kubelet']],
  ['needed-right-list', ['auth', 'manifest', '--for', 'all', '--kubelet', '--prometheus', 'monitoring/prometheus']],
] as const) {
  test(`${args.slice(0, 2).join(' ')} prints the published shape, which notices a field that is not published`, async () => {
    const validate = ajv.compile(read(shape));
    const { exitCode, stdout, stderr } = await run([...args, '-ojson']);
    assert.is(exitCode, 0, stderr);
    const value = JSON.parse(stdout);
    conforms(validate, value);
    assert.ok(value.items.length > 0);
    assert.not(validate({ ...value, items: [{ ...value.items[0], surprise: true }] }));
  });
}

test('doctor prints the published shape with and without a cluster, and exits as it says', async () => {
  for (const [args, healthy] of [
    [['--demo'], true],
    [['-s', 'https://127.0.0.1:1'], false],
  ] as const) {
    const { exitCode, stdout } = await run(['doctor', ...args, '-ojson']);
    const value = JSON.parse(stdout);
    conforms(checks, value);
    assert.is(value.metadata.healthy, healthy);
    assert.is(exitCode, healthy ? 0 : 1);
  }
});

test('a check shows its remedy beside what was found', async () => {
  const check = { subject: 'disk', state: 'failed', says: 'it is full', remedy: 'make room' } as const;
  const diagnosis = { simulated: false, checkedAtMs: 0, context: '', server: '', checks: [check] };
  const text = await formatListing(doctorListing(diagnosis), { form: { form: 'table', wide: false }, headers: false });
  assert.is(text, 'disk   failed   it is full; make room\n');
});

test('doctor takes no names', async () => {
  const { exitCode, stderr } = await run(['doctor', 'deployment/web', '--demo']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error: doctor takes no arguments, got "deployment\/web"/);
});

test('a table of an identity has a line for each thing that is known', async () => {
  const { stdout } = await run(['auth', 'whoami', '--demo']);
  assert.match(stdout, /^ATTRIBUTE +VALUE\nUsername +demo\nGroups +system:authenticated\n/);
});

test.run();
