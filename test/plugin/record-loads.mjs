/** Preloaded by loads.test.ts: writes which files a process has loaded as modules to the file that LOADS_FILE names. */

import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.LOADS_FILE, JSON.stringify(loaded)));
