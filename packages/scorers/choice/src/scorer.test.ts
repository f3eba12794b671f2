import { describeScorer } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { scorer } from './scorer.js';

describeScorer(scorer, {
  equal: [
    ['The answer is \\boxed{B}.', 'B'],
    ['Answer: C', '(C)'],
  ],
  different: [['Answer: A', 'B']],
  undecided: [['I cannot tell.', 'A']],
});

describe('scorer-choice', () => {
  const read = (prediction: string, choices?: number) =>
    scorer.score({ prediction, answer: 'A', ...(choices && { choices }) }).extracted;

  it.each([
    ['**Answer**: **B**', 'B'],
    ['\\boxed{\\text{B}}', 'B'],
    ['\\boxed{\\text{(B)}}', 'B'],
    ['Answer: $B$', 'B'],
    ['Answer: \\boxed{D}', 'D'],
    ['Answer: B) because 7 is prime', 'B'],
    ['The final answer is (C).', 'C'],
    ['answer: b', 'B'],
    ['**D**', 'D'],
    ['(C)', 'C'],
    ['Answer: A\nWait, that is wrong.\nAnswer: D', 'D'],
    ['\\boxed{A} no, \\boxed{B}', 'B'],
  ])('%j chooses %s', (text, letter) => {
    expect(read(text)).toBe(letter);
  });

  it.each([
    "The last line should be 'Answer: $LETTER' (without quotes).",
    'None of the above',
    'Answer: none of the above',
    'A nice question. I think it is hard.',
    'The answer is about 5.',
    '',
  ])('%j chooses nothing', (text) => {
    expect(read(text)).toBeNull();
  });

  it('a letter beyond the options does not count', () => {
    expect(read('Answer: B\nAnswer: F', 4)).toBe('B');
    expect(read('Answer: B\nAnswer: F', 6)).toBe('F');
  });

  it('a gold that is no letter is refused, not counted wrong', () => {
    expect(() => scorer.score({ prediction: 'Answer: A', answer: 'seven' })).toThrow(/seven/);
  });
});
