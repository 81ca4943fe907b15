import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assert, skip, suite } from '../harness.ts';
import { readGolden } from './golden.ts';
import { TmuxTerminal, tmuxMissing } from './tmux.ts';

const test = suite('views in a terminal');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHOW = `${process.execPath} --import ./test/tsx-loader.mjs test/ui/show.tsx`;

/** Opens a shell, remembers the terminal's settings, runs a view, hands over, and closes whatever happened. */
async function withView(
  what: string,
  act: (terminal: TmuxTerminal) => Promise<void>,
  options: { readonly columns?: number; readonly rows?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const terminal = new TmuxTerminal({ columns: 80, rows: 24, workingDirectory: ROOT, ...options });
  try {
    await terminal.see(/^\$/m);
    terminal.enter('stty -a > $HOME/before; echo earlier work');
    await terminal.see(/^earlier work$/m);
    terminal.enter(`sh -c 'echo $$ > $HOME/pid; exec ${SHOW} ${what}'`);
    await terminal.see(/<q> quit/);
    await act(terminal);
  } finally {
    terminal.close();
  }
}

/** The terminal is as it was: former content, cursor, echo and line mode; and a shell that works. */
async function isLeftClean(terminal: TmuxTerminal, exitCode: number): Promise<void> {
  // The former content is back, and the shell's prompt below it.
  await terminal.see(/^earlier work$[\s\S]*\n\$\n$/m);
  // On a line of its own: a shell whose child was ended by SIGINT drops the rest of the line.
  terminal.enter('echo "exit code $?"');
  const screen = await terminal.see(new RegExp(`^exit code ${exitCode}$`, 'm'));
  assert.not.match(screen, /<q> quit/);
  assert.equal(terminal.mode(), { alternateScreen: false, cursorVisible: true });
  terminal.enter('stty -a > $HOME/after; echo done here');
  await terminal.see(/^done here$/m);
  const settings = (name: string): string =>
    readFileSync(join(terminal.folder, name), 'utf8').replace(/rows \d+; columns \d+;/, '');
  assert.is(settings('after'), settings('before'));
}

const pidOf = (terminal: TmuxTerminal): number => Number(readFileSync(join(terminal.folder, 'pid'), 'utf8'));

const missing = tmuxMissing();
if (missing !== undefined) {
  skip('views in a terminal', missing);
} else {
  test('a forecast opens with its chart, shows what has too little history, and leaves the terminal clean', async () => {
    await withView('forecast', async (terminal) => {
      await terminal.see(readGolden('forecast-80x24'));
      terminal.press('Enter');
      await terminal.see(readGolden('forecast-detail-80x24'));
      terminal.press('u', '/');
      terminal.enter('newcomer');
      await terminal.see(/not enough history: 31 h of 72 h/);
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('f shows the forecast of the selected workload over the idle view, e its explanation, Esc the list again', async () => {
    await withView('idle', async (terminal) => {
      terminal.press('/');
      terminal.enter('checkout-api');
      terminal.press('f');
      await terminal.see(readGolden('idle-forecast-80x24'));
      terminal.press('PageDown');
      await terminal.see(readGolden('idle-forecast-scrolled-80x24'));
      terminal.press('e');
      await terminal.see(/^Name: +deployment\.apps\/checkout-api$/m);
      terminal.press('f');
      await terminal.see(readGolden('idle-forecast-80x24'));
      terminal.press('Escape');
      await terminal.see(/^> .*checkout-api/m);
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('e shows the explanation over the forecast view, and f the forecasts over the page of explain', async () => {
    await withView('forecast', async (terminal) => {
      terminal.press('e');
      await terminal.see(readGolden('forecast-explained-80x24'));
      terminal.press('Escape');
      await terminal.see(readGolden('forecast-80x24'));
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
    await withView('explain', async (terminal) => {
      terminal.press('f');
      await terminal.see(/^deployment\.apps\/checkout in shop$/m);
      terminal.press('Escape');
      await terminal.see(readGolden('explain-80x24'));
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('a forecast that fails says why and is asked for anew, and one that never comes keeps nobody', async () => {
    await withView('failing', async (terminal) => {
      terminal.press('f');
      await terminal.see(/^error: the cluster does not answer$/m);
      // Seen before the next key: Esc and a letter in one piece are Alt with the letter.
      terminal.press('Escape');
      await terminal.see(/^> demo-2024 /m);
      terminal.press('f');
      await terminal.see(/^CPU$/m);
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
    await withView('waiting', async (terminal) => {
      terminal.press('f');
      await terminal.see(/^forecasting …$/m);
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('a page scrolls, shows its help over it, follows the size of the window, and leaves the terminal clean', async () => {
    await withView('explain', async (terminal) => {
      await terminal.see(readGolden('explain-80x24'));
      terminal.press('PageDown', 'j');
      await terminal.see(readGolden('explain-scrolled-80x24'));
      terminal.press('?');
      await terminal.see(readGolden('explain-help-80x24'));
      terminal.press('?');
      await terminal.see(readGolden('explain-scrolled-80x24'));
      terminal.press('i');
      terminal.resize(120, 35);
      await terminal.see(readGolden('explain-sources-120x35'));
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('opens, filters, shows the detail, resizes, quits, and leaves the terminal clean', async () => {
    await withView('idle', async (terminal) => {
      await terminal.see(readGolden('idle-80x24'));
      assert.equal(terminal.mode(), { alternateScreen: true, cursorVisible: false });
      terminal.press('Down', 'Enter');
      await terminal.see(readGolden('idle-detail-80x24'));
      terminal.press('Enter', 'Up');
      await terminal.see(readGolden('idle-80x24'));
      terminal.press('/', 's', 't', 'a', 'g', 'i', 'n', 'g');
      await terminal.see(readGolden('idle-filter-80x24'));
      terminal.press('Escape');
      // The row that was selected stays so. Seen before the next key: Esc and an arrow in one piece are Alt with the arrow.
      await terminal.see(/^ {2}demo-2024 [\s\S]*^> shop-sta…/m);
      terminal.press('Up');
      await terminal.see(readGolden('idle-80x24'));
      terminal.press('Enter', 's');
      terminal.resize(120, 35);
      await terminal.see(readGolden('idle-by-waste-120x35'));
      terminal.resize(50, 10);
      await terminal.see(/needs 60x15/);
      terminal.resize(120, 35);
      await terminal.see(readGolden('idle-by-waste-120x35'));
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('keys that are typed faster than they are drawn all count', async () => {
    await withView('idle', async (terminal) => {
      terminal.press('?', '?', 'j', 'j', 'k', 'Enter');
      await terminal.see(readGolden('idle-detail-80x24'));
      terminal.press('C-c');
      await isLeftClean(terminal, 0);
    });
  });

  test('a storm of resizes ends in the right picture', async () => {
    await withView('optimize', async (terminal) => {
      for (let step = 0; step < 30; step++) terminal.resize(60 + ((step * 37) % 150), 15 + ((step * 11) % 40));
      terminal.resize(80, 24);
      await terminal.see(readGolden('optimize-80x24'));
      terminal.press('q');
      await isLeftClean(terminal, 0);
    });
  });

  test('5,000 rows open, page to the end and filter', async () => {
    await withView('large', async (terminal) => {
      terminal.press('G');
      await terminal.see(/^> team-\d+ /m);
      terminal.press('/', '0', '4', '9', '9');
      await terminal.see(/\/0499█ {2}11 match/);
      terminal.press('C-c');
      await isLeftClean(terminal, 0);
    });
  });

  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    test(`${signal} from outside leaves the terminal clean and its exit code`, async () => {
      await withView('idle', async (terminal) => {
        process.kill(pidOf(terminal), signal);
        await isLeftClean(terminal, exitCode);
      });
    });
  }

  test('a program that listens to signals itself closes the view through its abort signal', async () => {
    await withView('listen', async (terminal) => {
      process.kill(pidOf(terminal), 'SIGTERM');
      await isLeftClean(terminal, 0);
    });
  });

  test('a view that fails leaves the terminal clean, and the error can be read', async () => {
    await withView('throw', async (terminal) => {
      await terminal.see(/the clock has stopped/);
      await isLeftClean(terminal, 1);
    });
  });

  test('where standard input is no terminal it says so, and draws nothing', async () => {
    const terminal = new TmuxTerminal({ columns: 80, rows: 24, workingDirectory: ROOT });
    try {
      terminal.enter(`echo q | ${SHOW} idle; echo "exit code $?"`);
      const screen = await terminal.see(/^exit code 1$/m);
      assert.match(screen, /standard input is not a terminal/);
      assert.equal(terminal.mode(), { alternateScreen: false, cursorVisible: true });
    } finally {
      terminal.close();
    }
  });

  test('a terminal that is closed takes the program with it', async () => {
    let pid = 0;
    await withView('idle', async (terminal) => {
      pid = pidOf(terminal);
    });
    for (let waited = 0; waited < 5000 && existsSync(`/proc/${pid}`); waited += 50) await sleep(50);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });

  test('with NO_COLOR nothing is coloured, without it something is', async () => {
    const coloured = /\u001b\[(?:[0-9]+;)*(?:3[0-7]|9[0-7])m/;
    await withView('demo', async (terminal) => assert.match(terminal.screen({ colors: true }), coloured), {
      env: { COLORTERM: 'truecolor' },
    });
    await withView('demo', async (terminal) => assert.not.match(terminal.screen({ colors: true }), coloured), {
      env: { NO_COLOR: '1' },
    });
  });
}

test.run();
