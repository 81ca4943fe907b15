/** An amount of money and where its price comes from. */
export interface Money {
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Prices of allocated resources, per hour. */
export interface ResourcePrices {
  readonly currency: string;
  readonly perCoreHour: number;
  /** Per GiB (2^30 bytes) and hour. */
  readonly perGibibyteHour: number;
  /** Names the table, its date and region: shown beside every amount. */
  readonly source: string;
}
