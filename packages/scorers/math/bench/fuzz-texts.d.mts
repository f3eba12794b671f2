/** A hostile text beside an ordinary expected answer. */
export interface FuzzText {
  readonly id: number;
  readonly gold: string;
  readonly text: string;
}

export function fuzzTexts(count: number, seed: number): Iterable<FuzzText>;
