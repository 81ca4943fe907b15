import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, skip, suite } from '../harness.ts';
import { TmuxTerminal, tmuxMissing } from '../ui/tmux.ts';
import { PROGRAM } from './run.ts';

const test = suite('the built program in a terminal');

async function inTerminal(act: (terminal: TmuxTerminal) => Promise<void>): Promise<void> {
  const terminal = new TmuxTerminal({
    columns: 120,
    rows: 35,
    workingDirectory: dirname(PROGRAM),
    env: { PATH: `${dirname(PROGRAM)}:${process.env.PATH}` },
  });
  try {
    await terminal.see(/^\$/m);
    await act(terminal);
  } finally {
    terminal.close();
  }
}

async function exitsWith(terminal: TmuxTerminal, exitCode: number): Promise<void> {
  await terminal.see(/\n?\$\n$/);
  terminal.enter('echo "exit code $?"');
  await terminal.see(new RegExp(`^exit code ${exitCode}$`, 'm'));
  assert.equal(terminal.mode(), { alternateScreen: false, cursorVisible: true });
}

const missing = tmuxMissing();
if (missing !== undefined) {
  skip('the built program in a terminal', missing);
} else {
  for (const command of ['idle', 'optimize', 'forecast', 'explain deployment/landing-page']) {
    test(`${command} --demo opens its view, says that it is simulated, and q leaves it with exit code 0`, async () => {
      await inTerminal(async (terminal) => {
        terminal.enter(`kubectl-upid ${command} --demo`);
        assert.match(await terminal.see(/<q> quit/), /simulated/i);
        assert.is(terminal.mode().alternateScreen, true);
        terminal.press('q');
        await exitsWith(terminal, 0);
      });
    });
  }

  test('in the view of idle, e explains the selected workload and Esc goes back to the list', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid idle --demo');
      await terminal.see(/<q> quit/);
      terminal.press('e');
      await terminal.see(/^What would change the verdict:$/m);
      assert.match(terminal.screen(), /^ {2}active, \d+(\.\d)?% sure, if one CPU sample were above/m);
      terminal.press('Escape');
      await terminal.see(/^> /m);
      terminal.press('q');
      await exitsWith(terminal, 0);
    });
  });

  test('in the view of idle, f forecasts the selected workload, and in that of forecast, e explains it', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid idle --demo');
      await terminal.see(/<q> quit/);
      terminal.press('/');
      terminal.enter('landing-page');
      terminal.press('f');
      const page = await terminal.see(/^deployment\.apps\/landing-page in staging$[\s\S]*^CPU$/m);
      assert.match(page, /^ {2}scaling +(keep|shrink|grow|schedule): /m);
      assert.match(page, /^ {2}week peak +\d+m \(\d+-\d+m\) at \w{3} \d\d:00$/m);
      assert.match(page, /^ {2}back-test +error \d\.\d\d of the daily change, seasonal naive \d\.\d\d; /m);
      terminal.press('Escape');
      await terminal.see(/^> staging +deploy\/landing-page /m);
      terminal.press('q');
      await exitsWith(terminal, 0);
    });
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid forecast deployment/landing-page -n staging --demo');
      await terminal.see(/<q> quit/);
      terminal.press('e');
      await terminal.see(/^Name: +deployment\.apps\/landing-page$[\s\S]*^Verdict: /m);
      terminal.press('Escape');
      await terminal.see(/^> staging +deploy\/landing-page +cpu /m);
      terminal.press('q');
      await exitsWith(terminal, 0);
    });
  });

  test('in the view of explain, f forecasts what is explained; leaving while that is asked ends at once', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid explain deployment/intranet -n internal --demo');
      await terminal.see(/<q> quit/);
      terminal.press('f');
      await terminal.see(/^deployment\.apps\/intranet in internal$/m);
      terminal.press('q');
      await exitsWith(terminal, 0);
      terminal.enter('kubectl-upid explain deployment/intranet -n internal --demo');
      await terminal.see(/<q> quit/);
      terminal.press('f', 'q');
      await exitsWith(terminal, 0);
    });
  });

  test('a termination closes the view and leaves the terminal clean', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter("sh -c 'echo $$ > $HOME/pid; exec kubectl-upid idle --demo'");
      await terminal.see(/<q> quit/);
      process.kill(Number(readFileSync(join(terminal.folder, 'pid'), 'utf8')), 'SIGTERM');
      await exitsWith(terminal, 130);
    });
  });

  test('with -o, --no-headers or --interactive=false a terminal shows the plain table', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid idle --demo --interactive=false; echo end of table');
      assert.match(await terminal.see(/^end of table$/m), /^NAMESPACE +NAME/m);
    });
  });

  test('the progress line is gone when the table is there', async () => {
    await inTerminal(async (terminal) => {
      terminal.enter('kubectl-upid idle --demo -o name; echo end of names');
      const screen = await terminal.see(/^end of names$/m);
      const lines = screen.split('\n').filter((line) => line !== '' && !line.startsWith('$'));
      assert.match(lines[0]!, /^SIMULATED: /);
    });
  });
}

test.run();
