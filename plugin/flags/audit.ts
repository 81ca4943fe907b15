/** Flags of commands about the audit trail: they ask no cluster. */

import { Command, Option } from 'clipanion';
import type { AuditRequest } from '../../lib/operations/audit/trail.ts';
import type { AuditCheck } from '../../lib/types/audit.ts';
import type { Context } from '../context.ts';
import { auditProblemLine, cutOffLine } from '../print/audit-listing.ts';
import type { PrintOptions } from '../print/print.ts';
import { noHeadersOption, outputFormOf, outputOption } from './output-form.ts';
import { isCount } from './validators.ts';

export abstract class AuditFlags extends Command<Context> {
  demo = Option.Boolean('--demo', false, { description: 'The trail of what was done to the simulated cluster' });
  output = outputOption();
  noHeaders = noHeadersOption();
  verbosity = Option.String('-v,--v', { description: '`LEVEL` of what is told about errors', validator: isCount });

  protected auditRequest(): AuditRequest {
    return { demo: this.demo, runtime: this.context.runtime(this.verbosity ?? 0) };
  }

  /** @throws UpidError `usage` for a form that cannot be read. */
  protected printOptions(): PrintOptions {
    return { form: outputFormOf(this.output), headers: !this.noHeaders };
  }

  /** A line on standard error for each thing that is wrong. @returns the exit code */
  protected tell({ problems, cutOff, file }: AuditCheck): number {
    const { stderr } = this.context;
    for (const line of cutOff) stderr.write(`warning: ${cutOffLine(file, line)}\n`);
    for (const problem of problems) stderr.write(`error: ${auditProblemLine(file, problem)}\n`);
    return problems.length > 0 ? 1 : 0;
  }
}
