/** `npm run train [-- PART …]`: makes the shipped numbers of the parts that are named, or of all of them, anew. */

import process from 'node:process';

type Part = (say: (line: string) => void) => Promise<void>;

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  forecast: async () => (await import('./forecast/train.ts')).trainForecast,
  idle: async () => (await import('./idle.ts')).trainIdle,
  sizing: async () => (await import('./sizing/train.ts')).trainSizing,
};

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  say(`error: there is no part ${unknown.join(', ')}; parts are ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
    const part = await PARTS[name]!();
    await part(say);
  }
}
