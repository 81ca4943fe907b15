/** Joins the parts of the program (parts.ts) as their ES modules would be joined: each runs once, when it is first needed. */

import type { PartFunction, Program } from './parts.ts';

type Exports = Record<string, unknown>;

export interface Surroundings {
  /** What parts take for the folder they lie in. */
  readonly folder: string;
  /** Gives Node's own modules. */
  readonly builtin: (name: string) => unknown;
  readonly compile: (name: string) => PartFunction;
}

interface Running {
  readonly module: { exports: Exports };
  /** What a part that awaits at its top has still to do. */
  done?: Promise<void> | undefined;
  /** In an object, because anything can be thrown. */
  failure?: { readonly error: unknown };
}

export interface Loader {
  readonly load: (name: string) => Promise<Exports>;
  readonly require: (name: string) => unknown;
}

export function makeLoader(program: Program, { folder, builtin, compile }: Surroundings): Loader {
  const running = new Map<string, Running>();

  async function load(name: string): Promise<Exports> {
    const part = program.parts[name];
    if (!part) return require(name) as Exports;
    for (const before of part.awaits) await evaluate(before).done;
    return evaluate(name).module.exports;
  }

  function require(name: string): unknown {
    if (name in program.parts) return evaluate(name).module.exports;
    if (!name.endsWith('.node')) return builtin(name);
    const { loadNative } = evaluate(program.natives).module.exports;
    return (loadNative as () => unknown)();
  }

  function evaluate(name: string): Running {
    const known = running.get(name) ?? start(name);
    if (known.failure) throw known.failure.error;
    return known;
  }

  function start(name: string): Running {
    const part: Running = { module: { exports: {} } };
    // Before it runs: parts that need each other in a circle see what is exported so far.
    running.set(name, part);
    try {
      part.done = compile(name)(part.module, require, load, folder);
    } catch (error) {
      part.failure = { error };
    }
    return part;
  }

  return { load, require };
}
