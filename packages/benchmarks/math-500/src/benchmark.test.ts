import { describeBenchmark } from '@thinkbits/conformance';
import { expect, it } from 'vitest';
import { benchmark } from './benchmark.js';

describeBenchmark(benchmark);

it('asks all 500 problems as the study does', async () => {
  const { problems } = await benchmark.load();
  expect(problems.length).toBe(500);
  for (const { messages } of problems) {
    expect(messages[0]?.content).toMatch(
      /\n\nPlease reason step by step, and put your final answer within \\boxed\{\}\.$/,
    );
  }
});
