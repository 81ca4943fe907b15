/** `kubectl upid data query`: SQL of one's own over the history, read only. */

import { Command, Option } from 'clipanion';
import type { QueryAnswer } from '../../lib/operations/data/query.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { DataFlags } from '../flags/data.ts';
import { isDuration, isOneOf } from '../flags/validators.ts';
import { viewListing } from '../print/history-listing.ts';
import { SIMULATED_NOTE } from '../print/notes.ts';
import { parseOutputForm } from '../print/output.ts';
import { formatListing } from '../print/print.ts';
import { formatQuery, QUERY_FORMS } from '../print/query-answer.ts';

/** Long enough for a quarter of a year of a large cluster. */
const TIMEOUT_SECONDS = 60;

export class DataQueryCommand extends DataFlags {
  static override paths = [['data', 'query']];

  static override usage = Command.Usage({
    description: 'Ask the history by SQL.',
    details: `
      One statement that reads the views samples, pods, workloads, nodes, hourly, hourly_pods, hourly_workloads, hourly_nodes and cluster_metrics of one
      cluster's history, in DuckDB's SQL; --views lists their columns with units. Nothing else can be read, and nothing written: no
      files, no network, no extensions. Instants are UTC. CSV and JSON lines (jsonl) are written as rows come, so that results of any size can be had.
    `,
    examples: [
      ['What can be asked', '$0 data query --views'],
      [
        'Use of the simulated cluster over its last day',
        "$0 data query --demo 'SELECT timestamp, round(cpu_usage, 2) AS cores FROM cluster_metrics ORDER BY timestamp DESC LIMIT 24'",
      ],
      [
        'The ten largest memory peaks',
        "$0 data query --demo -o csv 'SELECT namespace, workload_name, max(memory_max_bytes) AS peak FROM hourly GROUP BY ALL ORDER BY peak DESC LIMIT 10'",
      ],
    ],
  });

  override output = Option.String('-o,--output', {
    description: `\`FORM\` of the output: ${QUERY_FORMS.join(', ')}`,
    validator: isOneOf(...QUERY_FORMS),
  });
  views = Option.Boolean('--views', false, { description: 'List the views and their columns instead' });
  file = Option.String('-f,--filename', { description: '`FILE` with the query; - for standard input' });
  timeout = Option.String('--timeout', {
    description: `\`DURATION\` the query may take (default ${TIMEOUT_SECONDS}s)`,
    validator: isDuration,
  });
  sql = Option.String({ name: 'SQL', required: false });

  override async execute(): Promise<number> {
    const { describedViews, queryHistory, readQuery } = await import('../../lib/operations/data/query.ts');
    if (this.views) return this.listViews(describedViews());
    const { stdin, stdout, stderr } = this.context;
    const sql = this.file === undefined ? this.sql : await readQuery(this.file, stdin as never);
    if (sql === undefined || (this.file !== undefined && this.sql !== undefined))
      throw new UpidError('usage', 'data query takes one query', {
        remedy: 'give it as one argument in quotes, or by --filename',
      });
    const form = this.output ?? 'table';
    let shown = false;
    const print = async (answer: QueryAnswer): Promise<readonly string[]> => {
      for await (const piece of formatQuery(answer, form, !this.noHeaders)) {
        shown = true;
        if (!stdout.write(piece)) await new Promise((resolve) => stdout.once('drain', resolve));
      }
      return answer.problems;
    };
    if (this.demo) stderr.write(`${SIMULATED_NOTE}\n`);
    const request = { ...this.dataRequest(), sql, timeoutSeconds: this.timeout ?? TIMEOUT_SECONDS };
    this.warn(await queryHistory(request, print));
    if (!shown && form === 'table') stderr.write('No rows\n');
    return 0;
  }

  private async listViews({ columns, views }: ReturnType<typeof import('../../lib/operations/data/query.ts').describedViews>) {
    const form = this.output === undefined ? ({ form: 'table', wide: false } as const) : parseOutputForm(listForm(this.output));
    this.context.stdout.write(await formatListing(viewListing(columns, views), { form, headers: !this.noHeaders }));
    return 0;
  }
}

/** The list of views is short: JSON lines are JSON then. */
function listForm(output: (typeof QUERY_FORMS)[number]): string {
  if (output === 'table') return 'wide';
  return output === 'jsonl' ? 'json' : output;
}
