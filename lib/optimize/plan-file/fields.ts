/** A value of a file with its place in it: each question about it is answered in the wanted type, or fails with the place and what would be right. */

import { UpidError } from '../../types/errors.ts';

/** Deeper than any object that is patched; a file that is nested without end is refused before it is walked. */
const DEEPEST = 64;

/** `input-invalid`, naming file and place. `found` is what stands there. */
export function refuse(file: string, path: string, found: string, expected: string): never {
  throw new UpidError('input-invalid', `${file}: ${path} ${found}`, { remedy: `it should be ${expected}` });
}

export class Field {
  readonly file: string;
  /** `items[2].patch[0].op`. */
  readonly path: string;
  readonly value: unknown;

  constructor(file: string, path: string, value: unknown) {
    this.file = file;
    this.path = path;
    this.value = value;
  }

  refuse(expected: string): never {
    refuse(this.file, this.path === '' ? 'the whole' : this.path, `is ${shown(this.value)}`, expected);
  }

  text(expected = 'a text'): string {
    if (typeof this.value !== 'string') this.refuse(expected);
    // Escape sequences would reach the terminal of whoever has the plan shown.
    return /[^\P{Cc}\n\t]/u.test(this.value) ? this.refuse(`${expected} without control characters`) : this.value;
  }

  filledText(expected = 'a text'): string {
    const text = this.text(expected);
    return text === '' ? this.refuse(expected) : text;
  }

  matching(pattern: RegExp, expected: string): string {
    const text = this.text(expected);
    return pattern.test(text) ? text : this.refuse(expected);
  }

  oneOf<T extends string>(...words: readonly T[]): T {
    return (
      words.find((word) => word === this.value) ?? this.refuse(words.length === 1 ? words[0]! : `one of ${words.join(', ')}`)
    );
  }

  number(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): number {
    const { value } = this;
    const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
    return isNumber ? value : this.refuse(rangeOf('a number', least, most));
  }

  whole(least: number): number {
    const { value } = this;
    return Number.isSafeInteger(value) && (value as number) >= least
      ? (value as number)
      : this.refuse(rangeOf('a whole number', least, Number.POSITIVE_INFINITY));
  }

  fraction(): number {
    return this.number(0, 1);
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false');
  }

  /** Unix epoch milliseconds. */
  instant(): number {
    const expected = 'an instant in UTC, such as 2026-03-01T14:05:00Z';
    const atMs = Date.parse(this.matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/, expected));
    return Number.isNaN(atMs) ? this.refuse(expected) : atMs;
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) this.refuse('a list');
    return this.value.map((value: unknown, at) => new Field(this.file, `${this.path}[${at}]`, value));
  }

  texts(): readonly string[] {
    return this.list().map((each) => each.text());
  }

  /**
   * The fields of an object. What is neither known nor set aside is refused: it may say something that this version would
   * not heed.
   */
  object(known: readonly string[], aside: readonly string[] | 'all others' = []): Fields {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object with fields');
    const unknown = Object.keys(value).find((name) => !known.includes(name) && aside !== 'all others' && !aside.includes(name));
    if (unknown !== undefined)
      refuse(
        this.file,
        placeOf(this.path, unknown),
        'is no field that this version knows',
        `one of ${known.join(', ')}, or left out`,
      );
    return new Fields(this, value as Readonly<Record<string, unknown>>);
  }

  /** Any value that JSON has; objects are copied, so that nothing but their own fields is left. */
  json(depth = 0): unknown {
    const { value } = this;
    if (depth > DEEPEST) refuse(this.file, this.path, 'is nested too deeply', `at most ${DEEPEST} levels deep`);
    if (Array.isArray(value)) return this.list().map((each) => each.json(depth + 1));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => {
          const field = new Field(this.file, placeOf(this.path, name), inner);
          if (name === '__proto__') refuse(this.file, field.path, 'is no name of a field', 'left out');
          return [name, field.json(depth + 1)];
        }),
      );
    }
    const isPlain = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
    return isPlain ? value : this.refuse('a value that JSON has');
  }
}

export class Fields {
  private readonly at: Field;
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(at: Field, values: Readonly<Record<string, unknown>>) {
    this.at = at;
    this.values = values;
  }

  get(name: string): Field {
    const { file, path } = this.at;
    if (!Object.hasOwn(this.values, name)) refuse(file, placeOf(path, name), 'is missing', 'there');
    return new Field(file, placeOf(path, name), this.values[name]);
  }

  /** Undefined where there is no such field. */
  optional<T>(name: string, read: (field: Field) => T): T | undefined {
    return Object.hasOwn(this.values, name) ? read(this.get(name)) : undefined;
  }
}

function placeOf(path: string, name: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? name : JSON.stringify(name);
  return path === '' ? plain : `${path}.${plain}`;
}

function rangeOf(what: string, least: number, most: number): string {
  if (Number.isFinite(least) && Number.isFinite(most)) return `${what} from ${least} to ${most}`;
  return Number.isFinite(least) ? `${what}, ${least} or more` : what;
}

const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
