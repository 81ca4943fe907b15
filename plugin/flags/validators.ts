/** Values of flags: each check says in one clause what would be right. They also turn the text into the value. */

import { makeValidator, type StrictValidator } from 'typanion';
import { parseDuration } from '../../lib/types/duration.ts';
import { parseQuantity } from '../../lib/types/quantity.ts';

/** A validator from a reader that returns undefined for what it cannot read; `expected` completes "it should be …". */
export function readAs<T>(read: (text: string) => T | undefined, expected: string): StrictValidator<unknown, T> {
  return makeValidator<unknown, T>({
    test: (value, state): value is T => {
      const result = typeof value === 'string' ? read(value) : undefined;
      if (result === undefined) {
        state?.errors?.push(`.: "${String(value)}"; it should be ${expected}`);
        return false;
      }
      // The option takes the value that was read in place of the text.
      if (state?.coercion) state.coercions?.push(['.', state.coercion.bind(null, result)]);
      return true;
    },
  });
}

/** Seconds, more than none. */
export const isDuration = readAs((text) => positive(parseDuration(text)), 'a duration such as 30m, 24h or 7d');

/** kubectl's --request-timeout: a bare number is seconds, 0 is no limit. */
export const isTimeout = readAs(
  (text) => (/^\d+$/.test(text) ? Number(text) : parseDuration(text)),
  'a duration such as 5s or 2m, or 0 for no limit',
);

/** `85`, `85%` and `0.85` are the same fraction; `1` is 100 %. */
export const isFraction = readAs(parseFraction, 'a percentage or a fraction, such as 85, 85% or 0.85');

export const isCount = readAs((text) => (/^\d+$/.test(text) ? Number(text) : undefined), 'a whole number, 0 or more');

export const isNatural = readAs((text) => (/^\d+$/.test(text) ? positive(Number(text)) : undefined), 'a whole number, 1 or more');

/** Of money. */
export const isAmount = readAs(
  (text) => (/^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined),
  'an amount such as 1200 or 99.50',
);

export const isCpuQuantity = readAs((text) => positive(parseQuantity(text)), 'a CPU quantity such as 10m or 0.5');

export const isByteQuantity = readAs((text) => positive(parseQuantity(text)), 'a number of bytes such as 1000, 1k or 1Ki');

export const isHttpUrl = readAs((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? text : undefined;
}, 'a URL that begins with http:// or https://');

/** One of some words. */
export function isOneOf<T extends string>(...words: readonly T[]): StrictValidator<unknown, T> {
  return readAs((text) => words.find((word) => word === text), `one of ${words.join(', ')}`);
}

function parseFraction(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  if (!match) return undefined;
  const number = Number(match[1]);
  const fraction = match[2] === '%' || number > 1 ? number / 100 : number;
  return fraction <= 1 ? fraction : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
