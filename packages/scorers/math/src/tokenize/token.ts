import type { Rational } from '../algebra/rational.js';

/**
 * A piece of an answer:
 *
 * - `number`: an unsigned decimal, exactly; `text` as written, `integer` when it has no point;
 * - `letter`: a variable; `word`: letters of plain prose; `text`: the content of `\text{…}`;
 * - `command`: a LaTeX command without its backslash; `symbol`: anything else, one character (or `and`, `or`).
 */
export type Token =
  | {
      readonly kind: 'number';
      readonly text: string;
      readonly value: Rational;
      readonly integer: boolean;
    }
  | { readonly kind: 'letter' | 'word' | 'text' | 'command' | 'symbol'; readonly text: string };

/** Which of two readings of an ambiguous text is meant. */
export interface Reading {
  /** `1,234` is one number; otherwise two. */
  readonly thousands: boolean;
  /** `3,14` is 3.14. */
  readonly decimalComma: boolean;
  /** The base of a bare `\log`. */
  readonly logarithm: 'e' | '10';
  /** Whether x is X. */
  readonly letterCase: 'keep' | 'ignore';
}

export const plainReading: Reading = {
  thousands: true,
  decimalComma: false,
  logarithm: 'e',
  letterCase: 'keep',
};
