import { formatCsv, guardFormula } from '../../plugin/print/csv.ts';
import { formatCustomColumns, parseCustomColumns, parseCustomColumnsFile } from '../../plugin/print/custom-columns.ts';
import { parseOutputForm } from '../../plugin/print/output.ts';
import { sortRows } from '../../plugin/print/sort.ts';
import { formatTable } from '../../plugin/print/table.ts';
import { assert, suite } from '../harness.ts';

const test = suite('forms of output');

test('a table has three blanks between columns, six characters at least, and none at the end of a line', async () => {
  assert.is(
    await formatTable(
      ['NAME', 'N', 'STATE'],
      [
        ['deployment/web', '1', 'ok'],
        ['po/x', '22', ''],
      ],
      { headers: true },
    ),
    'NAME             N     STATE\ndeployment/web   1     ok\npo/x             22\n',
  );
});

test('a table without headings is as wide as its cells', async () => {
  assert.is(await formatTable(['A-LONG-HEADING', 'B'], [['x', 'y']], { headers: false }), 'x     y\n');
});

test('wide characters keep their columns, and control characters do not reach the terminal', async () => {
  const table = await formatTable(
    ['NAME', 'B'],
    [
      ['日本語', 'x'],
      ['a\u001b[31mb\nc', 'y'],
    ],
    { headers: true },
  );
  const [heading, first, second] = table.split('\n');
  assert.is(heading, 'NAME        B');
  assert.is(first, '日本語      x');
  assert.is(second, 'a [31mb c   y');
});

test('CSV quotes as RFC 4180 and gives missing fields as nothing', () => {
  assert.is(
    formatCsv([{ a: 'x,"y"', b: 0.5, c: true }, { a: 'line\nbreak' }], ['a', 'b', 'c'], { headers: true }),
    'a,b,c\r\n"x,""y""",0.5,true\r\n"line\nbreak",,\r\n',
  );
  assert.is(formatCsv([{ a: 1 }], ['a'], { headers: false }), '1\r\n');
});

test('a cell that a spreadsheet would calculate is made text; numbers stay numbers', () => {
  for (const formula of ['=1+1', '+cmd', '-x', '@SUM(A1)', '\t=1', '\r=1', '-1+2'])
    assert.is(guardFormula(formula), `'${formula}`);
  for (const plain of ['-1', '+2.5', '-1e9', 'web', '1=1', '']) assert.is(guardFormula(plain), plain);
  assert.is(formatCsv([{ a: '=HYPERLINK("x")' }], ['a'], { headers: false }), `"'=HYPERLINK(""x"")"\r\n`);
});

test('custom columns find their paths, and show what is not there as <none>', async () => {
  const columns = parseCustomColumns('NAME:.name,FACTORS:.factors[*].factor,FIRST:{.factors[0,1].factor},Z:.z.z');
  assert.is(
    await formatCustomColumns([{ name: 'a', factors: [{ factor: 'cpu' }, { factor: 'net' }] }, { name: 'b' }], columns, {
      headers: true,
    }),
    'NAME   FACTORS   FIRST     Z\na      cpu,net   cpu,net   <none>\nb      <none>    <none>    <none>\n',
  );
});

test('custom columns of a file stand on two lines', () => {
  assert.equal(
    parseCustomColumnsFile('A    B\n.a  .b\n', 'f').map(({ heading }) => heading),
    ['A', 'B'],
  );
  assert.throws(() => parseCustomColumnsFile('A B\n.a\n', 'f'), /f holds no custom columns/);
});

test('custom columns that are none are refused', () => {
  for (const text of ['NAME', 'NAME:', ':.name', ''])
    assert.throws(() => parseCustomColumns(text), /invalid custom column/, text);
});

test('forms that do not exist, or lack their template, are refused with what would be right', () => {
  for (const text of ['xml', 'json=1', 'JSON', ''])
    assert.throws(() => parseOutputForm(text), /invalid value for --output/, text);
  for (const text of ['jsonpath', 'jsonpath=', 'custom-columns'])
    assert.throws(() => parseOutputForm(text), /lacks its template/, text);
  assert.throws(() => parseOutputForm('jsonpath-file=/nowhere'), /cannot be read/);
});

interface Sized {
  readonly name: string;
  readonly size?: number;
}

const SIZED: readonly Sized[] = [{ name: 'b', size: 1 }, { name: 'c' }, { name: 'a', size: 10 }, { name: 'd', size: 2 }];
const ROWS = SIZED.map((value) => ({ value, item: { ...value } }));
const COLUMNS = [
  { heading: 'NAME', sortKey: ({ name }: Sized) => name },
  { heading: 'SIZE', sortKey: ({ size }: Sized) => size },
];

const order = (sortBy: string): string =>
  sortRows(ROWS, COLUMNS, sortBy)
    .map(({ value }) => value.name)
    .join('');

test('a column sorts text upwards and numbers downwards, what is missing last', () => {
  assert.is(order('name'), 'abcd');
  assert.is(order('SIZE'), 'adbc');
});

test('a JSONPath sorts upwards, as kubectl does', () => {
  assert.is(order('.size'), 'bdac');
  assert.is(order('{.name}'), 'abcd');
});

test('a name that no column has is refused with the names there are', () => {
  try {
    order('weight');
  } catch (error) {
    assert.match((error as { remedy: string }).remedy, 'it should be one of name, size, or a JSONPath');
    return;
  }
  assert.unreachable();
});

test.run();
