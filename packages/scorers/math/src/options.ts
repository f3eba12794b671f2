import type { JsonSchema } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { defaultSteps } from './compare/compare-answers.js';
import { defaultPolicies, type MathPolicies, paperPolicies } from './policies.js';

/** Options of {@link createMathScorer}; what is not given is as {@link MathScorerOptions.compatibility} says. */
export interface MathScorerOptions extends Partial<MathPolicies> {
  /**
   * Bound of the work on one answer (as the paper, on all its candidates), about one machine operation a step; 20 000 where
   * absent.
   */
  readonly steps?: number;
  /**
   * `paper`: reads and compares as the study's own grader does (lighteval 0.8.0; evaluation.md §1.6), so that published
   * figures can be made again.
   */
  readonly compatibility?: 'none' | 'paper';
}

/** JSON Schema of {@link MathScorerOptions}. */
export const optionsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'math scorer options',
  type: 'object',
  additionalProperties: false,
  properties: {
    steps: { type: 'integer', minimum: 1 },
    compatibility: { enum: ['none', 'paper'] },
    percent: { enum: ['lenient', 'strict'] },
    units: { enum: ['optional', 'ignore', 'required'] },
    unreducedFractions: { enum: ['accept', 'refuse'] },
    brackets: { enum: ['optional', 'ignore', 'required'] },
    listOrder: { enum: ['ignore', 'keep'] },
    leftHandSide: { enum: ['optional', 'required'] },
    baseSubscript: { enum: ['optional', 'required', 'ignore'] },
    decimalPlaces: { type: ['integer', 'null'], minimum: 0, maximum: 15 },
    boxes: { enum: ['last', 'first', 'all'] },
    letterCase: { enum: ['keep', 'ignore'] },
    optionLetterCase: { enum: ['ignore', 'keep'] },
    thinking: { enum: ['exclude', 'include'] },
  },
};

/** Every option with its value. */
export type CompleteOptions = Required<MathScorerOptions>;

/**
 * Checks options and fills in those that are not given.
 * @throws ThinkbitsError `scorer-math/options`
 */
export function completeOptions(options: unknown): CompleteOptions {
  const given = validate<MathScorerOptions>(optionsSchema, options, 'math scorer', {
    code: 'scorer-math/options',
  });
  const policies = given.compatibility === 'paper' ? paperPolicies : defaultPolicies;
  return { steps: defaultSteps, compatibility: 'none', ...policies, ...given };
}
