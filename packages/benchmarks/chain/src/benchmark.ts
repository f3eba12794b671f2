import { readFile } from 'node:fs/promises';
import { type Benchmark, greedy, type JsonSchema } from '@thinkbits/spec';
import { defineBenchmark } from '@thinkbits/validation';
import { generateChainProblems } from './generate-chain-problems.js';

/** A row of the chain benchmark. The question of a `choice` row already shows its options as lines `A. 27`. */
export interface ChainRow {
  readonly id: string;
  readonly question: string;
  /** An integer as text, or a letter. */
  readonly answer: string;
  /** 2 to 12 */
  readonly steps: number;
  readonly kind: 'open' | 'choice';
  readonly choices?: readonly string[];
}

const text = { type: 'string', minLength: 1 };

const rowSchema: JsonSchema = {
  type: 'object',
  required: ['id', 'question', 'answer', 'steps', 'kind'],
  properties: {
    id: text,
    question: text,
    answer: text,
    steps: { type: 'integer', minimum: 1 },
    kind: { enum: ['open', 'choice'] },
    choices: { type: 'array', items: text, minItems: 2, maxItems: 26 },
  },
  if: { properties: { kind: { const: 'choice' } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['choices'], properties: { answer: { pattern: '^[A-Z]$' } } },
};

const chain = defineBenchmark<ChainRow>({
  id: 'chain',
  title: 'Chain: word problems over a running total',
  licence: 'Apache-2.0',
  rowSchema,
  defaults: { sampling: greedy, maxTokens: 1024 },
  read: () => readFile(new URL('../data/test.jsonl', import.meta.url), 'utf8'),
  toProblem: ({ id, question, answer, steps, kind, choices }) => ({
    id,
    messages: [{ role: 'user', content: question }],
    answer,
    ...(kind === 'choice' && choices && { choices: choices.length }),
    groups: { steps, kind },
    scorer: kind === 'choice' ? 'choice' : 'math',
  }),
});

/** Chains of 2 to 12 arithmetic steps over a running total; difficulty is the number of steps. 400 problems, balanced in any prefix. */
export const benchmark: Benchmark = {
  ...chain,
  async calibrationProblems({ count, seed }) {
    const { problems } = await chain.load();
    const avoid = problems.map(({ id }) => id);
    return chain.load({ rows: generateChainProblems({ seed, count, avoid }) });
  },
};
