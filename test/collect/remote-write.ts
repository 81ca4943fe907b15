/** Writes samples into a running Prometheus or VictoriaMetrics by the remote write protocol (protobuf in snappy's block format). */

export interface TestSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** The value at an instant; undefined: no sample. */
  readonly at: (ms: number) => number | undefined;
}

/** Instants of the samples, both ends among them. */
export interface WrittenRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** Samples of all series from one instant to another, in the order of time, as a head block takes them. */
export async function remoteWrite(url: string, series: readonly TestSeries[], range: WrittenRange): Promise<void> {
  const slice = 240 * range.stepMs;
  for (let start = range.fromMs; start <= range.toMs; start += slice) {
    const end = Math.min(start + slice - range.stepMs, range.toMs);
    const body = Buffer.concat(series.flatMap((each) => timeSeries(each, start, end, range.stepMs)));
    const response = await fetch(`${url}/api/v1/write`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: snappy(body),
    });
    if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
  }
}

/**
 * Waits until the server shows what was written at an instant: VictoriaMetrics does so a second or more after it took it, bit by bit.
 * @throws Error when it does not for 30 seconds
 */
export async function untilShown(url: string, atMs: number): Promise<void> {
  const question = new URLSearchParams({ query: 'count({__name__=~".+"})', time: String(atMs / 1000), nocache: '1' });
  const end = performance.now() + 30_000;
  for (let [shown, same] = [0, 0]; shown === 0 || same < STILL_POLLS; ) {
    if (performance.now() > end) throw new Error(`${url} shows nothing of what was written`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { data } = (await (await fetch(`${url}/api/v1/query?${question}`)).json()) as {
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    const now = Number(data.result[0]?.value[1] ?? 0);
    [shown, same] = [now, now === shown ? same + 1 : 0];
  }
}

/** Answers in a row that show the same. */
const STILL_POLLS = 6;

/** message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; } as field 1 of WriteRequest. */
function timeSeries({ labels, at }: TestSeries, fromMs: number, toMs: number, stepMs: number): Buffer[] {
  const parts = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])));
  const labelCount = parts.length;
  for (let ms = fromMs; ms <= toMs; ms += stepMs) {
    const value = at(ms);
    if (value === undefined) continue;
    const sample = Buffer.alloc(9);
    sample[0] = (1 << 3) | 1;
    sample.writeDoubleLE(value, 1);
    parts.push(field(2, Buffer.concat([sample, Buffer.from([2 << 3]), varint(ms)])));
  }
  return parts.length > labelCount ? [field(1, Buffer.concat(parts))] : [];
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Literals only: valid, though not smaller. */
function snappy(content: Buffer): Buffer {
  const parts = [varint(content.length)];
  for (let start = 0; start < content.length; start += 65_536) {
    const literal = content.subarray(start, start + 65_536);
    const tag = Buffer.from([61 << 2, 0, 0]);
    tag.writeUInt16LE(literal.length - 1, 1);
    parts.push(tag, literal);
  }
  return Buffer.concat(parts);
}
