import { readFileSync } from 'node:fs';
import { describeScorer } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { createChoiceScorer, scorer } from './scorer.js';

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
    ['ANSWER: **B) 47**', 'B'],
    ['\\boxed{B}', 'B'],
    ['\\boxed{\\text{B}}', 'B'],
    ['\\boxed{\\text{(B)}}', 'B'],
    ['\\boxed{B: 27}', 'B'],
    ['\\boxed b', 'B'],
    ['Answer: $B$', 'B'],
    ['Answer: \\(B\\)', 'B'],
    ['Answer: $\\boxed{D}$', 'D'],
    ['Answer: \\textbf{(B)}', 'B'],
    ['Answer: [B]', 'B'],
    ['Answer: Option B', 'B'],
    ['Answer:\n\nB', 'B'],
    ['Answer: B) because 7 is prime', 'B'],
    ['Answer: B 47', 'B'],
    ['The answer is A because 7 is prime', 'A'],
    ['The final answer is (C).', 'C'],
    ['The correct choice is **C**', 'C'],
    ['answer: b', 'B'],
    ['**D**', 'D'],
    ['(C)', 'C'],
    ['I pick **B**.', 'B'],
    ['A is too small.\n\nSo it must be (B).', 'B'],
    ['Answer: A\nWait, that is wrong.\nAnswer: D', 'D'],
    ['\\boxed{A} no, \\boxed{B}', 'B'],
    ['Answer: C\nnone of the above is the answer: none of the above', 'C'],
    ['<think>Answer: A</think>Answer: B', 'B'],
    ['\\boxed{A}</think>It is \\boxed{B}.', 'B'],
  ])('%j chooses %s', (text, letter) => {
    expect(read(text)).toBe(letter);
  });

  it.each([
    "The last line should be 'Answer: $LETTER' (without quotes).",
    'None of the above',
    'Answer: none of the above',
    'A nice question. I think it is hard.',
    'The answer is a prime number.',
    'The answer is A prime number.',
    'The answer is about 5.',
    'Answer: A or B',
    'Answer: A, B',
    '\\boxed{A, B}',
    '\\boxed{27}',
    'Either (A) or (B).',
    '<think>Answer: A',
    '<think>Answer: A</think>I think it is the second.',
    '',
  ])('%j chooses nothing', (text) => {
    expect(read(text)).toBeNull();
  });

  it('a letter beyond the options does not count', () => {
    expect(read('Answer: B\nAnswer: F', 4)).toBe('B');
    expect(read('Answer: B\nAnswer: F', 6)).toBe('F');
  });

  it.each([
    ['line breaks', '\n'.repeat(200_000)],
    ['emphasis', '*'.repeat(200_000)],
    ['markers', 'answer is '.repeat(50_000)],
    ['boxes', '\\boxed{'.repeat(50_000)],
    ['brackets', '('.repeat(200_000)],
  ])('megabytes of %s do not hide the answer', (_, noise) => {
    expect(read(`${noise} 12\nAnswer: B`)).toBe('B');
    expect(read(`${noise} 12`)).toBeNull();
  });

  it('a gold that is no letter is refused, not counted wrong', () => {
    expect(() => scorer.score({ prediction: 'Answer: A', answer: 'seven' })).toThrow(/seven/);
  });
});

const paper = createChoiceScorer({ compatibility: 'paper' });
describeScorer(paper, {
  equal: [['The final answer is B. I hope it is correct.', 'B']],
  different: [
    ['Answer: A', 'B'],
    ['A prime number', 'B'], // an article is taken for a choice
  ],
  undecided: [['i cannot tell.', 'A']],
});

describe('as the paper', () => {
  // [text, letter]: what lighteval's patterns for letters find in drawn texts, by Python's `re`.
  const drawn: [string, string | null][] = JSON.parse(
    readFileSync(new URL('./__fixtures__/lighteval-letters.json', import.meta.url), 'utf8'),
  );

  it('takes the letters that lighteval takes', () => {
    expect(drawn).toHaveLength(300);
    for (const [prediction, letter] of drawn) {
      expect(paper.score({ prediction, answer: 'A' }).extracted, prediction).toBe(letter);
    }
  });

  it('reads the thinking as well, and says by which rules it judged', () => {
    const answer = { prediction: 'so it is', thinking: 'Answer: C', answer: 'C' };
    expect(paper.score(answer)).toMatchObject({
      correct: true,
      details: { options: { compatibility: 'paper' } },
    });
    expect(scorer.score(answer).extracted).toBeNull();
  });

  it('knows no other options', () => {
    expect(() => createChoiceScorer({ compatibility: 'lighteval' } as never)).toThrow(
      expect.objectContaining({ code: 'scorer-choice/options' }),
    );
  });
});
