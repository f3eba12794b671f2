import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { compareAnswers } from './compare-answers.js';

const answers: readonly string[] = JSON.parse(
  readFileSync(new URL('../__fixtures__/math-500-answers.json', import.meta.url), 'utf8'),
);

describe('the expected answers of MATH-500', () => {
  it.each(answers)('%s equals itself when it is read, not only compared as text', (answer) => {
    // Braces group without meaning anything, and keep the texts from being the same.
    const { outcome, reason } = compareAnswers(answer, `{${answer}}`);
    expect(outcome, reason).toBe('equal');
  });

  test('no two of them are equal but those that are written differently', () => {
    const pairs = answers.flatMap((gold, i) =>
      answers
        .slice(0, i)
        .filter((other) => compareAnswers(gold, other).outcome === 'equal')
        .map((other) => `${gold} ~ ${other}`),
    );
    expect(pairs).toEqual([
      '180^\\circ ~ \\pi',
      '\\frac14 ~ \\frac{1}{4}',
      '2\\sqrt{5} ~ 2 \\sqrt{5}',
      '-2,1 ~ 1,-2',
      '-2,1 ~ (-2,1)',
    ]);
  });
});
