/**
 * What the learned sizes free at the risk they run, beside the rules of KRR and of the Vertical Pod Autoscaler and the best simple rule,
 * on the same weeks of machines that nothing was learned from. Traces: the file named by UPID_TRACES.
 */

import { loadSizingModel } from '../../lib/intelligence/sizing/model.ts';
import { WEEKS_AT_RISK } from '../../lib/types/sizing.ts';
import { readTraces } from '../../training/forecast/traces.ts';
import { compare, exceededOf, type Row, savedAt, simpleCurve, windowsApart } from '../../training/sizing/measure.ts';
import { readProvisioned, SIZED } from '../../training/sizing/windows.ts';
import { tracesFile } from './forecast/windows.ts';
import type { Part } from './report.ts';

/** Shares of exceeded weeks at which what is freed is compared. */
const CPU_WEEKS = 0.04;
const MEMORY_WEEKS = 0.07;

export const sizing: Part = {
  title: 'Sizes for the coming week of machines held apart',
  async measure(say) {
    const file = tracesFile();
    if (file === undefined) return 'there are no traces; UPID_TRACES names their file';
    const traces = await readTraces(file);
    const windows = windowsApart(traces, await readProvisioned(file, traces));
    const model = await loadSizingModel();
    say(`sizing ${windows.length} weeks at each risk`);
    const [cpu, memory] = SIZED.map((metric) => compare(windows, metric, model)) as [readonly Row[], readonly Row[]];
    const simple = simpleCurve(windows, 'memory');
    const curve = (rows: readonly Row[]) => rows.filter(({ risk }) => risk !== undefined);
    const krr = memory.find(({ method }) => method.startsWith('KRR'))!;
    const kept = (saved: number | undefined): number => 1 - (saved ?? Number.NaN);
    const ownAtKrr = savedAt('memory', curve(memory), krr.outcome.exceeded);
    const memoryAt = savedAt('memory', curve(memory), MEMORY_WEEKS);
    const simpleAt = savedAt('memory', simple, MEMORY_WEEKS);
    const cpuAt = savedAt('cpu', curve(cpu), CPU_WEEKS);
    return {
      headings: ['METRIC', 'METHOD', 'WEEKS', 'WEEKS (P99)', 'FREED', 'FREED, EACH'],
      rows: [...cpu.map((row) => shown('cpu', row)), ...[...memory, ...simple].map((row) => shown('memory', row))],
      figures: {
        'memory kept at the risk of KRR': kept(ownAtKrr) / kept(krr.outcome.saved),
        'memory kept at 7 % of weeks': kept(memoryAt) / kept(simpleAt),
        'CPU kept at 4 % of weeks': kept(cpuAt),
        'weeks of memory exceeded': deviation('memory', memory),
        'weeks of CPU exceeded': deviation('cpu', cpu),
        'peers above the curve': [...above('cpu', cpu, curve(cpu)), ...above('memory', [...memory, ...simple], curve(memory))]
          .length,
      },
      notes: [
        `at ${percent(krr.outcome.exceeded)} of weeks, as KRR: memory freed ${percent(ownAtKrr)}, KRR ${percent(krr.outcome.saved)}`,
        `at 7 % of weeks: memory freed ${percent(memoryAt)}, the highest of 30 days times a factor ${percent(simpleAt)}`,
        `at 4 % of weeks: CPU freed ${percent(cpuAt)}`,
      ],
    };
  },
};

function shown(metric: string, { method, outcome }: Row): readonly string[] {
  const { exceeded, exceededP99, saved, savedEach } = outcome;
  return [metric, method, percent(exceeded), percent(exceededP99), percent(saved), percent(savedEach)];
}

function percent(share: number | undefined): string {
  return share === undefined ? '—' : `${(100 * share).toFixed(1)} %`;
}

/** Exceeded weeks ÷ those that were asked for, at the worst of the named risks. */
function deviation(metric: 'cpu' | 'memory', rows: readonly Row[]): number {
  const named = Object.values(WEEKS_AT_RISK);
  return Math.max(
    ...rows.flatMap(({ risk, outcome }) =>
      risk !== undefined && named.includes(risk) ? [exceededOf(metric, outcome) / risk] : [],
    ),
  );
}

/** Points of others that free more than the curve does at the same share of exceeded weeks. */
function above(metric: 'cpu' | 'memory', rows: readonly Row[], curve: readonly Row[]): readonly Row[] {
  return rows.filter(({ risk, outcome }) => {
    const own = risk === undefined ? savedAt(metric, curve, exceededOf(metric, outcome)) : undefined;
    return own !== undefined && own < outcome.saved;
  });
}
