/** Reading while others merge, roll up and prune: a part may go between being found and being read. */

import { UpidError } from '../types/errors.ts';
import { isGone } from './engine.ts';

/** Parts that go are looked for again this often. */
const ATTEMPTS = 3;

/** Does `work`, which looks for its parts itself, again where one of them went meanwhile, unless `isBegun` says that it has told something already. */
export async function againWhileGone<T>(work: () => Promise<T>, isBegun: () => boolean = () => false): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || isBegun() || !isGone(error instanceof UpidError ? error.cause : error)) throw error;
    }
  }
}
