import type { JsonSchema, Problem } from '@thinkbits/spec';
import { promptHash } from './sample-key.js';

/**
 * A line of `problems.jsonl`: what is needed to read, group and re-score the samples of a problem
 * without its benchmark package. Holds no question text: some benchmarks do not allow it to be
 * published.
 */
export interface ProblemLine {
  readonly benchmark: string;
  readonly problem: string;
  readonly prompt_hash: string;
  readonly scorer: string;
  readonly choices: number | null;
  readonly groups: Problem['groups'];
}

/** Schema of {@link ProblemLine}. */
export const problemLineSchema: JsonSchema = {
  type: 'object',
  properties: {
    benchmark: { type: 'string' },
    problem: { type: 'string' },
    prompt_hash: { type: 'string' },
    scorer: { type: 'string' },
    choices: { type: ['integer', 'null'] },
    groups: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
  },
  required: ['benchmark', 'problem', 'prompt_hash', 'scorer', 'choices', 'groups'],
  additionalProperties: false,
};

/** What is kept of a problem. */
export function problemLine(benchmark: string, problem: Problem): ProblemLine {
  return {
    benchmark,
    problem: problem.id,
    prompt_hash: promptHash(problem),
    scorer: problem.scorer,
    choices: problem.choices ?? null,
    groups: problem.groups,
  };
}
