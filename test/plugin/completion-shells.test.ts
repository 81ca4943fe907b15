/** The tab key in real shells, in a real terminal. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { assert, skip, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { TmuxTerminal, tmuxMissing } from '../ui/tmux.ts';
import { PROGRAM } from './run.ts';

const test = suite('completion in shells');

interface Shell {
  readonly name: string;
  /** Starts it without a configuration of the user's, with a plain prompt. */
  readonly start: string;
  readonly load: string;
}

const SHELLS: readonly Shell[] = [
  { name: 'bash', start: 'bash --norc --noprofile', load: 'source <(kubectl-upid completion bash)' },
  {
    name: 'zsh',
    start: 'zsh -f',
    load: 'PS1="$ "; autoload -U compinit; compinit -u; source <(kubectl-upid completion zsh)',
  },
  {
    name: 'fish',
    start: 'fish --no-config',
    load: "function fish_prompt; printf '%s ' '$'; end; kubectl-upid completion fish | source",
  },
];

/** What is typed before a tab and an X, and the line that this makes. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['a command', 'kubectl-upid opt', 'kubectl-upid optimize X'],
  ['a flag', 'kubectl-upid idle --all-n', 'kubectl-upid idle --all-namespaces X'],
  ['a value', 'kubectl-upid idle -o ya', 'kubectl-upid idle -o yaml X'],
  ['a value behind an equals sign', 'kubectl-upid idle --output=ya', 'kubectl-upid idle --output=yaml X'],
  [
    'the beginning of a value, with no space after it',
    'kubectl-upid idle -o custom-columns-f',
    'kubectl-upid idle -o custom-columns-file=X',
  ],
  ['a type, with no space after it', 'kubectl-upid idle state', 'kubectl-upid idle statefulset/X'],
  ['a workload', 'kubectl-upid idle --demo deployment/weekly', 'kubectl-upid idle --demo deployment/weekly-report X'],
  ['a name with colons', 'kubectl-upid idle --context arn:aws:e', 'kubectl-upid idle --context arn:aws:eks/one X'],
  ['such a name behind an equals sign', 'kubectl-upid idle --context=arn:aws:e', 'kubectl-upid idle --context=arn:aws:eks/one X'],
  ['a file', 'kubectl-upid idle --kubeconfig fi', 'kubectl-upid idle --kubeconfig file X'],
  ['a file behind an equals sign', 'kubectl-upid idle --kubeconfig=fi', 'kubectl-upid idle --kubeconfig=file X'],
  ['a folder, not a file', 'kubectl-upid idle --history f', 'kubectl-upid idle --history folder/X'],
];

/** A folder with a file and a folder, and a kubeconfig elsewhere. */
function workplace(): { readonly folder: string; readonly kubeconfig: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder'));
  const kubeconfig = join(temporaryFolder(), 'config');
  writeFileSync(kubeconfig, JSON.stringify({ contexts: [{ name: 'arn:aws:eks/one', context: {} }] }));
  return { folder, kubeconfig };
}

async function terminalWith({ start, load }: Shell): Promise<TmuxTerminal> {
  const { folder, kubeconfig } = workplace();
  const env = { PATH: [dirname(PROGRAM), process.env.PATH].join(delimiter), KUBECONFIG: kubeconfig };
  const terminal = new TmuxTerminal({ columns: 120, rows: 60, workingDirectory: folder, env });
  terminal.enter(start);
  terminal.enter(load);
  terminal.enter('echo ready');
  await terminal.see(/^ready\n\$\n$/m);
  return terminal;
}

for (const shell of SHELLS) {
  const missing = tmuxMissing() ?? (spawnSync(shell.name, ['--version']).error ? `${shell.name} is not installed` : undefined);
  if (missing) {
    for (const [what] of CASES) skip(`completion in shells: ${shell.name}: ${what}`, missing);
    continue;
  }
  let terminal: Promise<TmuxTerminal> | undefined;
  const opened = (): Promise<TmuxTerminal> => {
    terminal ??= terminalWith(shell);
    return terminal;
  };
  for (const [what, typed, expected] of CASES)
    test(`${shell.name}: ${what}`, async () => {
      const open = await opened();
      open.type(typed);
      open.press('Tab');
      // What comes after the tab shows where the cursor was left.
      open.type('X');
      try {
        await open.see(new RegExp(`^\\$ ${escaped(expected)}$`, 'm'));
      } finally {
        await leaveLine(open);
      }
    });
  test(`${shell.name}: what could be meant is listed`, async () => {
    const open = await opened();
    open.type('kubectl-upid completion ');
    open.press('Tab', 'Tab');
    const screen = await open.see(/powershell/);
    for (const word of ['bash', 'zsh', 'fish', 'install', 'uninstall']) assert.match(screen, word);
  });
  test.after(async () => (await terminal)?.close());
}

/** Returns when there is a new prompt: keys that are pressed while a shell draws may be lost. */
async function leaveLine(terminal: TmuxTerminal): Promise<void> {
  terminal.press('C-c');
  await terminal.see(/\n\$\n$/);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test.run();
