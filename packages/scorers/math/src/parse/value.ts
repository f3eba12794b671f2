import type { Fraction } from '../algebra/fraction.js';

/** How the two sides of a relation are related. */
export type RelationOperator = '=' | '≠' | '<' | '≤' | '>' | '≥' | '∈';

/** What the value of a quantity does not say. */
export interface Notes {
  /** The unit that was read last; `percent` and `degree` are two. */
  unit?: string;
  /** Part of it is written as a decimal. */
  decimal?: true;
  /** It is written as a quotient of integers that have a common divisor. */
  unreduced?: true;
}

/** An exact expression, perhaps with a unit, and how it was written. */
export interface ExpressionValue extends Readonly<Notes> {
  readonly kind: 'expression';
  readonly value: Fraction;
}

/** Several values; no brackets = a list, round = tuple or open interval, curly = set. */
export interface SequenceValue {
  readonly kind: 'sequence';
  readonly open: '' | '(' | '[' | '{';
  readonly close: '' | ')' | ']' | '}';
  readonly items: readonly Value[];
  /** An "or" stands between them. */
  readonly alternatives?: true;
}

/** A chain `members[0] operators[0] members[1] …`. */
export interface RelationValue {
  readonly kind: 'relation';
  readonly members: readonly Value[];
  readonly operators: readonly RelationOperator[];
}

/** What an answer may be. */
export type Value =
  | ExpressionValue
  | SequenceValue
  | RelationValue
  | { readonly kind: 'text'; readonly text: string }
  /** `\frac{22}{7} \approx 3.14`: either says what is meant. */
  | { readonly kind: 'approximation'; readonly exact: Value; readonly approximate: Value }
  /** A numeral with its base, as written. */
  | { readonly kind: 'based'; readonly digits: string; readonly base: string }
  /** What an equation defines, `f(x)`. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'matrix' | 'cases'; readonly rows: readonly (readonly Value[])[] }
  | { readonly kind: 'union' | 'intersection' | 'difference'; readonly parts: readonly Value[] }
  /** `clock` where it looks like a time of day: 3:30. */
  | { readonly kind: 'ratio'; readonly parts: readonly Fraction[]; readonly clock?: string };

/** Values side by side. */
export const list = (items: readonly Value[]): SequenceValue => ({
  kind: 'sequence',
  open: '',
  close: '',
  items,
});
