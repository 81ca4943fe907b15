/** Golden screens: text files that a person reviews. `UPDATE_GOLDEN=1` writes them anew. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { assert } from '../harness.ts';

const FOLDER = fileURLToPath(new URL('./golden/', import.meta.url));

/** A screen as its golden file holds it: no colours, no spaces at the ends of lines. */
export function plainScreen(screen: string): string {
  const lines = stripVTControlCharacters(screen).split('\n');
  return `${lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`;
}

export function readGolden(name: string): string {
  return readFileSync(`${FOLDER}${name}.txt`, 'utf8');
}

/** Fails where the screen differs from the file, and where there is no file. */
export function matchesGolden(name: string, screen: string): void {
  const file = `${FOLDER}${name}.txt`;
  const actual = plainScreen(screen);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, actual);
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1 and review it`);
  assert.fixture(actual, readFileSync(file, 'utf8'), `the screen differs from ${file}`);
}
