import { describeBenchmark } from '@thinkbits/conformance';
import { expect, it } from 'vitest';
import { benchmark } from './benchmark.js';

describeBenchmark(benchmark);

// What is yours alone: how many problems there are, and a prompt by its exact wording.
it('asks every row of the data', async () => {
  const { problems } = await benchmark.load();
  expect(problems.map(({ answer }) => answer)).toEqual(['42', '142']);
  expect(problems[0]?.messages[0]?.content).toBe(
    'What is 17 + 25?\n\nPlease reason step by step, and put your final answer within \\boxed{}.',
  );
});
