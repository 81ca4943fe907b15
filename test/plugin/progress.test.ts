import { Writable } from 'node:stream';
import { progressLine } from '../../plugin/progress.ts';
import { assert, suite } from '../harness.ts';

const test = suite('progress');

function drawn(
  terminal: boolean,
  columns?: number,
): { written: () => string; line: ReturnType<typeof progressLine>; wait: (ms: number) => void } {
  let text = '';
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  const stream = Object.assign(sink, columns === undefined ? {} : { columns });
  let now = 0;
  return {
    line: progressLine(stream, terminal, () => now),
    written: () => text,
    wait: (ms) => {
      now += ms;
    },
  };
}

test('each step wipes the one before, and the end wipes the last', () => {
  const { line, written, wait } = drawn(true);
  line.report({ step: 'pods', done: 500, of: 1000 });
  wait(100);
  line.report({ step: 'prometheus' });
  line.clear();
  line.clear();
  assert.is(written(), '\r\u001b[Kpods 500/1000\r\u001b[Kprometheus\r\u001b[K');
});

test('steps that follow at once are not drawn, but for the last of a count', () => {
  const { line, written } = drawn(true);
  for (const done of [1, 2, 3]) line.report({ step: 'pods', done, of: 3 });
  assert.is(written(), '\r\u001b[Kpods 1/3\r\u001b[Kpods 3/3');
});

test('a line is never longer than the terminal, for a wrapped one could not be wiped', () => {
  const { line, written } = drawn(true, 5);
  line.report({ step: 'a long step' });
  assert.is(written(), '\r\u001b[Ka lo');
});

test('nothing is written where standard error is no terminal', () => {
  const { line, written } = drawn(false);
  line.report({ step: 'pods' });
  line.clear();
  assert.is(written(), '');
});

test.run();
