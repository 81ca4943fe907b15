/** How much is asked for in the coming week, at a risk that the user chooses. */

/** How rarely the peak of a week may exceed what is asked for: in 2, 5 or 10 % of weeks. */
export type SizingRisk = 'low' | 'medium' | 'high';

export const SIZING_RISKS = ['low', 'medium', 'high'] as const satisfies readonly SizingRisk[];

/** Share of weeks with an hour above the request (memory), or with more than 1 % of such hours (CPU, which waits). */
export const WEEKS_AT_RISK: Readonly<Record<SizingRisk, number>> = { low: 0.02, medium: 0.05, high: 0.1 };
