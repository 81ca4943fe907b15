import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { explainListing } from '../../plugin/print/explain-listing.ts';
import { forecastHoursListing, forecastListing } from '../../plugin/print/forecast-listing.ts';
import { idleListing } from '../../plugin/print/idle-listing.ts';
import type { Listing } from '../../plugin/print/listing.ts';
import { optimizeListing } from '../../plugin/print/optimize-listing.ts';
import { formatListing } from '../../plugin/print/print.ts';
import { assert, suite } from '../harness.ts';
import { sampleIdle, sampleOptimize } from '../ui/sample.ts';
import { sampleExplain } from '../ui/sample-explain.ts';
import { sampleForecast } from '../ui/sample-forecast.ts';
import { run } from './run.ts';

const test = suite('published shapes');

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));

const idleShape = read('idle-workload-list');
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });
const shapes = {
  idle: ajv.compile(idleShape),
  // Refers to the shape of idle.
  explain: ajv.compile(read('explanation')),
  optimize: ajv.compile(read('optimization-plan')),
  forecast: ajv.compile(read('forecast-list')),
};

function conforms(shape: keyof typeof shapes, value: unknown): void {
  const validate = shapes[shape];
  assert.ok(validate(value), ajv.errorsText(validate.errors, { separator: '\n' }));
}

async function jsonOf<T>(listing: Listing<T>): Promise<{ items: Record<string, unknown>[]; metadata: Record<string, unknown> }> {
  return JSON.parse(await formatListing(listing, { form: { form: 'json' }, headers: true }));
}

test('idle findings of every verdict have the published shape', async () => {
  const value = await jsonOf(idleListing(sampleIdle(), { includeUnknown: false, includeActive: false, named: true }, false));
  assert.equal([...new Set(value.items.map(({ verdict }) => verdict))].sort(), ['active', 'idle', 'unknown']);
  conforms('idle', value);
});

test('explanations of every verdict have the published shape, which has all fields of idle too', async () => {
  conforms('explain', await jsonOf(explainListing(sampleExplain('idle', 'active', 'unknown'))));
  const fieldsOf = (shape: object): readonly string[] =>
    Object.keys((shape as { $defs: { item: { properties: object } } }).$defs.item.properties);
  const published = fieldsOf(read('explanation'));
  assert.equal(
    fieldsOf(idleShape).filter((field) => !published.includes(field)),
    [],
  );
});

test('a plan has the published shape', async () => {
  conforms('optimize', await jsonOf(optimizeListing(sampleOptimize())));
});

test('forecasts, and what had too little history, have the published shape', async () => {
  const value = await jsonOf(forecastListing(sampleForecast(), 'UTC'));
  assert.equal([...new Set(value.items.map(({ state }) => state))].sort(), ['forecast', 'not-enough-history']);
  conforms('forecast', value);
});

test('CSV of forecasts has a line for each hour, with the ends of all intervals', async () => {
  const listing = forecastHoursListing(sampleForecast(), 'UTC');
  const [heading, first, ...others] = (await formatListing(listing, { form: { form: 'csv' }, headers: true }))
    .trimEnd()
    .split('\r\n');
  assert.is(heading, 'namespace,kind,name,resource,unit,hour,mean,low50,high50,low80,high80,low95,high95,simulated');
  assert.match(first!, /^shop,Deployment,checkout,cpu,cores,2026-03-10T09:00:00Z,0\.\d+(,\d[\d.e-]*){6},false$/);
  assert.is(others.length + 1, 4 * 168);
});

test('the shape notices a field that is not published, and one that is gone', async () => {
  const value = await jsonOf(idleListing(sampleIdle(), { includeUnknown: false, includeActive: false, named: false }, false));
  assert.not(shapes.idle({ ...value, extra: 1 }));
  const [first, ...rest] = value.items;
  assert.not(shapes.idle({ ...value, items: [{ ...first, verdict: undefined }, ...rest] }));
  assert.not(shapes.idle({ ...value, items: [{ ...first, surprise: true }, ...rest] }));
});

test('every column of CSV is a published field', () => {
  for (const [shape, listing] of [
    ['idle-workload-list', idleListing(sampleIdle(), { includeUnknown: true, includeActive: false, named: false }, false)],
    ['explanation', explainListing(sampleExplain('idle'))],
    ['optimization-plan', optimizeListing(sampleOptimize())],
  ] as const) {
    const { $defs } = read(shape) as { $defs: Record<string, { properties: object }> };
    const published = Object.keys(($defs.item ?? $defs.recommendation)!.properties);
    assert.equal(
      listing.csvColumns.filter((column) => !published.includes(column)),
      [],
    );
  }
});

test('what idle and optimize print of the simulated cluster has the published shape, and says that it is simulated', async () => {
  for (const shape of ['idle', 'optimize'] as const) {
    const { exitCode, stdout, stderr } = await run([shape, '--demo', '-o', 'json']);
    assert.is(exitCode, 0, stderr);
    const value = JSON.parse(stdout);
    conforms(shape, value);
    assert.is(value.metadata.simulated, true);
    assert.ok(value.items.length > 0);
    assert.ok(value.items.every(({ simulated }: { simulated: boolean }) => simulated));
    assert.match(stderr, /^SIMULATED: /);
  }
});

test.run();
