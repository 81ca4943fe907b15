/**
 * Run by the Node that will carry the parts, see compile.ts:
 *
 *   node --hash-seed=1 compile-worker.mjs compile PARTS   writes what V8 compiles of each part
 *   node compile-worker.mjs adopt PARTS                   makes that of a Node with other switches its own, and tries it
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** In V8's header: after the mark, the hash of its version, and the length of the source. 32 bits. */
const SWITCHES_AT = 12;

const [task, input] = process.argv.slice(2);
for (const part of JSON.parse(readFileSync(input, 'utf8'))) {
  if (task === 'compile') writeFileSync(part.file, compiled(part));
  else adopt(part);
}

function compiled({ name, text }) {
  return new Script(text, { filename: name }).createCachedData();
}

function adopt({ name, text, file }) {
  const data = readFileSync(file);
  compiled({ name: 'empty', text: '' }).copy(data, SWITCHES_AT, SWITCHES_AT, SWITCHES_AT + 4);
  const { cachedDataRejected } = new Script(text, { filename: name, cachedData: data });
  if (cachedDataRejected) throw new Error(`V8 does not take what it has compiled of ${name}`);
  writeFileSync(file, data);
}
