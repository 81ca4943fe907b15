/** `kubectl upid doctor`: what works here, what is missing, and what to do about it. */

import { Command } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
import { LookCommand } from '../look-command.ts';
import { doctorListing, doctorNotes, isHealthy } from '../print/doctor-listing.ts';
import { SIMULATED_END, SIMULATED_NOTE } from '../print/notes.ts';
import { formatListing } from '../print/print.ts';

/** A check that takes longer is given up: also with a cluster that is gone the answer comes. */
const CHECK_SECONDS = 20;

export class DoctorCommand extends LookCommand {
  static override paths = [['doctor']];

  static override usage = Command.Usage({
    description: 'Check what works here and what is missing, with the remedy.',
    details: `
      Checked are the kubeconfig and the credential; the server, its clock and the rights of each command; metrics-server and the age of its
      figures; the Prometheus-compatible server, the series it has and how far it reaches back; the own history and the disk it lies on; kubectl, this
      program and the terminal. All checks run side by side, and each is given up after ${CHECK_SECONDS} seconds. Nothing is changed. The exit code is 1 when
      something failed that commands need; a warning is something without which they say less.
    `,
    examples: [
      ['Everything, in the namespace of the context', '$0 doctor'],
      ['The form of the answer, without a cluster', '$0 doctor --demo'],
      [
        'What failed, for a script',
        '$0 doctor -A -o jsonpath=\'{range .items[?(@.state=="failed")]}{.check}: {.remedy}{"\\n"}{end}\'',
      ],
    ],
  });

  // It is about the cluster and this machine, not about workloads.
  override names: string[] = [];
  override labelSelector = undefined;
  override fieldSelector = undefined;
  override chunkSize = undefined;
  override sidecars = undefined;
  override interactive = 'false' as const;

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { connection, demo, demoHistory, prometheus, history, scope, runtime, signal } = this.request();
    const { terminal, timeZone, stdout, stderr } = this.context;
    const { diagnose } = await import('../../lib/operations/doctor/diagnose.ts');
    const diagnosis = await diagnose({
      // Before the check itself is given up, so that the reason is told.
      connection: { requestTimeoutSeconds: CHECK_SECONDS / 2, ...connection },
      demo,
      demoHistory,
      prometheus,
      history,
      namespace: scope.allNamespaces ? '' : scope.namespace,
      surroundings: { terminal, timeZone, versions: { program: program.version, node: process.versions.node } },
      checkSeconds: CHECK_SECONDS,
      runtime,
      signal,
    });
    const text = await formatListing(doctorListing(diagnosis), options);
    const isTable = options.form.form === 'table';
    const simulated = diagnosis.simulated;
    if (simulated) stderr.write(`${SIMULATED_NOTE}\n`);
    stdout.write(text);
    if (isTable)
      stderr.write([...doctorNotes(diagnosis), ...(simulated ? [SIMULATED_END] : [])].map((line) => `${line}\n`).join(''));
    return isHealthy(diagnosis) ? 0 : 1;
  }
}
