import { describe, expect, it } from 'vitest';
import { extractAnswer, readGold } from './extract-answer.js';

describe('extractAnswer', () => {
  it.each([
    ['a box', 'so \\boxed{\\frac{1}{2}}.', '\\frac{1}{2}', 'box'],
    ['two boxes: the last', '\\boxed{3}, wait: \\boxed{5}', '5', 'box'],
    ['self-correction near by', 'First \\boxed{3}, but that was wrong; so \\boxed{5}', '5', 'box'],
    ['an echoed empty box before', 'put it within \\boxed{}. So \\boxed{7}', '7', 'box'],
    ['an echoed empty box behind', 'so \\boxed{7}. As asked, within \\boxed{}.', '7', 'box'],
    ['a box in a box', '\\boxed{\\boxed{5}}', '5', 'box'],
    ['a box without braces', '\\boxed 5', '5', 'box'],
    ['a box around a command', '\\boxed\\pi', '\\pi', 'box'],
    ['another box command', '\\fbox{12}', '12', 'box'],
    ['a box that never closes', 'so $\\boxed{12$ and\nmore', '12', 'box'],
    ['a brace in a box', '\\boxed{\\{1, 2\\}}', '\\{1, 2\\}', 'box'],
    ['a box before a statement', 'The answer is 3. \\boxed{4}', '4', 'box'],
    ['four hashes', 'She has 3 left.\n#### 1,200', '1,200', 'stated'],
    ['a bold marker', '**Answer:** 18', '18', 'stated'],
    [
      'a formula after a marker',
      'The final answer is $x^2$. I hope it is correct.',
      'x^2',
      'stated',
    ],
    ['a sentence after a marker', 'The answer is 42. That is all.', '42', 'stated'],
    ['a marker behind a marker', 'Final Answer: The final answer is $x^2$. Good.', 'x^2', 'stated'],
    ['formulas joined by and', 'The answer is $-2$ and $1$.', '-2 and 1', 'stated'],
    ['a formula beside another', 'The answer is $42$, $7$ more than 35.', '42', 'stated'],
    ['two markers: the last', 'Answer: 3\nNo.\nAnswer: 4', '4', 'stated'],
    ['an amount', 'Answer: $\\$32,\\!348$.', '\\$32,\\!348', 'stated'],
    ['spaced digits', 'Answer: 11,\\! 111', '11,\\! 111', 'stated'],
    ['a heading', '**Final Answer:**\n\n\\( 15 \\)', '15', 'stated'],
    ['the last number', 'She has 12 apples and 7 pears', '7', 'last number'],
    ['a negative number', 'it falls to -12.5 degrees', '-12.5', 'last number'],
    ['a difference is no negative number', 'that is 20-8', '8', 'last number'],
    ['the last formula', 'so $x = \\frac{3}{4}$.', '\\frac{3}{4}', 'last formula'],
    ['a number behind a formula', 'from $x = 3$ we get 4', '4', 'last number'],
  ])('%s', (_, text, answer, how) => {
    expect(extractAnswer(text)).toEqual({ text: answer, how });
  });

  it.each([
    ['prose', 'I do not know.'],
    ['nothing', ''],
    ['an empty box alone', 'within \\boxed{}'],
  ])('finds nothing in %s', (_, text) => {
    expect(extractAnswer(text)).toBeUndefined();
  });

  it('does not read the thinking', () => {
    expect(extractAnswer('<think>maybe \\boxed{3}</think>It is \\boxed{4}.')?.text).toBe('4');
    expect(extractAnswer('maybe \\boxed{3}</think>It is 4.')?.text).toBe('4');
    expect(extractAnswer('<think>\\boxed{3}</think>')).toBeUndefined();
    expect(extractAnswer('<think>surely \\boxed{3}')).toBeUndefined();
  });
});

describe('readGold', () => {
  it.each([
    ['18', '18'],
    ['so it is $\\boxed{\\frac12}$.', '\\frac12'],
    ['2+2=4\n#### 4', '4'],
  ])('%j', (answer, gold) => {
    expect(readGold(answer)).toBe(gold);
  });
});
