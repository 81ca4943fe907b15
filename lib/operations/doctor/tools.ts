/** kubectl, and whether it finds this program and its completion. */

import type { Check } from '../../types/doctor.ts';
import type { Runtime } from '../../types/runtime.ts';
import { findProgram } from './programs.ts';
import type { DoctorRequest } from './request.ts';

export function checkTools({ runtime }: DoctorRequest): Promise<readonly Check[]> {
  return Promise.all(TOOLS.map((tool) => checkTool(tool, runtime)));
}

interface Tool {
  readonly subject: string;
  readonly name: string;
  readonly found: (file: string) => string;
  readonly missing: string;
  readonly remedy: string;
}

const TOOLS: readonly Tool[] = [
  {
    subject: 'kubectl',
    name: 'kubectl',
    found: (file) => file,
    missing: 'kubectl is not on PATH; kubectl-upid works without it, kubectl upid does not',
    remedy: 'install kubectl: https://kubernetes.io/docs/tasks/tools/',
  },
  {
    subject: 'plugin',
    name: 'kubectl-upid',
    found: (file) => `kubectl finds ${file}`,
    missing: 'kubectl does not find kubectl-upid, because its folder is not on PATH',
    remedy: 'put the folder of kubectl-upid on PATH, for example: export PATH="$HOME/.krew/bin:$PATH"',
  },
  {
    subject: 'completion',
    name: 'kubectl_complete-upid',
    found: (file) => `kubectl completes by ${file}`,
    missing: 'kubectl does not complete kubectl upid',
    remedy: 'kubectl-upid completion install',
  },
];

async function checkTool({ subject, name, found, missing, remedy }: Tool, runtime: Runtime): Promise<Check> {
  const file = await findProgram(name, runtime);
  if (file !== undefined) return { subject, state: 'ok', says: found(file), figures: { file } };
  return { subject, state: 'warning', says: missing, remedy };
}
