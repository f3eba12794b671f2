import type { JsonSchema } from '@thinkbits/spec';

/** How the options of a question are put in order. */
export interface GpqaOptions {
  /**
   * - `seeded` (the default): the place of the right option is drawn from seed and record id; the wrong ones keep the order of
   *   the data (evaluation.md §1.7, the recommendation).
   * - `lighteval`: the same, with places from one Python generator, question by question, as in the study's code.
   * - `simple-evals`: all four are permuted, from one Python generator (evaluation.md §6), its first repeat.
   */
  readonly optionOrder?: 'seeded' | 'lighteval' | 'simple-evals';
  /**
   * Seed of the order. Where absent: the run's for `seeded`; 1234 for `lighteval`, to which its engine resets the generator
   * before prompts are made, so that all seeds of the study share one order; 0 for `simple-evals`.
   */
  readonly orderSeed?: number;
}

/** Schema of {@link GpqaOptions}. */
export const gpqaOptionsSchema: JsonSchema = {
  type: 'object',
  properties: {
    optionOrder: { enum: ['seeded', 'lighteval', 'simple-evals'] },
    orderSeed: { type: 'integer', minimum: 0, maximum: 0xffffffff },
  },
  additionalProperties: false,
};
