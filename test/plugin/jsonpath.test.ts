import type { Json } from '../../plugin/print/item.ts';
import { fillTemplate, findAll } from '../../plugin/print/jsonpath/evaluate.ts';
import { parsePath, parseTemplate } from '../../plugin/print/jsonpath/parse.ts';
import { assert, suite } from '../harness.ts';

const test = suite("kubectl's JSONPath");

const LIST: Json = {
  kind: 'List',
  items: [
    { name: 'a', pods: 1, idle: true, labels: { 'kubernetes.io/name': 'x' }, factors: [{ factor: 'cpu' }, { factor: 'net' }] },
    { name: 'b', pods: 3, idle: false, factors: [] },
    { name: 'c', pods: 10 },
  ],
};

/** Template, and what `kubectl get -o jsonpath=` writes for it. */
const CASES: readonly (readonly [string, string])[] = [
  ['{.kind}', 'List'],
  ['{$.kind}', 'List'],
  ['{@.kind}', 'List'],
  ['{ .kind }', 'List'],
  ['{.items[*].name}', 'a b c'],
  ['{.items[0].name}', 'a'],
  ['{.items[-1].name}', 'c'],
  ['{.items[9].name}', ''],
  ['{.items[0:2].name}', 'a b'],
  ['{.items[1:].name}', 'b c'],
  ['{.items[:-1].name}', 'a b'],
  ['{.items[::2].name}', 'a c'],
  ['{.items[0,2].name}', 'a c'],
  ["{.items[0]['name']}", 'a'],
  ["{.items[0]['name','pods']}", 'a 1'],
  ["{.items[0].labels['kubernetes.io/name']}", 'x'],
  ['{.items[0].labels.kubernetes\\.io/name}', 'x'],
  ['{..name}', 'a b c'],
  ['{..factor}', 'cpu net'],
  ['{.items[0].factors[*].factor}', 'cpu net'],
  ['{.items[0].factors[0]}', '{"factor":"cpu"}'],
  ['{.items[0].labels.*}', 'x'],
  ['{.items[?(@.pods==3)].name}', 'b'],
  ['{.items[?(@.pods>1)].name}', 'b c'],
  ['{.items[?(@.pods<=3)].name}', 'a b'],
  ['{.items[?(@.name=="c")].pods}', '10'],
  ["{.items[?(@.name!='c')].name}", 'a b'],
  ['{.items[?(@.idle)].name}', 'a b'],
  ['{.items[?(@.idle==true)].name}', 'a'],
  ['{.items[?( @.pods == 1 )].name}', 'a'],
  ['{.nothing.at.all}', ''],
  ['names: {.items[*].name}!', 'names: a b c!'],
  ['{range .items[*]}{.name}={.pods}{"\\n"}{end}', 'a=1\nb=3\nc=10\n'],
  ['{range .items[*]}{.name}{"\\t"}{range .factors[*]}[{.factor}]{end};{end}', 'a\t[cpu][net];b\t;c\t;'],
  ["{range .items[?(@.pods>1)]}{.name}{'{}'}{end}", 'b{}c{}'],
  ['{.kind}{"\\n"}', 'List\n'],
  ['{.kind"\\n"}', 'List\n'],
];

for (const [template, expected] of CASES) {
  test(`${template} gives ${JSON.stringify(expected)}`, () => {
    assert.is(fillTemplate(parseTemplate(template), LIST), expected);
  });
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['{.items[', /not closed/],
  ['{.items[}', /neither an index/],
  ['{.items[x]}', /"\[x\]" is neither an index, a slice, a quoted name nor a filter/],
  ['{range .items[*]}{.name}', /\{range\} has no \{end\}/],
  ['{end}', /\{end\} stands without \{range\}/],
  ['{.items[?(@.a==b)]}', /"b" should be a number/],
  ['{.items[?(@.a==1]}', /"\)" is missing/],
  ['{name}', /a path begins with a point/],
  ['{.a b}', /"b" is not understood/],
  ['{"x}', /not closed/],
  ['{.a[1:2:0]}', /step/],
];

for (const [template, message] of WRONG) {
  test(`${template} is refused in one sentence`, () => {
    assert.throws(
      () => parseTemplate(template),
      (error: Error & { id?: string }) => error.id === 'usage' && message.test(error.message) && !error.message.includes('\n'),
    );
  });
}

test('a single path needs neither braces nor its first point', () => {
  for (const path of ['.items[1].name', 'items[1].name', '{.items[1].name}', '{$.items[1].name}']) {
    assert.equal(findAll(parsePath(path), LIST), ['b'], path);
  }
});

test('names of the language are no way out of the data', () => {
  assert.equal(findAll(parsePath('.constructor'), LIST), []);
  assert.equal(findAll(parsePath("['__proto__']"), LIST), []);
});

test.run();
