/** What is said between a run's supervisor and those who started it or found it. */

import { request } from 'node:http';
import { join } from 'node:path';
import type { PartName } from './parts.ts';

/** In the run's folder; a path reaches over network namespaces. */
export const CONTROL_SOCKET = 'control.sock';

/** Over the channel to the process that started it. */
export type ToSupervisor =
  /** Comes with a listening server: its connections go to this port inside. */
  | { readonly kind: 'forward'; readonly port: number }
  /** Go on when I am gone. */
  | { readonly kind: 'release' };

export type FromSupervisor = { readonly kind: 'ready' };

export interface ControlAnswer {
  /** Running parts with their pids inside. */
  readonly parts: Readonly<Partial<Record<PartName, number>>>;
}

export type ControlCommand = `/start/${PartName}` | `/stop/${PartName}` | '/end' | '/status';

/** Asks a supervisor. @throws Error when none listens there or it could not do it. */
export function controlSupervisor(state: string, command: ControlCommand): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: join(state, CONTROL_SOCKET), path: command, method: 'POST' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('error', reject);
      response.on('end', () => {
        const answer = JSON.parse(text) as ControlAnswer & { readonly error?: string };
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}
