/** The written form of a plan, for those who print one. */

export { declinedFields, planFields, recommendationFields } from '../../optimize/plan-file/write.ts';
