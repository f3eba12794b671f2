import { expect, test } from 'vitest';
import { differentAnswers, equalAnswers } from '../__fixtures__/answer-pairs.js';
import { compareAnswers } from './compare-answers.js';

const pairs = (lines: string): [string, string][] =>
  lines
    .trim()
    .split('\n')
    .map((line) => line.split(' ~ ') as [string, string]);

test.each(pairs(equalAnswers))('%s is %s, either way', (a, b) => {
  expect(compareAnswers(a, b).outcome).toBe('equal');
  expect(compareAnswers(b, a).outcome).toBe('equal');
});

test.each(pairs(differentAnswers))('%s is not %s, either way', (a, b) => {
  expect(compareAnswers(a, b).outcome).toBe('different');
  expect(compareAnswers(b, a).outcome).toBe('different');
});
