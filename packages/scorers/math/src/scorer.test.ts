import { describeScorer } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { compareAnswers } from './compare.js';
import { extractAnswer } from './extract-answer.js';
import { scorer } from './scorer.js';

describeScorer(scorer, {
  equal: [
    ['so \\boxed{\\frac{1}{2}}', '0.5'],
    ['The answer is 42.', '42'],
  ],
  different: [['\\boxed{3}', '4']],
  undecided: [['', '4']],
});

describe('extractAnswer', () => {
  it.each([
    ['\\boxed{3}, wait: \\boxed{5}', '5'],
    ['put it within \\boxed{}. So \\boxed{7}', '7'],
    ['so \\boxed{7}. As asked, within \\boxed{}.', '7'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed 5', '5'],
    ['\\boxed{12', '12'],
    ['#### 1,200', '1,200'],
    ['**Answer:** 18', '18'],
    ['The final answer is $x^2$.', 'x^2'],
    ['She has 12 apples and 7 pears', '7'],
  ])('%j holds %j', (text, answer) => {
    expect(extractAnswer(text)?.text).toBe(answer);
  });

  it('finds nothing in prose', () => {
    expect(extractAnswer('I do not know.')).toBeUndefined();
  });
});

describe('compareAnswers', () => {
  it.each([
    ['\\frac{1}{2}', '\\dfrac12'],
    ['\\frac{3}{4}', '0.75'],
    ['\\frac{1}{2}', '\\frac{2}{4}'],
    ['-\\frac{1}{2}', '\\frac{-1}{2}'],
    ['\\frac{39}{4}', '9\\frac{3}{4}'],
    ['\\frac{31}{4}', '7 3/4'],
    ['1000000', '1{,}000{,}000'],
    ['1000000', '1,\\!000,\\!000'],
    ['1000000', '1\\,000\\,000'],
    ['31000', '3.1\\times 10^4'],
    ['31000', '3.1e4'],
    ['25\\%', '25'],
    ['25\\%', '0.25'],
    ['\\$18.90', '18.90'],
    ['15', '15\\text{ cm}'],
    ['15\\mbox{ cm}^2', '15'],
    ['90^\\circ', '90'],
    ['\\{1,2,3\\}', '\\{3,1,2\\}'],
    ['1,2,3', '3,2,1'],
    ['1,2', '1 \\text{ and } 2'],
    ['(1,2)', '1,2'],
    ['\\frac{1}{\\sqrt2}', '\\frac{\\sqrt2}{2}'],
    ['5\\sqrt{2}', '\\sqrt{50}'],
    ['\\frac{3\\pi}{4}', '0.75\\pi'],
    ['2^{100}', '1267650600228229401496703205376'],
    ['x=5', '5'],
    ['\\text{(C)}', 'C'],
    ['\\text{Even}', 'even'],
    ['52_8', '52_8'],
    ['\\left( 3, \\frac{\\pi}{2} \\right)', '(3,\\frac{\\pi}{2})'],
    ['3.14', '\\approx 3.14'],
  ])('%j is %j', (gold, prediction) => {
    expect(compareAnswers(gold, prediction).outcome).toBe('equal');
  });

  it.each([
    ['\\frac{1}{3}', '0.3333'],
    ['0.25', '0.25\\%'],
    ['[0,1)', '(0,1)'],
    ['(1,2)', '(2,1)'],
    ['1,2,3', '1,2'],
    ['\\{1,2\\}', '(1,2)'],
    ['\\pi', '3.14159'],
    ['x', 'X'],
    ['0.0000001', '0.0000002'],
    ['12345678901', '12345678902'],
    ['52_8', '52_9'],
    ['\\text{even}', '\\text{odd}'],
    ['5', '-5'],
  ])('%j is not %j', (gold, prediction) => {
    expect(compareAnswers(gold, prediction).outcome).not.toBe('equal');
  });

  it('leaves open what it cannot settle', () => {
    expect(compareAnswers('(x+1)^2', 'x^2+2x+1').outcome).toBe('undecided');
  });
});
