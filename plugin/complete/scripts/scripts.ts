/** The scripts by which shells complete `kubectl-upid` itself. Each is loaded when it is asked for. */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

const LOAD: Readonly<Record<Shell, () => Promise<string>>> = {
  bash: async () => (await import('./bash.ts')).BASH,
  zsh: async () => (await import('./zsh.ts')).ZSH,
  fish: async () => (await import('./fish.ts')).FISH,
  powershell: async () => (await import('./powershell.ts')).POWERSHELL,
};

export async function completionScript(shell: Shell): Promise<string> {
  return await LOAD[shell]();
}
