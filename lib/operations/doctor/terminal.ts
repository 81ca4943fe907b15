/** What the terminal can show. */

import type { Check } from '../../types/doctor.ts';
import type { DoctorRequest } from './request.ts';

export function checkTerminal({ surroundings: { terminal } }: DoctorRequest): readonly Check[] {
  const { stdout, color, ascii } = terminal;
  const figures = { terminal: stdout, color, utf8: !ascii };
  if (!stdout)
    return [
      {
        subject: 'terminal',
        state: 'skipped',
        says: 'standard output is no terminal: tables are printed, views are not shown',
        figures,
      },
    ];
  const colors = color ? 'colours' : 'no colours (TERM or NO_COLOR)';
  if (!ascii) return [{ subject: 'terminal', state: 'ok', says: `UTF-8, ${colors}`, figures }];
  const remedy = 'set a UTF-8 locale, for example: export LANG=C.UTF-8';
  return [
    {
      subject: 'terminal',
      state: 'warning',
      says: `the locale is not UTF-8, so that views draw with ASCII; ${colors}`,
      remedy,
      figures,
    },
  ];
}
