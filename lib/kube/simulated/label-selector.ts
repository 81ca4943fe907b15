/** Label selectors as text (`app=web,tier notin (cache),!legacy`): the grammar of apimachinery's labels.Parse. */

import { badRequest } from './refusal.ts';

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const TOKEN = /\s*(?:(==|!=|=|>|<|!|,|\(|\))|([^\s=!><,()]+))/y;
const NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Test of a selector; an empty one selects everything. @throws Refusal 400 for text that is none */
export function parseLabelSelector(text: string): LabelTest {
  const parser = new Parser(text);
  const tests = parser.requirements();
  return (labels) => tests.every((test) => test(labels));
}

class Parser {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  requirements(): readonly LabelTest[] {
    const found: LabelTest[] = [];
    while (this.#peek() !== undefined) {
      found.push(this.#requirement());
      const token = this.#take();
      if (token === undefined) break;
      if (token !== ',') throw cannotParse(`found '${token}', expected: ',' or 'end of string'`);
      if (this.#peek() === undefined) throw cannotParse("found '', expected: identifier after ','");
    }
    return found;
  }

  #requirement(): LabelTest {
    if (this.#peek() === '!') {
      this.#take();
      const key = this.#key();
      return (labels) => labels[key] === undefined;
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return (labels) => labels[key] !== undefined;
    this.#take();
    switch (operator) {
      case '=':
      case '==':
        return oneOf(key, [this.#value()]);
      case '!=':
        return noneOf(key, [this.#value()]);
      case 'in':
        return oneOf(key, this.#values());
      case 'notin':
        return noneOf(key, this.#values());
      case '>':
      case '<':
        return compared(key, operator, this.#value());
      default:
        throw cannotParse(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #key(): string {
    const key = this.#take() ?? '';
    const [name = '', prefix] = key.split('/').toReversed();
    const isKey =
      NAME.test(name) && name.length <= 63 && (prefix === undefined || PREFIX.test(prefix)) && key.split('/').length <= 2;
    if (!isKey) throw cannotParse(`found '${key}', expected: a label key`);
    return key;
  }

  /** A value may be missing, which is the empty one. */
  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',' || next === ')') return '';
    return checkedValue(this.#take() ?? '');
  }

  #values(): readonly string[] {
    if (this.#take() !== '(') throw cannotParse("expected: '('");
    const values: string[] = [];
    for (;;) {
      values.push(this.#value());
      const token = this.#take();
      if (token === ')') return values;
      if (token !== ',') throw cannotParse(`found '${token ?? ''}', expected: ',' or ')'`);
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    return this.#tokens[this.#next++];
  }
}

function tokens(text: string): readonly string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) found.push(match[1] ?? match[2] ?? '');
  return found;
}

function checkedValue(value: string): string {
  if (value.length > 63 || (value !== '' && !NAME.test(value))) throw cannotParse(`Invalid value: "${value}"`);
  return value;
}

function oneOf(key: string, values: readonly string[]): LabelTest {
  return (labels) => labels[key] !== undefined && values.includes(labels[key]);
}

/** Holds also where the label is missing. */
function noneOf(key: string, values: readonly string[]): LabelTest {
  return (labels) => labels[key] === undefined || !values.includes(labels[key]);
}

function compared(key: string, operator: '>' | '<', text: string): LabelTest {
  if (!/^-?\d+$/.test(text)) throw cannotParse(`for 'Gt', 'Lt' operators, the value must be an integer, not "${text}"`);
  const bound = Number(text);
  return (labels) => {
    const value = labels[key];
    if (value === undefined || !/^-?\d+$/.test(value)) return false;
    return operator === '>' ? Number(value) > bound : Number(value) < bound;
  };
}

function cannotParse(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}
