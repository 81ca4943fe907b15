/** Pages about one row that are asked for only when they open. */

import { stripVTControlCharacters } from 'node:util';
import { explainSubject } from '../../ui/explain.tsx';
import { forecastSubject } from '../../ui/forecast.tsx';
import { forecastPage } from '../../ui/forecast-detail.ts';
import { idleSubject } from '../../ui/idle.tsx';
import { Late } from '../../ui/late.ts';
import { lineCells } from '../../ui/text.ts';
import { assert, suite } from '../harness.ts';
import { matchesGolden } from './golden.ts';
import { picture } from './picture.tsx';
import { sampleIdle } from './sample.ts';
import { sampleExplain } from './sample-explain.ts';
import { sampleForecast, sampleForecastOf } from './sample-forecast.ts';

const test = suite('pages about a row');

const STYLE = { color: true, ascii: false, confidence: 0.85, includeUnknown: false, timeZone: 'UTC' };
const SMALL = { columns: 80, rows: 24 };

/** Until what was promised so far has come. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an answer is asked for once, what failed is asked anew, and who listens is told of each change', async () => {
  let asked = 0;
  const late = new Late(async (id) => {
    if (asked++ === 0) throw new Error('no route');
    return `${id}!`;
  });
  let told = 0;
  const stop = late.subscribe(() => told++);
  assert.is(asked, 0);
  late.open('web');
  late.open('web');
  assert.equal([late.get('web'), asked], [{ state: 'pending' }, 1]);
  await settled();
  assert.equal(late.get('web'), { state: 'failed', message: 'no route' });
  late.open('web');
  await settled();
  late.open('web');
  assert.equal([late.get('web'), asked, told], [{ state: 'here', value: 'web!' }, 2, 4]);
  stop();
  late.open('other');
  await settled();
  assert.is(told, 4);
});

test('f opens the forecast of the selected workload over the idle view: first what it waits for, then the charts', async () => {
  const asked: string[] = [];
  const subject = idleSubject(sampleIdle(), {
    ...STYLE,
    forecast: async (workload) => {
      asked.push(workload.name);
      return sampleForecastOf(workload);
    },
  });
  const shown = (...keys: readonly string[]): string => picture(subject, { size: SMALL, keys });
  assert.match(stripVTControlCharacters(shown('down', 'f')), /\nforecasting …/);
  assert.equal(asked, [], 'drawing asks nothing');
  const { id } = subject.rows.find(({ cells }) => cells[1]!.text.endsWith('checkout-api'))!;
  subject.pages!.forecast!.late!.open(id);
  await settled();
  assert.equal(asked, ['checkout-api']);
  matchesGolden('idle-forecast-80x24', shown('/', ...'checkout-api', 'enter', 'f'));
  matchesGolden('idle-forecast-scrolled-80x24', shown('/', ...'checkout-api', 'enter', 'f', 'pagedown'));
  assert.is(shown('/', ...'checkout-api', 'enter', 'f', 'escape'), shown('/', ...'checkout-api', 'enter'));
});

test('a forecast that fails says so in place of the charts', async () => {
  const subject = idleSubject(sampleIdle(), {
    ...STYLE,
    forecast: async () => {
      throw new Error('the cluster does not answer');
    },
  });
  subject.pages!.forecast!.late!.open(subject.rows[0]!.id);
  await settled();
  const [line = []] = subject.pages!.forecast!.lines(subject.rows[0]!.id, 80);
  assert.is(line.map(({ text }) => text).join(''), 'error: the cluster does not answer');
});

test('e opens the explanation of the selected workload over the forecast view', async () => {
  const subject = forecastSubject(sampleForecast(), { ...STYLE, explain: async () => sampleExplain('idle') });
  subject.pages!.explanation!.late!.open(subject.rows[0]!.id);
  await settled();
  matchesGolden('forecast-explained-80x24', picture(subject, { size: SMALL, keys: ['e'] }));
});

test('f opens the forecasts of all that is explained over the page of explain', async () => {
  const { forecast } = explainSubject(sampleExplain('idle'), { ...STYLE, forecast: async () => sampleForecast() });
  forecast!.late!.open('');
  await settled();
  const text = forecast!.lines('', 80).map((line) => line.map((each) => each.text).join(''));
  for (const name of ['checkout', 'search', 'newcomer']) assert.ok(text.includes(`deployment.apps/${name} in shop`), name);
});

test('the whole page looks as reviewed, no line is longer than it is wide, and each figure stands in every width', () => {
  const pageAt = (width: number, ascii = false) => forecastPage(sampleForecast().findings, { width, ascii, timeZone: 'UTC' });
  const textOf = (width: number, ascii = false): string =>
    pageAt(width, ascii)
      .map((line) => line.map(({ text }) => text).join(''))
      .join('\n');
  matchesGolden('forecast-page-80', textOf(80));
  for (let width = 60; width <= 200; width += 20) {
    for (const line of pageAt(width)) assert.ok(lineCells(line) <= width, line.map(({ text }) => text).join(''));
    for (const word of ['schedule:', 'grow:', '31 h of 72 h', '0.61', '0.95', 'LSTM 25%', 'p<0.0001', '19.8d|20d'])
      assert.match(textOf(width).replaceAll(/\s+/g, ' '), new RegExp(word));
  }
  assert.match(textOf(100, true), /^[ -~\n]*$/);
});

test.run();
