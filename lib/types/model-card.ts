/** What is known of a set of learned numbers: where they come from, how well they do, and what they are not for. */

/** One measured figure, beside that of the method it is compared with. */
export interface MeasuredFigure {
  /** `MASE, mean`, `coverage of the 95 % interval, cpu`. */
  readonly figure: string;
  readonly value: number;
  /** `seasonal naive`, `shipped weights`. */
  readonly beside?: { readonly method: string; readonly value: number };
}

export interface ModelCard {
  readonly name: string;
  /** Where it is used, in a sentence. */
  readonly purpose: string;
  readonly version: string;
  /** Day it was made, `2026-11-25`; absent where nothing was learned. */
  readonly made?: string;
  /** What it was learned from. */
  readonly data: string;
  /** What was learned from, and what was held apart; absent where nothing was learned. */
  readonly split?: string;
  readonly seeds?: readonly number[];
  /** Measured on what was held apart. */
  readonly figures: readonly MeasuredFigure[];
  /** Size of the numbers as they are stored. */
  readonly bytes: number;
  readonly limits: readonly string[];
  /** Absent for what comes with the program. */
  readonly file?: string;
}
