import { readFileSync } from 'node:fs';
import { describeScorer } from '@thinkbits/conformance';
import type { JudgedAnswer } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import {
  createMetaReasoningScorer,
  type GradedSolution,
  matthewsCorrelation,
  metaReasoningScores,
  readDecision,
  readGrading,
  readStep,
  scorer,
} from './index.js';

/** A grading as models and data write it. */
const grading = (correctness: string, step = 'N/A', reason = 'N/A', place = 'Step') =>
  `Solution Correctness: ${correctness}\nFirst Error ${place}: ${step}\nError Reason: ${reason}`;

const step2 = grading('incorrect', '2', 'It forgets the carry.');
const right = grading('correct');
const code = grading('incorrect', '    x += 1', 'Off by one.', 'Line');

describeScorer(scorer, {
  equal: [
    [`Solution Analysis: fine.\n${right}`, right],
    [grading('Incorrect', 'Step 2', 'The carry is lost.'), step2],
  ],
  different: [
    [right, step2],
    [grading('incorrect', 'Step 3', 'No idea.'), step2],
    [step2, right],
    [right, code],
  ],
  undecided: [
    ['I cannot tell.', step2],
    ['Solution Correctness: correct', right], // the parts behind it are missing
    [grading('incorrect', 'x += 1', 'Off by one.'), code],
  ],
});

/** Accepts what mentions the carry. */
const judge = createMetaReasoningScorer({
  judge: ({ given }) => (given.reason.includes('carry') ? 'correct' : 'wrong'),
});
describeScorer(judge, {
  equal: [
    [grading('incorrect', 'Step 2', 'The carry is lost.'), step2],
    [grading('incorrect', 'anything', 'The carry.'), code],
  ],
  different: [
    [grading('incorrect', 'Step 2', 'A typing error.'), step2],
    [grading('incorrect', 'x += 1', 'A typing error.'), code],
  ],
});

it('asks a judge that takes its time, where there is something to judge and nowhere else', async () => {
  const asked: string[] = [];
  const late = createMetaReasoningScorer({
    judge: async ({ expected, given }) => {
      asked.push(`${expected.reason} / ${given.reason}`);
      return 'correct' as const;
    },
  });
  const incorrect = grading('incorrect', 'Step 2', 'The carry is lost.');
  const score = async (prediction: string, answer: string) =>
    (await late.score({ prediction, answer })).details;
  expect(await score(incorrect, step2)).toMatchObject({ step: true, reason: true, judge: true });
  for (const answer of [right, grading('incorrect', '3', 'Another.')])
    await score(incorrect, answer);
  expect(await score(right, step2)).toMatchObject({ step: false, reason: false, judge: true });
  expect(asked).toEqual(['It forgets the carry. / The carry is lost.']);
});

interface Official {
  readonly scores: { readonly [subject: string]: number };
  readonly mean: number;
  readonly cases: readonly {
    readonly subject: string;
    readonly truth: string;
    readonly step: string;
    readonly text: string;
    readonly decision: 'correct' | 'wrong';
    readonly read: readonly [string, string, string];
  }[];
}
const official: Official = JSON.parse(
  readFileSync(new URL('./__fixtures__/official-gradings.json', import.meta.url), 'utf8'),
);

describe("against MR-Ben's own script", () => {
  it('reads the same parts', () => {
    for (const { text, read } of official.cases) {
      const [correctness, step, reason] = read;
      const letters = correctness.toLowerCase().replaceAll(/[^a-z]/g, '');
      expect(readGrading(text), text).toEqual({
        correctness: letters === 'correct' || letters === 'incorrect' ? letters : undefined,
        step: step.trim(),
        reason: reason.trim(),
      });
    }
  });

  it('gives the same MR-Score', async () => {
    const judged: JudgedAnswer[] = [];
    for (const { subject, truth, step, text, decision } of official.cases) {
      const place = subject === 'coding' ? 'Line' : 'Step';
      const gold = grading(truth, step, 'of the data', truth === 'correct' ? 'Step' : place);
      const own = createMetaReasoningScorer({ judge: () => decision });
      const { correct, details } = await own.score({ prediction: text, answer: gold });
      judged.push({ correct, details: details as GradedSolution, groups: { subject } });
    }
    const scores = metaReasoningScores(judged);
    for (const [subject, score] of Object.entries(official.scores)) {
      expect(scores[`mr_score.${subject}`], subject).toBeCloseTo(score, 12);
    }
    expect(scores.mr_score).toBeCloseTo(official.mean, 12);
  });
});

describe('readStep', () => {
  it.each([
    ['2', '2'],
    ['Step 2', '2'],
    [' **step 12**. ', '12'],
    ['[Step 29]', '29'],
    ['31', '31'],
  ])('%j is %s', (text, step) => {
    expect(readStep(text)).toBe(step);
  });

  it.each(['N/A', '', 'Step 30', 'Step  2', 'Step 2: the sum', 'second step', '2.', '- Step 2'])(
    '%j is none',
    (text) => {
      expect(readStep(text)).toBeUndefined();
    },
  );
});

describe('readDecision', () => {
  it('takes one of two words, and nothing for granted', () => {
    expect(readDecision('1. … Final Decision: Correct')).toBe('correct');
    expect(readDecision('Final Decision: **Wrong**.')).toBe('wrong');
    expect(readDecision('wrong')).toBe('wrong');
    expect(readDecision('Final Decision: Incorrect')).toBeUndefined();
    expect(readDecision('')).toBeUndefined();
  });

  it('reads "Incorrect" as correct where the official script is followed', () => {
    expect(readDecision('Final Decision: Incorrect', { officialCompat: true })).toBe('correct');
    expect(readDecision('Final Decision: Wrong', { officialCompat: true })).toBe('wrong');
  });
});

describe('matthewsCorrelation', () => {
  it('is 1 for a perfect table, -1 for its reverse, and a hand-computed value between', () => {
    expect(matthewsCorrelation(5, 7, 0, 0)).toBe(1);
    expect(matthewsCorrelation(0, 0, 7, 5)).toBe(-1);
    // (6·3 - 1·2) / √(7·8·4·5) = 16 / √1120
    expect(matthewsCorrelation(6, 3, 1, 2)).toBeCloseTo(16 / Math.sqrt(1120), 14);
  });

  it.each([
    [5, 0, 3, 0],
    [0, 3, 0, 5],
    [0, 0, 0, 0],
    [2, 2, 2, 2],
  ])('is 0 where numerator or denominator is: %i %i %i %i', (...table) => {
    expect(matthewsCorrelation(...table)).toBe(0);
  });
});

describe('metaReasoningScores', () => {
  /** A grader that always says "incorrect, Step 1" of a subject with so many solutions. */
  const constant = (subject: string, correct: number, incorrect: number, first: number) =>
    Array.from({ length: correct + incorrect }, (_, i) => ({
      correct: false,
      groups: { subject },
      details: {
        truth: i < correct ? ('correct' as const) : ('incorrect' as const),
        verdict: 'incorrect' as const,
        step: i >= correct && i < correct + first,
        reason: false,
        judge: false,
      },
    }));

  it('gives a constant grader its share of first steps alone', () => {
    // The counts of the released files: 0.3 · 109 / 418 and 0.3 · 174 / 769, and nothing of code without a judge.
    const scores = metaReasoningScores([
      ...constant('biology', 617, 418, 109),
      ...constant('math', 149, 769, 174),
      ...constant('coding', 74, 164, 0),
    ]);
    const [biology, math] = [(0.3 * 109) / 418, (0.3 * 174) / 769];
    expect(biology).toBeCloseTo(0.0782, 4);
    expect(scores).toEqual({
      mr_score_partial: expect.closeTo((biology + math) / 3, 12),
      mcc: 0,
      acc_step: expect.closeTo((109 / 418 + 174 / 769) / 3, 12),
      'mr_score_partial.biology': expect.closeTo(biology, 12),
      'mr_score_partial.coding': 0,
      'mr_score_partial.math': expect.closeTo(math, 12),
    });
  });

  it('does not reward a negative correlation, and counts what was not read as wrong', () => {
    const details = (truth: string, verdict: string | null, more = {}) => ({
      correct: false,
      groups: { subject: 'physics' },
      details: { truth, verdict, step: false, reason: false, judge: true, ...more },
    });
    const reverse = [details('correct', 'incorrect'), details('incorrect', 'correct')];
    expect(metaReasoningScores(reverse)).toMatchObject({ mcc: -1, mr_score: 0 });
    const unread = [
      details('correct', 'correct'),
      details('correct', null),
      details('incorrect', null),
      details('incorrect', 'incorrect', { step: true, reason: true }),
    ];
    // TP 1, TN 1, FP 1, FN 1: no correlation; step and reason of one of two
    expect(metaReasoningScores(unread)).toEqual({
      mr_score: 0.4,
      mcc: 0,
      acc_step: 0.5,
      acc_reason: 0.5,
    });
  });

  it('has no score where a subject has no incorrect solution', () => {
    const only = constant('biology', 3, 0, 0);
    expect(metaReasoningScores(only)).toEqual({ mr_score_partial: null, mcc: 0, acc_step: null });
    expect(metaReasoningScores([])).toMatchObject({ mcc: null });
  });
});
