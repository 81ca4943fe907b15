/** The entry: turns the compile cache on, then loads the rest. Kept tiny, because nothing here can come from the cache. */

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { homeDirectory } from './home.ts';

// Below the user's own cache folder: code is executed from it, so it must not lie where others can write.
const home = homeDirectory();
const cache = process.env.XDG_CACHE_HOME || (home && join(home, '.cache'));
if (cache) enableCompileCache(join(cache, 'kubectl-upid', 'compiled'));

const { main } = await import('./run.ts');
await main();
