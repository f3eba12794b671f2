import { describeScorer } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { createMathScorer, scorer } from './math-scorer.js';

describeScorer(scorer, {
  equal: [
    ['so \\boxed{\\frac{1}{2}}', '0.5'],
    ['The answer is 42.', '42'],
    ['The answer is 18 dollars.', '18'],
    ['Answer: she has 42 apples left', '42'],
    ['<think>\\boxed{3}</think>\\boxed{4}', '4'],
    ['Put it within \\boxed{}. It is \\boxed{7}.', '7'],
    ['First \\boxed{3}, no: \\boxed{5}', '5'],
    ['\\boxed{024}', '24'],
    ['\\boxed{2}', 'so the answer is $\\boxed{2}$'],
    ['#### 1,200', 'work\n#### 1200'],
    ['The final answer is 3/4 of the pie.', '0.75'],
  ],
  different: [
    ['\\boxed{3}', '4'],
    ['<think>\\boxed{4}</think>\\boxed{3}', '4'],
    ['First \\boxed{5}, no: \\boxed{3}', '5'],
    ['\\boxed{3, 5}', '5'],
  ],
  undecided: [
    ['', '4'],
    ['<think>it must be \\boxed{4}', '4'],
    ['I do not know.', '4'],
    ['\\boxed{\\text{I am not sure}}', '4'],
  ],
});

describe('what a verdict says', () => {
  it('names what was read and how', () => {
    const verdict = scorer.score({ prediction: 'It is \\boxed{0.50}.', answer: '\\frac12' });
    expect(verdict).toEqual({
      correct: true,
      outcome: 'equal',
      extracted: '0.50',
      reason: 'The values are equal. (box)',
    });
  });

  it('says when the expected answer is what cannot be read', () => {
    const { outcome, reason } = scorer.score({ prediction: '\\boxed{5}', answer: '\\oint' });
    expect(outcome).toBe('undecided');
    expect(reason).toContain('the expected answer is unreadable: the command \\oint');
  });
});

describe('what a thinking states on its way', () => {
  it.each([
    ['an equation', 'So 3 + 4 = 7, then 7 * 2 = 14.\nWait, 7 * 2 = 15.', '14'],
    ['a chain of equations', 'x = 2/4 = 0.5.', '\\frac12'],
    ['a formula', 'hence $y = \\sqrt{8}$ here', '2\\sqrt2'],
    ['a box', 'maybe \\boxed{3}. No, it is 4.', '3'],
    ['a statement', 'The answer is 12. But is it?', '12'],
  ])('holds %s', (_, thinking, answer) => {
    expect(scorer.reaches?.(thinking, { answer })).toBe(true);
  });

  it.each([
    ['numbers of the question', 'She has 14 apples and 7 pears.', '14'],
    ['another result', '3 + 4 = 8', '7'],
    ['nothing', '', '7'],
  ])('does not hold %s', (_, thinking, answer) => {
    expect(scorer.reaches?.(thinking, { answer })).toBe(false);
  });

  it('is read from its end, and soon', () => {
    expect(scorer.reaches?.(`x = 5\n${'a = b, '.repeat(100_000)}`, { answer: '5' })).toBe(false);
    expect(scorer.reaches?.(`${'='.repeat(1_000_000)}\nx = 5`, { answer: '5' })).toBe(true);
  });
});

describe('equal answers', () => {
  it('are told by their values', () => {
    expect(scorer.equivalent?.('1/2', '0.5')).toBe(true);
    expect(scorer.equivalent?.('1/2', '0.51')).toBe(false);
  });
});

describe('hostile answers', () => {
  it.each([
    ['a tower of powers', '10^{10^{10}}', '1'],
    ['a higher tower', '2^{2^{2^{2^{2^{2}}}}}', '1'],
    ['a large factorial', '100000!', '1'],
    ['a factorial of a factorial', '((9!)!)!', '1'],
    ['a scientific number', '1e999999999', '1'],
    ['a polynomial', '(x+y+z+w)^{999}', '1'],
    ['a sum of radicals', '(\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11})^{500}', '1'],
    ['long integers', '('.concat('9'.repeat(1000), ')^{9999}'), '1'],
  ])('%s ends at the bound of steps', (_, prediction, answer) => {
    const { outcome, reason } = scorer.score({ prediction: `\\boxed{${prediction}}`, answer });
    expect(outcome).toBe('undecided');
    expect(reason).toMatch(/more than 20000 steps/);
  });

  it.each([
    ['brackets', '('.repeat(2000) + 5 + ')'.repeat(2000), /nested more than 60 deep/],
    ['fractions', '\\frac{1}{'.repeat(300) + 2 + '}'.repeat(300), /nested more than 60 deep/],
    ['a long answer', '1+'.repeat(3000) + 1, /longer than 4096/],
  ])('deep or long %s are refused', (_, prediction, why) => {
    const { outcome, reason } = scorer.score({ prediction: `\\boxed{${prediction}}`, answer: '5' });
    expect(outcome).toBe('undecided');
    expect(reason).toMatch(why);
  });

  it.each([
    ['text', 'so it goes on and on '.repeat(200_000)],
    ['boxes that never close', '\\boxed{ '.repeat(100_000)],
    ['empty boxes', '\\boxed{}'.repeat(100_000)],
    ['markers', 'answer: '.repeat(100_000)],
    ['dots', `answer: ${'.'.repeat(1_000_000)}x`],
    ['dollars', '$'.repeat(1_000_000)],
    ['formulas that never close', '\\('.repeat(300_000)],
  ])('megabytes of %s before an answer do not hide it', (_, noise) => {
    const { outcome } = scorer.score({ prediction: `${noise}\n\\boxed{4}`, answer: '4' });
    expect(outcome).toBe('equal');
    expect(scorer.score({ prediction: noise, answer: '4' }).correct).toBe(false);
  });

  it('a smaller bound decides less', () => {
    const answer = { prediction: '\\boxed{x^2+2x+1}', answer: '(x+1)^2' };
    expect(createMathScorer({ steps: 5 }).score(answer).outcome).toBe('undecided');
    // As the paper, what a candidate takes is not there for the next.
    const paper = createMathScorer({ compatibility: 'paper', steps: 1000 });
    const texts = ['$7$', '$7$ is not $(1+x+y)^{60}$'];
    expect(texts.map((prediction) => paper.score({ prediction, answer: '14/2' }).outcome)).toEqual([
      'equal',
      'undecided',
    ]);
    expect(createMathScorer().score(answer).outcome).toBe('equal');
  });

  it('refuses a bound that is none', () => {
    expect(() => createMathScorer({ steps: 0 })).toThrow(/steps is 0/);
  });
});
