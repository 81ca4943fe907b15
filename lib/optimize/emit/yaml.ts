/** Small objects as YAML in block form. Of YAML only what a manifest takes: nothing that is read otherwise than it was meant. */

export type Plain = string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain };

/** The document with a newline at its end; empty objects and lists in flow form. */
export function toYaml(value: Plain): string {
  return `${linesOf(value).join('\n')}\n`;
}

function linesOf(value: Plain): readonly string[] {
  if (typeof value !== 'object' || isEmpty(value)) return [scalar(value)];
  if (Array.isArray(value)) return (value as readonly Plain[]).flatMap((each) => indented('- ', linesOf(each)));
  return Object.entries(value).flatMap(([name, each]) => {
    const key = `${scalar(name)}:`;
    const inner = linesOf(each);
    if (typeof each !== 'object' || isEmpty(each)) return [`${key} ${inner[0]}`];
    return [key, ...(Array.isArray(each) ? inner : inner.map((line) => `  ${line}`))];
  });
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function indented(first: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${at === 0 ? first : ' '.repeat(first.length)}${line}`);
}

/** Words that YAML 1.1, which Kubernetes reads, takes for something else. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Text that could be taken for a number, a word of YAML or its syntax is quoted; JSON's quotes are YAML's. */
function scalar(value: Plain): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[A-Za-z][A-Za-z0-9./_-]*$/.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}
