import { describeBenchmark } from '@thinkbits/conformance';
import { expect, it } from 'vitest';
import { benchmark } from './benchmark.js';

describeBenchmark(benchmark);

it('asks all 1319 problems as the study does', async () => {
  const { problems } = await benchmark.load();
  expect(problems.length).toBe(1319);
  for (const { messages } of problems) {
    expect(messages[0]?.content).toMatch(
      /\n\nPlease reason step by step, and put your final answer within \\boxed\{\}\.$/,
    );
  }
});

it('takes the number behind ####, without thousands commas', async () => {
  const { problems } = await benchmark.load();
  expect(problems[0]?.answer).toBe('18');
  expect(problems.every(({ answer }) => /^-?\d+(\.\d+)?$/.test(answer))).toBe(true);
});

it('refuses an answer without its number', async () => {
  await expect(benchmark.load({ rows: [{ question: 'q', answer: 'five' }] })).rejects.toThrow(
    /row 1.*####/,
  );
});
