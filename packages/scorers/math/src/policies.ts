/**
 * Where mathematicians and graders differ about what counts as the same answer (evaluation.md §4.8): every such choice is
 * made here and nowhere else.
 */
export interface MathPolicies {
  /** `lenient`: 25 % is 0.25, and 25 where only the sign was dropped; `strict`: 25 % is 0.25 alone. */
  readonly percent: 'lenient' | 'strict';
  /** `optional`: may be left out, but 5 cm is not 5 m; `ignore`: never compared; `required`: on both sides or on none. */
  readonly units: 'optional' | 'ignore' | 'required';
  /** Whether a fraction of integers that can be reduced, 2/4, is as good as 1/2. */
  readonly unreducedFractions: 'accept' | 'refuse';
  /**
   * `optional`: may be left out of lists, tuples and sets, but [0, 1) is not (0, 1) and {1, 2} not (1, 2); `ignore`: the
   * members decide; `required`: a tuple needs its brackets.
   */
  readonly brackets: 'optional' | 'ignore' | 'required';
  /** Whether the order of lists (never of tuples) matters. */
  readonly listOrder: 'ignore' | 'keep';
  /** Whether 5 will do where `x = 5` is expected. What is added to an expected 5 does no harm. */
  readonly leftHandSide: 'optional' | 'required';
  /** `optional`: 52 will do for 52₈; `required`: it will not; `ignore`: 52₉ will do as well. */
  readonly baseSubscript: 'optional' | 'required' | 'ignore';
  /**
   * `null`: 0.3333 is not 1/3; a number n: where one side is written as a decimal, both are rounded to n decimal places
   * before they are compared.
   */
  readonly decimalPlaces: number | null;
  /** Which box is the answer where there are several: one of them, or all together as a list. */
  readonly boxes: 'last' | 'first' | 'all';
  /** Whether x is X. */
  readonly letterCase: 'keep' | 'ignore';
  /** Whether c is the option (C). */
  readonly optionLetterCase: 'ignore' | 'keep';
  /** Whether an answer may be read from within `<think>`. */
  readonly thinking: 'exclude' | 'include';
}

/** What the scorer does unless it is told otherwise: nothing is equal that is not, only what is left out is forgiven. */
export const defaultPolicies: MathPolicies = {
  percent: 'lenient',
  units: 'optional',
  unreducedFractions: 'accept',
  brackets: 'optional',
  listOrder: 'ignore',
  leftHandSide: 'optional',
  baseSubscript: 'optional',
  decimalPlaces: null,
  boxes: 'last',
  letterCase: 'keep',
  optionLetterCase: 'ignore',
  thinking: 'exclude',
};

/** What the study's own grader does: lighteval 0.8.0 with a precision of 5 places (evaluation.md §1.6). */
export const paperPolicies: MathPolicies = {
  ...defaultPolicies,
  percent: 'strict',
  units: 'ignore',
  baseSubscript: 'ignore',
  decimalPlaces: 5,
  letterCase: 'ignore',
  thinking: 'include',
};
