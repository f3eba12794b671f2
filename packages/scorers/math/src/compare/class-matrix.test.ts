import { expect, test } from 'vitest';
import { classMatrix } from '../__fixtures__/class-matrix.js';
import { compareAnswers } from './compare-answers.js';

test.each(classMatrix)('%s: %s ~ %s, the same: %s', (_, gold, prediction, equal) => {
  const expected = equal ? 'equal' : 'different';
  const { outcome, reason } = compareAnswers(gold, prediction);
  expect(outcome, reason).toBe(expected);
});

test('the matrix is whole', () => {
  const names = classMatrix.map(([name]) => name);
  expect(names.length).toBe(119);
});
