/** The items of a list as JSON knows them: what -o json prints, and what JSONPath, custom columns and CSV read. */

export { instant, type Json, type JsonObject, referenceFields, withoutAbsent } from '../../lib/types/written.ts';
