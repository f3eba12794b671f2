import { describe, expect, it } from 'vitest';
import { compareAnswers } from './compare/compare-answers.js';
import { extractAnswer } from './extract/extract-answer.js';
import { createMathScorer } from './math-scorer.js';
import { defaultPolicies, type MathPolicies, paperPolicies } from './policies.js';

const outcome = (gold: string, prediction: string, policies: Partial<MathPolicies>) =>
  compareAnswers(gold, prediction, policies).outcome;

describe('every policy, both ways', () => {
  it.each<[keyof MathPolicies, string, string, Partial<MathPolicies>, Partial<MathPolicies>]>([
    ['percent', '25\\%', '25', { percent: 'lenient' }, { percent: 'strict' }],
    ['units', '15\\text{ cm}', '15', { units: 'optional' }, { units: 'required' }],
    ['units', '5\\text{ cm}', '5\\text{ m}', { units: 'ignore' }, { units: 'optional' }],
    [
      'unreducedFractions',
      '\\frac12',
      '\\frac24',
      { unreducedFractions: 'accept' },
      { unreducedFractions: 'refuse' },
    ],
    ['unreducedFractions', '3', '6/2', {}, { unreducedFractions: 'refuse' }],
    ['brackets', '(1,2)', '1,2', { brackets: 'optional' }, { brackets: 'required' }],
    ['brackets', '[0,1)', '(0,1)', { brackets: 'ignore' }, { brackets: 'optional' }],
    ['brackets', '\\{1,2\\}', '(2,1)', { brackets: 'ignore' }, { brackets: 'optional' }],
    ['listOrder', '1,2,3', '3,1,2', { listOrder: 'ignore' }, { listOrder: 'keep' }],
    ['leftHandSide', 'x=5', '5', { leftHandSide: 'optional' }, { leftHandSide: 'required' }],
    ['leftHandSide', 'f(x)=x^2', 'x^2', {}, { leftHandSide: 'required' }],
    ['leftHandSide', 'x=1,y=2', '(1,2)', {}, { leftHandSide: 'required' }],
    ['baseSubscript', '52_8', '52', { baseSubscript: 'optional' }, { baseSubscript: 'required' }],
    ['baseSubscript', '52_8', '52_9', { baseSubscript: 'ignore' }, { baseSubscript: 'optional' }],
    ['decimalPlaces', '\\frac13', '0.33333', { decimalPlaces: 5 }, { decimalPlaces: null }],
    ['decimalPlaces', '\\sqrt2', '1.414', { decimalPlaces: 3 }, { decimalPlaces: 4 }],
    ['letterCase', 'x+1', 'X+1', { letterCase: 'ignore' }, { letterCase: 'keep' }],
    [
      'optionLetterCase',
      '\\text{(C)}',
      'c',
      { optionLetterCase: 'ignore' },
      { optionLetterCase: 'keep' },
    ],
  ])('%s: %s ~ %s', (_, gold, prediction, equal, different) => {
    expect(outcome(gold, prediction, equal)).toBe('equal');
    expect(outcome(gold, prediction, different)).toBe('different');
  });

  it.each<[keyof MathPolicies, string, string, Partial<MathPolicies>]>([
    ['units', '15', '15', { units: 'required' }],
    ['units', '100\\text{ cm}', '1\\text{ m}', { units: 'required' }],
    ['unreducedFractions', '\\frac24', '\\frac24', { unreducedFractions: 'refuse' }],
    ['brackets', '(1, 2)', '(1,\\frac{2}{1})', { brackets: 'required' }],
    ['listOrder', '\\{1,2\\}', '\\{2,1\\}', { listOrder: 'keep' }],
    ['leftHandSide', '5', 'x=5', { leftHandSide: 'required' }],
    ['leftHandSide', 'x=5', 'x=\\frac{10}{2}', { leftHandSide: 'required' }],
    ['baseSubscript', '52_8', '52_{8}', { baseSubscript: 'required' }],
    ['optionLetterCase', '\\text{(C)}', 'C', { optionLetterCase: 'keep' }],
  ])('%s: %s ~ %s stay equal', (_, gold, prediction, policies) => {
    expect(outcome(gold, prediction, policies)).toBe('equal');
  });

  it('exact values are never rounded against each other', () => {
    expect(outcome('\\frac{1}{3000000}', '\\frac{1}{4000000}', { decimalPlaces: 5 })).toBe(
      'different',
    );
  });

  it('boxes', () => {
    const text = 'either \\boxed{3} or \\boxed{5}, so \\boxed{3} again';
    const read = (boxes: MathPolicies['boxes']) =>
      extractAnswer(text, { ...defaultPolicies, boxes })?.text;
    expect(read('last')).toBe('3');
    expect(read('first')).toBe('3');
    expect(read('all')).toBe('3, 5');
    const two = { prediction: '\\boxed{3} and \\boxed{5}', answer: '3, 5' };
    expect(createMathScorer({ boxes: 'all' }).score(two).outcome).toBe('equal');
    expect(createMathScorer({ boxes: 'last' }).score(two).outcome).toBe('different');
    expect(createMathScorer({ boxes: 'first' }).score({ ...two, answer: '3' }).correct).toBe(true);
  });

  it('thinking', () => {
    const within = { prediction: '<think>it must be \\boxed{4}', answer: '4' };
    expect(createMathScorer().score(within).outcome).toBe('undecided');
    expect(createMathScorer({ thinking: 'include' }).score(within).outcome).toBe('equal');
    const apart = { prediction: '', thinking: 'it must be \\boxed{4}', answer: '4' };
    expect(createMathScorer().score(apart).outcome).toBe('undecided');
    expect(createMathScorer({ thinking: 'include' }).score(apart).outcome).toBe('equal');
  });
});

describe('options', () => {
  it.each([
    [{ percents: 'strict' }, /percents/],
    [{ percent: 'maybe' }, /percent/],
    [{ steps: 0 }, /steps/],
    [{ decimalPlaces: -1 }, /decimalPlaces/],
    [{ compatibility: 'Paper' }, /compatibility/],
  ])('%j are refused', (options, what) => {
    const create = () => createMathScorer(options as object);
    expect(create).toThrow(expect.objectContaining({ code: 'scorer-math/options' }));
    expect(create).toThrow(what);
  });

  it('that were given are named by the verdict', () => {
    const options = { percent: 'strict' } as const;
    const answer = { prediction: '\\boxed{1}', answer: '1' };
    expect(createMathScorer(options).score(answer).details).toEqual({ options });
    expect(createMathScorer().score(answer)).not.toHaveProperty('details');
    expect(createMathScorer().withOptions?.(options).score(answer).details).toEqual({ options });
  });
});

describe('as the paper', () => {
  const paper = createMathScorer({ compatibility: 'paper' });
  const strict = createMathScorer();

  it.each([
    ['a box that stands in the thinking alone', '<think>so \\boxed{4}', '4'],
    ['five decimals', '\\boxed{0.33333}', '\\frac13'],
    ['a unit that differs', '\\boxed{5\\text{ m}}', '5\\text{ cm}'],
    ['a letter in another case', '\\boxed{X}', 'x'],
    ['a base that differs', '\\boxed{52_9}', '52_8'],
    ['an assignment', '\\boxed{x=5}', '5'],
    ['the last of two boxes', '\\boxed{3} then \\boxed{5}', '5'],
    ['a sign of percent', 'The answer: $25\\%$', '\\frac14'],
    ['the answer before a later number', 'The answer is 18. I had 3 tries.', '18'],
    ['a formula', 'so we get $\\frac{3}{4}$ at last', '0.75'],
    ['a leading zero', '\\boxed{024}', '24'],
    ['a text that no one can read', '\\boxed{\\oint}', '\\oint'],
    ['the value of an announced equation', 'Answer: x = 12', '12'],
    ['formulas joined by and', 'The final answer is $2$ and $1$.', '1,2'],
    ['formulas joined by commas', 'so we have $x=1$, $x=2$,$x=3$', '\\{1,2,3\\}'],
    ['formulas joined by or', 'Answer: \\(-1\\) or \\(1\\)', '\\pm 1'],
    ['six formulas', '$1$, $2$, $3$, $4$, $5$ and $6$', '1,2,3,4,5,6'],
    ['the rest behind six formulas', '$1$, $2$, $3$, $4$, $5$, $6$, $7$', '7'],
    ['boxes in joined formulas', 'They are $\\boxed{3}$ and $\\boxed{5}$.', '3,5'],
    ['a box behind joined boxes', '$\\boxed{3}$ and $\\boxed{5}$; no: \\boxed{4}', '4'],
    ['the last of boxes in one formula', '$\\boxed{3}, \\boxed{5}$', '5'],
  ])('%s is right', (_, prediction, answer) => {
    expect(paper.score({ prediction, answer }).outcome).toBe('equal');
  });

  it.each([
    ['another value', '\\boxed{3}', '4'],
    ['six decimals that differ in the fifth', '\\boxed{0.333343}', '\\frac13'],
    ['25 for 25 %', '\\boxed{25}', '25\\%'],
    ['nothing', '', '4'],
    ['prose', 'I do not know.', '4'],
    ['one of two joined formulas', 'The answer is $2$ and $1$.', '1'],
    ['one of two joined boxes', '$\\boxed{3}$, $\\boxed{5}$', '5'],
    ['formulas with other words between', 'from $2$ to $1$', '1,2'],
  ])('%s is not', (_, prediction, answer) => {
    expect(paper.score({ prediction, answer }).correct).toBe(false);
  });

  it('is more lenient than the default where the paper is, and policies may be set beside it', () => {
    const answer = { prediction: '\\boxed{0.33333}', answer: '\\frac13' };
    expect(paper.score(answer).correct).toBe(true);
    expect(strict.score(answer).correct).toBe(false);
    const exact = createMathScorer({ compatibility: 'paper', decimalPlaces: null });
    expect(exact.score(answer).correct).toBe(false);
    expect(paperPolicies.decimalPlaces).toBe(5);
  });
});
