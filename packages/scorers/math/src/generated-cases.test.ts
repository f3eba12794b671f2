import { describe, expect, test } from 'vitest';
import { fuzzTexts } from '../bench/fuzz-texts.mjs';
import { generateCases } from '../bench/generate-cases.mjs';
import { compareAnswers } from './compare/compare-answers.js';
import { createMathScorer } from './math-scorer.js';

describe('generated cases', () => {
  const cases = [...generateCases(1500, 2026)];

  test('answers that are equal by construction are found equal, others different', () => {
    const wrong = cases.filter(({ gold, prediction, equal }) => {
      return compareAnswers(gold, prediction).outcome !== (equal ? 'equal' : 'different');
    });
    expect(wrong).toEqual([]);
  });

  test('every answer equals itself when it is read, not only compared as text', () => {
    const wrong = cases.filter(({ gold }) => compareAnswers(gold, `{${gold}}`).outcome !== 'equal');
    expect(wrong).toEqual([]);
  });

  test('the seed decides', () => {
    expect([...generateCases(100, 2026)]).toEqual(cases.slice(0, 100));
    expect([...generateCases(100, 1)]).not.toEqual(cases.slice(0, 100));
  });
});

describe('broken and hostile texts', () => {
  const texts = [...fuzzTexts(400, 2026)];

  test.each([
    ['as they are', createMathScorer()],
    ['as the paper', createMathScorer({ compatibility: 'paper' })],
  ])('get a verdict, the same every time, %s', (_, scorer) => {
    for (const { gold, text } of texts) {
      for (const answer of [
        { prediction: `\\boxed{${text}}`, answer: gold },
        { prediction: `\\boxed{${gold}}`, answer: text },
      ]) {
        const verdict = scorer.score(answer);
        expect(['equal', 'different', 'undecided']).toContain(verdict.outcome);
        expect(scorer.score(answer)).toEqual(verdict);
      }
    }
  });
});
