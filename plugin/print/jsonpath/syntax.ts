/** What a JSONPath template consists of: kubectl's dialect (https://kubernetes.io/docs/reference/kubectl/jsonpath/). */

export type Step =
  | { readonly type: 'field'; readonly names: readonly string[] }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'index'; readonly slices: readonly Slice[] }
  | { readonly type: 'filter'; readonly filter: Filter };

/** Python's slice; a single index is a slice of one, told by `single`. */
export interface Slice {
  readonly start?: number;
  readonly end?: number;
  readonly step: number;
  readonly single: boolean;
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Operand = { readonly path: Path } | { readonly literal: string | number | boolean | null };

/** `?(@.a == "b")`; without operator: whether the path exists. */
export interface Filter {
  readonly left: Operand;
  readonly operator?: Operator;
  readonly right?: Operand;
}

export interface Path {
  /** From the whole (`$`) or from the current item (`@`, or nothing). */
  readonly root: boolean;
  readonly steps: readonly Step[];
}

export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'range'; readonly path: Path; readonly body: readonly Node[] };
