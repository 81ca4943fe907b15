/**
 * A real terminal for tests: a shell inside tmux, on a tmux server of its own, so that the user's tmux is never touched.
 * Drives any full-screen program: type, press, resize, read the screen.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why the tests that need tmux are skipped; undefined where it is there. */
export function tmuxMissing(): string | undefined {
  return spawnSync('tmux', ['-V']).status === 0 ? undefined : 'tmux is not installed';
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly workingDirectory: string;
  /** Besides a PATH, a UTF-8 locale and a home of its own. */
  readonly env?: Readonly<Record<string, string>>;
}

const POLL_MS = 40;
/** Generous: the machine may be building something else. */
const PATIENCE_MS = 20_000;

export class TmuxTerminal {
  readonly folder: string;

  constructor(options: TerminalOptions) {
    this.folder = mkdtempSync(join(tmpdir(), 'upid-tmux-'));
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: this.folder,
      LC_ALL: 'C.UTF-8',
      PS1: '$ ',
      ...options.env,
    };
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', String(options.columns), '-y', String(options.rows)];
    this.#tmux(
      'new-session',
      '-d',
      ...size,
      '-c',
      options.workingDirectory,
      'env',
      '-i',
      ...assignments,
      'TERM=tmux-256color',
      'sh',
      '-i',
    );
  }

  /** Types a line for the shell. */
  enter(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  /** Types text as it stands, and no more. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Presses keys by tmux's names (`Enter`, `PageDown`, `C-c`, `a`), in one piece. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What is on the screen now, with spaces at the ends of lines removed. With `colors`, the escape sequences too. */
  screen(options: { readonly colors?: boolean } = {}): string {
    const text = this.#tmux('capture-pane', '-p', ...(options.colors ? ['-e'] : []));
    return `${text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()}\n`;
  }

  /** Waits until the screen matches; fails with the screen that was there instead. */
  async see(expected: RegExp | string): Promise<string> {
    const found = (screen: string): boolean => (typeof expected === 'string' ? screen === expected : expected.test(screen));
    for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
      const screen = this.screen();
      if (found(screen)) return screen;
      await sleep(POLL_MS);
    }
    throw new Error(`waited for ${expected}\nbut saw\n${this.screen()}`);
  }

  /** Whether a full-screen program holds the alternate screen, and whether the cursor is shown. */
  mode(): { readonly alternateScreen: boolean; readonly cursorVisible: boolean } {
    const [alternate, cursor] = this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim().split(' ');
    return { alternateScreen: alternate === '1', cursorVisible: cursor === '1' };
  }

  /** Ends the terminal as closing its window does: what runs in it gets SIGHUP. */
  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    // A shell that ends may still write its history.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  get #socket(): string {
    return join(this.folder, 'tmux');
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  }
}
