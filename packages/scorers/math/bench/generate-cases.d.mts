/** A pair of answers with the right verdict. */
export interface GeneratedCase {
  readonly id: number;
  readonly type: string;
  readonly gold: string;
  readonly prediction: string;
  readonly equal: boolean;
}

export function generateCases(count: number, seed: number): Iterable<GeneratedCase>;
