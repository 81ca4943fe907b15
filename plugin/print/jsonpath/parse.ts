/** From the text of a JSONPath template to its parts. */

import { UpidError } from '../../../lib/types/errors.ts';
import type { Filter, Node, Operand, Operator, Path, Slice, Step } from './syntax.ts';

/**
 * Reads a template: literal text, and in braces a path, a quoted text, `range PATH` or `end`.
 * @throws UpidError `usage` that says what is wrong, and where.
 */
export function parseTemplate(text: string): readonly Node[] {
  const top: Node[] = [];
  const open: { readonly path: Path; readonly body: Node[]; readonly outer: Node[] }[] = [];
  let nodes = top;
  const reader = new Reader(text);
  while (!reader.done()) {
    const literal = reader.takeUntil('{');
    if (literal !== '') nodes.push({ type: 'text', text: unescaped(literal) });
    if (reader.done()) break;
    const scanner = new Reader(reader.takeBraced());
    scanner.skipSpace();
    if (scanner.word('range')) {
      const range = { path: readPath(scanner), body: [], outer: nodes };
      open.push(range);
      nodes = range.body;
    } else if (scanner.word('end')) {
      const range = open.pop();
      if (!range) throw wrong(text, '{end} stands without {range}');
      range.outer.push({ type: 'range', path: range.path, body: range.body });
      nodes = range.outer;
    } else nodes.push(...readExpressions(scanner));
    scanner.skipSpace();
    if (!scanner.done()) throw wrong(text, `"${scanner.rest()}" is not understood`);
  }
  if (open.length > 0) throw wrong(text, '{range} has no {end}');
  return top;
}

/** One path as --sort-by and custom columns take it: `.a.b`, `a.b` or `{.a.b}`. */
export function parsePath(text: string): Path {
  const inner = /^\{(.*)\}$/s.exec(text.trim())?.[1] ?? text.trim();
  const reader = new Reader(/^[.[@$]/.test(inner) ? inner : `.${inner}`);
  const path = readPath(reader);
  if (!reader.done()) throw wrong(text, `"${reader.rest()}" is not understood`);
  return path;
}

/** Several expressions in one pair of braces follow one another: `{.name"\t"}`. */
function readExpressions(reader: Reader): Node[] {
  const nodes: Node[] = [];
  for (reader.skipSpace(); !reader.done(); reader.skipSpace()) {
    const quote = reader.peek();
    if (quote === '"' || quote === "'") nodes.push({ type: 'text', text: reader.takeQuoted() });
    else if (/[.[@$]/.test(quote)) nodes.push({ type: 'path', path: readPath(reader) });
    else throw wrong(reader.text, `"${reader.rest()}" is not understood; a path begins with a point`);
  }
  return nodes;
}

function readPath(reader: Reader): Path {
  reader.skipSpace();
  const root = reader.take('$');
  if (!root) reader.take('@');
  const steps: Step[] = [];
  for (;;) {
    if (reader.take('..')) {
      steps.push({ type: 'recursive' });
      if (reader.peek() !== '[') steps.push(readName(reader));
    } else if (reader.take('.')) {
      if (reader.peek() !== '[' && reader.nameFollows()) steps.push(readName(reader));
    } else if (reader.take('[')) steps.push(readBracket(reader));
    else return { root, steps };
  }
}

function readName(reader: Reader): Step {
  if (reader.take('*')) return { type: 'wildcard' };
  const name = reader.takeName();
  if (name === '') throw wrong(reader.text, 'a name should follow the point');
  return { type: 'field', names: [name] };
}

function readBracket(reader: Reader): Step {
  reader.skipSpace();
  if (reader.take('?(')) {
    const filter = readFilter(reader);
    close(reader, ')');
    close(reader, ']');
    return { type: 'filter', filter };
  }
  if (reader.take('*')) {
    close(reader, ']');
    return { type: 'wildcard' };
  }
  const step = reader.peek() === '"' || reader.peek() === "'" ? readNames(reader) : readIndexes(reader);
  close(reader, ']');
  return step;
}

function readNames(reader: Reader): Step {
  const names = [reader.takeQuoted()];
  for (reader.skipSpace(); reader.take(','); reader.skipSpace()) {
    reader.skipSpace();
    names.push(reader.takeQuoted());
  }
  return { type: 'field', names };
}

const SLICE = /^(-?\d+)?(?:(:)(-?\d+)?(?::(-?\d+)?)?)?$/;

function readIndexes(reader: Reader): Step {
  const text = reader.takeUntil(']');
  const slices = text.split(',').map((part): Slice => {
    const match = SLICE.exec(part.replaceAll(/\s/g, ''));
    const [, start, colon, end, step] = match ?? [];
    if (!match || (start === undefined && colon === undefined))
      throw wrong(reader.text, `"[${text}]" is neither an index, a slice, a quoted name nor a filter`);
    if (step !== undefined && Number(step) < 1) throw wrong(reader.text, 'the step of a slice should be 1 or more');
    return {
      ...(start !== undefined && { start: Number(start) }),
      ...(end !== undefined && { end: Number(end) }),
      step: Number(step ?? 1),
      single: colon === undefined,
    };
  });
  return { type: 'index', slices };
}

const OPERATORS: readonly Operator[] = ['==', '!=', '<=', '>=', '<', '>'];

function readFilter(reader: Reader): Filter {
  const left = readOperand(reader);
  reader.skipSpace();
  const operator = OPERATORS.find((candidate) => reader.take(candidate));
  return operator === undefined ? { left } : { left, operator, right: readOperand(reader) };
}

function readOperand(reader: Reader): Operand {
  reader.skipSpace();
  const first = reader.peek();
  if (first === '"' || first === "'") return { literal: reader.takeQuoted() };
  if (first === '@' || first === '$' || first === '.') return { path: readPath(reader) };
  const word = reader.takeMatch(/[^\s)\]=!<>]+/y);
  if (word === 'true' || word === 'false') return { literal: word === 'true' };
  if (word === 'null') return { literal: null };
  if (word === '' || Number.isNaN(Number(word)))
    throw wrong(reader.text, `"${word}" should be a number, a quoted text, true, false or a path`);
  return { literal: Number(word) };
}

function close(reader: Reader, bracket: string): void {
  reader.skipSpace();
  if (!reader.take(bracket)) throw wrong(reader.text, `"${bracket}" is missing`);
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([nrt\\"'])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? letter);
}

function wrong(text: string, why: string): UpidError {
  return new UpidError('usage', `invalid JSONPath ${JSON.stringify(text)}: ${why}`, {
    remedy: "it should look like {.items[*].name} or {range .items[*]}{.name}{'\\n'}{end}",
  });
}

/** A position in a text. */
class Reader {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  done(): boolean {
    return this.#at >= this.text.length;
  }

  peek(): string {
    return this.text[this.#at] ?? '';
  }

  rest(): string {
    return this.text.slice(this.#at);
  }

  /** Moves on where `token` follows. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Moves on where a whole word follows. */
  word(word: string): boolean {
    return new RegExp(`^${word}(\\s|$)`).test(this.rest()) && this.take(word);
  }

  takeMatch(sticky: RegExp): string {
    sticky.lastIndex = this.#at;
    const [match = ''] = sticky.exec(this.text) ?? [];
    this.#at += match.length;
    return match;
  }

  skipSpace(): void {
    this.takeMatch(/\s*/y);
  }

  nameFollows(): boolean {
    return /^[^\s.[\]{}()'"=!<>,]/.test(this.rest());
  }

  /** A name; a backslash takes the next character as it is (`kubernetes\.io/name`). */
  takeName(): string {
    return this.takeMatch(/(?:\\.|[^\s.[\]{}()'"=!<>,\\])+/y).replaceAll(/\\(.)/g, '$1');
  }

  takeUntil(end: string): string {
    const found = this.text.indexOf(end, this.#at);
    const to = found < 0 ? this.text.length : found;
    const taken = this.text.slice(this.#at, to);
    this.#at = to;
    return taken;
  }

  takeQuoted(): string {
    const quoted = this.takeMatch(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/y);
    if (quoted === '') throw wrong(this.text, 'a quote is not closed');
    return unescaped(quoted.slice(1, -1));
  }

  /** What stands in the braces that begin here; quotes may hold braces. */
  takeBraced(): string {
    const braced = this.takeMatch(/\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'{}])*\}/y);
    if (braced === '') throw wrong(this.text, 'a brace or a quote is not closed');
    return braced.slice(1, -1);
  }
}
