/** The idle rule's defaults and the written form of business hours, for those who build a request. */

export { BUSINESS_HOURS_EXAMPLE, parseBusinessHours } from '../intelligence/idle/business-hours.ts';
export { defaultIdleSettings } from '../intelligence/idle/settings.ts';
