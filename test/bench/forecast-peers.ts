/**
 * The shipped forecast beside those of statsforecast and LightGBM, which the bench installs: LightGBM on all windows of the machines held
 * apart, statsforecast on some of them, as it takes seconds for each. Their answers are kept in the tests' cache; the first run takes a quarter of an hour.
 */

import { join } from 'node:path';
import { formatTable } from '../../plugin/print/table.ts';
import { pythonObstacle } from '../plugin/python.ts';
import { globalTrees, type PeerRuntime, preparePeers, statistical } from './forecast/peers.ts';
import { figuresOf, NAIVE, ordinaryOf, productMethods, resultsOf } from './forecast/product.ts';
import { HEADINGS, leftOutNote, rowsOf, summaryOf } from './forecast/results.ts';
import { SPEED_HEADINGS, speedOfPeer, speedOfProgram, speedRows, writeSpeedInput } from './forecast/speed.ts';
import { type HeldApart, heldApart, subsample, tracesFile, writeLearningWindows } from './forecast/windows.ts';
import { temporaryFolder } from './measure.ts';
import type { Part, Say } from './report.ts';

const LIGHTGBM = 'LightGBM, conformalised';
const SOME = 150;
/** ETS looks at a dozen models for each series. */
const ETS_SERIES = 100;

const STATISTICAL = [
  ['seasonal naive of statsforecast', 'naive-24'],
  ['Holt-Winters', 'holt-winters'],
  ['AutoETS', 'ets'],
  ['AutoTheta', 'theta'],
  ['MSTL', 'mstl'],
  ['AutoARIMA', 'arima'],
] as const;

export const forecastPeers: Part = {
  title: 'Forecasts of machines held apart, beside peers',
  async measure(say) {
    const file = tracesFile();
    if (file === undefined) return 'there are no traces; UPID_TRACES names their file';
    const obstacle = pythonObstacle();
    if (obstacle !== undefined) return obstacle;
    const folder = temporaryFolder();
    const apart = await heldApart(file, folder);
    const peers = await preparePeers(say);
    const learn = await writeLearningWindows(apart.traces, join(folder, 'learn.parquet'));
    const yardstick = globalTrees(peers, LIGHTGBM, file, learn);
    const methods = [...(await productMethods()), yardstick];
    const results = await resultsOf(methods, apart, join(folder, 'answers.parquet'), say);
    const kept = ordinaryOf(results);
    const some = await subsample(file, folder, apart, SOME);
    const beside = await resultsOf([...methods, ...ofStatsforecast(peers)], some, join(folder, 'some.parquet'), say);
    const speeds = await speedsOf(peers, apart, folder, say);
    const msis = (name: string) => summaryOf(results.find((result) => result.name === name)!, kept).msis;
    return {
      headings: HEADINGS,
      rows: rowsOf(results, kept),
      figures: {
        ...figuresOf(results, kept),
        'interval score beside LightGBM': msis(results[0]!.name) / msis(LIGHTGBM),
        'time of 1,000 forecasts': speeds[0]!.seconds / speeds.at(-1)!.seconds,
        'memory of 1,000 forecasts': speeds[0]!.peakBytes / 1e6,
      },
      notes: [
        leftOutNote(results[0]!, results.find(({ name }) => name === NAIVE)!, kept),
        '',
        `On ${SOME} of these windows, drawn by their digests:`,
        '',
        await formatTable(HEADINGS, rowsOf(beside, ordinaryOf(beside)), { headers: true }),
        ...beside
          .filter(({ failed }) => failed > 0)
          .map(({ name, failed }) => `${name} failed on ${failed}: seasonal naive instead`),
        await formatTable(SPEED_HEADINGS, speedRows(speeds), { headers: true }),
      ],
    };
  },
};

function ofStatsforecast(peers: PeerRuntime) {
  return STATISTICAL.map(([name, method]) => statistical(peers, name, method));
}

async function speedsOf(peers: PeerRuntime, { windows }: HeldApart, folder: string, say: Say) {
  const input = await writeSpeedInput(windows, folder);
  say('1,000 series on one core, by the program and by peers');
  return [
    speedOfProgram(input, folder),
    speedOfPeer(peers, 'statsforecast: seasonal naive, conformal', 'naive-conformal', input, Math.min(1000, windows.length)),
    speedOfPeer(peers, `statsforecast: AutoETS (${ETS_SERIES} series × ${1000 / ETS_SERIES})`, 'ets', input, ETS_SERIES),
  ];
}
