/**
 * A canvas of dots, several to a cell: braille patterns (Unicode U+2800 and on, 2 × 4 dots), or a character a cell where the terminal has
 * ASCII only. Each dot belongs to a layer; a cell has the tone, and in ASCII the character, of its uppermost one.
 */

import { joinAlike, type Line, type Tone } from './text.ts';

export interface Layer {
  readonly tone: Tone;
  /** Stands for the layer where there are no dots. */
  readonly ascii: string;
}

/** Bits of the dots of a cell, row by row (Unicode 16, block Braille Patterns). */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE = 0x2800;

const EMPTY = -1;

export class Canvas {
  /** In dots; (0, 0) is at the upper left. */
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #ascii: boolean;
  readonly #layers: readonly Layer[];
  readonly #bits: Uint8Array;
  readonly #top: Int8Array;

  /** Layers from the lowest to the uppermost; `columns` and `rows` are cells. */
  constructor(options: { columns: number; rows: number; ascii: boolean; layers: readonly Layer[] }) {
    this.#columns = options.columns;
    this.#rows = options.rows;
    this.#ascii = options.ascii;
    this.#layers = options.layers;
    this.width = options.columns * (options.ascii ? 1 : BITS[0].length);
    this.height = options.rows * (options.ascii ? 1 : BITS.length);
    this.#bits = new Uint8Array(options.columns * options.rows);
    this.#top = new Int8Array(options.columns * options.rows).fill(EMPTY);
  }

  /** What lies outside of the canvas is left out. */
  dot(x: number, y: number, layer: number): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    const [perColumn, perRow] = this.#ascii ? [1, 1] : [BITS[0].length, BITS.length];
    const cell = Math.floor(y / perRow) * this.#columns + Math.floor(x / perColumn);
    this.#bits[cell]! |= BITS[y % perRow]![x % perColumn]!;
    this.#top[cell] = Math.max(this.#top[cell]!, layer);
  }

  /** Dots between two heights of a column, both among them. */
  column(x: number, from: number, to: number, layer: number): void {
    for (let y = Math.min(from, to); y <= Math.max(from, to); y++) this.dot(x, y, layer);
  }

  lines(): Line[] {
    return Array.from({ length: this.#rows }, (_, row) =>
      joinAlike(
        Array.from({ length: this.#columns }, (_, column) => {
          const cell = row * this.#columns + column;
          const layer = this.#layers[this.#top[cell]!];
          if (!layer) return { text: ' ' };
          return { text: this.#ascii ? layer.ascii : String.fromCharCode(BRAILLE + this.#bits[cell]!), tone: layer.tone };
        }),
      ),
    );
  }
}
