/**
 * Weights of risk, in log-odds: what stands for how much. They are judgements, not measurements: 0.7 doubles the odds, 1.4 takes
 * them fourfold. Each stands once, with its reason.
 */

export const WEIGHTS = {
  /** One change in twenty is regretted where nothing else is known: ln(0.05 / 0.95). */
  base: Math.log(0.05 / 0.95),
  /** A verdict is never taken to be surer than this. */
  surest: 0.999,

  /** What is held above the highest use that was seen, as a fraction of it: 15 % is usual, and neither for nor against. */
  usualHeadroom: 0.15,
  /** For each 10 % of headroom more or less. Below the peak is a kill (memory); of CPU it is only waiting. */
  memoryHeadroomPerTenth: 0.5,
  cpuHeadroomPerTenth: 0.15,
  headroomMost: 1.5,
  headroomLeast: -0.8,
  /** More than before is held and nothing is taken away: what can go wrong is the restart. */
  onlyGrows: -1,

  /** Each halving of what was seen, from two weeks down, and each doubling up to four: a week's rhythm is seen twice in a fortnight. */
  historyPerHalving: 0.7,
  historyDays: 14,
  /** The same of the time it has been idle: what is used once a week has been missed once in a week. */
  idleDays: 7,
  historyMost: 2.1,
  historyLeast: -0.7,

  /** Nobody answers while it restarts; with a rolling update only if the new pod is slow. */
  singleReplica: 0.7,
  /** Of several replicas none is sure to stay when something else happens meanwhile. */
  noBudget: 0.2,
  /** State comes back slowly, or not where a new pod is placed. */
  stateful: 0.6,
  /** Members that vote: one that is away is one less that may fail. */
  quorum: 0.8,
  /** Somebody else changes the same object. */
  autoscaler: 0.5,
  /** It has been short of memory, and would have less. */
  recentKill: 1.2,
  /** It fails at times already. */
  recentRestarts: 0.5,
  restartDays: 7,
  /** What was measured may be of another version. */
  recentRollout: 0.6,
  rolloutHours: 24,
  /** The cluster itself depends on it. */
  critical: 2,
  /** What keeps it decides when the change comes, and whether it stays. */
  keptElsewhere: 0.4,
  /** Most people notice. */
  businessHours: 0.3,
  /** A rollout cannot see that new pods do not work. */
  noReadinessProbe: 0.4,
  /** Memory holds a heap whose size is set elsewhere. */
  heap: 0.5,
  /** The pods stop before new ones start. */
  recreate: 0.5,

  /** Requests to its services fail while it is at zero. */
  services: 0.4,
  /** Somebody has said that so many pods shall be up. */
  wantedUp: 0.8,
  /** It was used within the evidence, so that it may be again. */
  usedBefore: 0.4,
} as const;
