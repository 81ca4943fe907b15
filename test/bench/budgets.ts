/** What must hold, as data. `npm run bench` measures and compares; nothing here is an absolute time, so that any machine can tell. */

export interface Budget {
  readonly most: number;
  readonly unit: Unit;
  /** What the figure is, and of what it is a multiple. */
  readonly meaning: string;
}

/** `times` is a ratio to a peer that was measured in the same rounds; MB are 10⁶ bytes; a share is between 0 and 1. */
export type Unit = 'times' | 'MB' | 'requests' | 'connections' | 'share' | 'cases';

export const BUDGETS = {
  'start-up of --help': { most: 2.5, unit: 'times', meaning: 'the time of node -e 0' },
  'start-up of version': { most: 2.5, unit: 'times', meaning: 'the time of node -e 0' },
  'start-up of idle --demo': { most: 10, unit: 'times', meaning: 'the time of node -e 0' },
  'completion of a flag': { most: 3, unit: 'times', meaning: 'the time of node -e 0' },

  'time of a scan': { most: 1.5, unit: 'times', meaning: 'the time of kubectl get pods -A -o json, with a day of own history' },
  'memory of a scan': { most: 300, unit: 'MB', meaning: 'peak memory at 1,000 pods' },
  'requests of a scan': { most: 30, unit: 'requests', meaning: 'to the API server at 1,000 pods, without Prometheus' },
  'connections of a scan': { most: 8, unit: 'connections', meaning: 'opened in all' },
  'time with Prometheus': { most: 5, unit: 'times', meaning: 'the time of kubectl get pods -A -o json, with seven days at 30 s' },
  'memory with Prometheus': { most: 300, unit: 'MB', meaning: 'peak memory at 1,000 pods' },

  'time at 10,000 pods': { most: 10, unit: 'times', meaning: 'the time at 1,000 pods' },
  'memory at 10,000 pods': { most: 700, unit: 'MB', meaning: 'peak memory' },

  'time of appending': { most: 6, unit: 'times', meaning: 'the start of the engine, for an instant of 1,000 pods' },
  'size of a history': { most: 0.2, unit: 'share', meaning: 'of its plain size: 1,000 pods, raw for 7 days and hourly for 90' },
  'size of a history to CSV': { most: 0.5, unit: 'share', meaning: 'of the same rows as CSV.gz' },
  'time of a day of use': { most: 6, unit: 'times', meaning: 'plain DuckDB on one file, for the last day of it' },
  'time of reading': { most: 12, unit: 'times', meaning: 'a plain sum over the same values, a day of 1,000 pods' },

  'used but called idle': {
    most: 0,
    unit: 'cases',
    meaning: 'of 2,000 labelled cases of two generators, seeds never used in fitting',
  },
  'wrong among idle': { most: 0.005, unit: 'share', meaning: 'of the verdicts idle (1 − precision)' },
  'idle but not found': { most: 0.05, unit: 'share', meaning: 'of what is idle with enough evidence (1 − recall)' },
  'unknown without need': { most: 0.01, unit: 'share', meaning: 'of the cases with enough evidence' },
  'calibration error of idle': { most: 0.03, unit: 'share', meaning: 'expected over ten bins (ECE)' },

  'error of forecasts': { most: 0.88, unit: 'times', meaning: 'the MASE of a seasonal naive forecast, on machines held apart' },
  'values outside of the interval': { most: 0.055, unit: 'share', meaning: 'of all values, by the 95 % interval' },
  'values inside of the interval': { most: 0.97, unit: 'share', meaning: 'more would be intervals that are too wide' },
  'values outside, of one metric': { most: 0.06, unit: 'share', meaning: 'of the values of the worst of CPU, memory, network' },
  'interval score beside LightGBM': { most: 1, unit: 'times', meaning: 'the MSIS of conformalised LightGBM on the same windows' },
  'time of 1,000 forecasts': { most: 0.02, unit: 'share', meaning: 'of the time of statsforecast’s AutoETS, on one core' },
  'memory of 1,000 forecasts': { most: 300, unit: 'MB', meaning: 'peak memory, file to file' },

  'memory kept at the risk of KRR': {
    most: 1,
    unit: 'times',
    meaning: 'the requests that KRR keeps, at the same share of exceeded weeks',
  },
  'memory kept at 7 % of weeks': { most: 0.95, unit: 'times', meaning: 'the requests that the highest of 30 d × a factor keeps' },
  'CPU kept at 4 % of weeks': { most: 0.55, unit: 'share', meaning: 'of the requests, exceeded by the p99 of hourly peaks' },
  'weeks of memory exceeded': {
    most: 1.3,
    unit: 'times',
    meaning: 'the share that was asked for, at the worst of low, medium and high; 80 machines tell it to a fifth',
  },
  'weeks of CPU exceeded': { most: 1.3, unit: 'times', meaning: 'the same for the p99 of hourly peaks' },
  'peers above the curve': { most: 0, unit: 'cases', meaning: 'rules that free more at the same share of exceeded weeks' },
} as const satisfies Readonly<Record<string, Budget>>;

export type BudgetName = keyof typeof BUDGETS;
