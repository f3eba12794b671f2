import { describe, expect, it } from 'vitest';
import { compareAnswers } from './compare-answers.js';

const outcome = (gold: string, prediction: string) => compareAnswers(gold, prediction).outcome;

describe('beyond the class matrix, equal', () => {
  it.each([
    ['\\frac{3\\sqrt{3}}{4}', '0.75\\sqrt3'],
    ['18+2\\pi', '2(\\pi+9)'],
    ['\\frac{1}{1+\\sqrt2}', '\\sqrt2-1'],
    ['(a+5)(b+2)', 'ab+2a+5b+10'],
    ['\\frac{11+9a}{20}', '\\frac{9a}{20}+\\frac{11}{20}'],
    ['\\cot x', '\\frac{\\cos x}{\\sin x}'],
    ['5x - 7y + 11z + 4 = 0', '-5x+7y-11z=4'],
    ['x \\in [-2,7]', '[-2, 7]'],
    ['x \\in [-2,7]', '-2 \\le x \\le 7'],
    ['1 \\pm \\sqrt{19}', '1-\\sqrt{19}, 1+\\sqrt{19}'],
    ['864 \\mbox{ inches}^2', '864 square inches'],
    ['\\frac{270}7\\text{ degrees}', '\\frac{270}{7}^\\circ'],
    ['5.4 \\text{ cents}', '5.4'],
    ['4210_{5}', '4210_5'],
    ['\\frac{1}{3}', '0.\\overline{3}'],
    ['(2,12) \\cup (12,102)', '(2,102) \\setminus \\{12\\}'],
    ['[0,2)', '[0,1] \\cup (1,2)'],
    ['2^{n+1}', '2\\cdot 2^n'],
    ['\\sin 30^\\circ', '\\frac12'],
    ['\\log_{10} 100', '2'],
    ['\\log 100', '2'],
    ['\\tan\\frac{\\pi}{4}', '1'],
    ['\\text{(C)}', '(c)'],
    ['137 \\frac{1}{2}', '137.5'],
    ['-1\\frac{1}{2}', '-1.5'],
    ['(3, \\frac{\\pi}{2})', '(3, 90^\\circ)'],
    ['\\$32,\\!348', '$32,348'],
    ['12', '12\\text{ dollars per hour}'],
    ['-10', '\\$-10'],
    ['-10', '-\\$10'],
    ['10', '2\\cdot 5 = 10'],
    ['(1, 234)', '(1,234)'],
    ['42', '\\text{forty-two}'],
    ['50\\%', '1/2'],
    ['x^2+y^2=4', '4-x^2-y^2=0'],
    ['|x|', '|-x|'],
  ])('%s ~ %s', (gold, prediction) => {
    expect(outcome(gold, prediction)).toBe('equal');
  });
});

describe('beyond the class matrix, different', () => {
  it.each([
    ['7 3/4', '73/4'],
    ['1000', '1,00'],
    ['(1,2)', '\\{1,2\\}'],
    ['y = 2x + 3', 'y = 2x - 3'],
    ['[0,1)', '(0,1]'],
    ['(0,9) \\cup (9,36)', '(0,36)'],
    ['\\{1,2\\}', '\\{1,2,2,3\\}'],
    ['1\\%', '1'],
    ['5', '5, 6'],
    ['x<3', 'x>3'],
    ['\\sqrt{2}', '1.41421356237'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '3'],
    ['\\frac{1}{2}', '\\frac{2}{1}'],
    ['x^2', 'x^3'],
    ['e', '2.71828'],
  ])('%s ~ %s', (gold, prediction) => {
    expect(outcome(gold, prediction)).toBe('different');
  });
});

describe('undecided rather than wrong', () => {
  it.each([
    ['\\sqrt[3]{2+\\sqrt{5}}', '\\frac{1+\\sqrt{5}}{2}', 'nested cube roots'],
    ['x^2=4', '(x-2)(x+2)(x^2+1)=0', 'equations with the same solutions'],
    ['12\\text{ students}', '12\\text{ pupils}', 'unknown units'],
    ['5', 'it is not known', 'prose for a value'],
    ['5', '5 +', 'what breaks off'],
    ['\\oint', '5', 'an expected answer that cannot be read'],
    ['1/0', '5', 'a division by zero'],
  ])('%s ~ %s: %s', (gold, prediction) => {
    expect(outcome(gold, prediction)).toBe('undecided');
  });
});
