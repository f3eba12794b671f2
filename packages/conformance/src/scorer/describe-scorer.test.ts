import {
  type Answer,
  type Scorer,
  type SynchronousScorer,
  ThinkbitsError,
  type Verdict,
} from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { describeScorer, type ScorerExamples, scorerChecks } from './describe-scorer.js';

const examples: ScorerExamples = {
  equal: [['yes', 'yes'], { prediction: ' no ', answer: 'no' }],
  different: [['yes', 'no']],
  undecided: [['', 'no']],
};

/** Equal when the trimmed texts are. */
const exact: SynchronousScorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'exact',
  score({ prediction, answer }) {
    const extracted = prediction.trim();
    if (extracted === '') {
      return {
        correct: false,
        outcome: 'undecided',
        extracted: null,
        reason: 'Nothing was answered.',
      };
    }
    const correct = extracted === answer;
    return {
      correct,
      outcome: correct ? 'equal' : 'different',
      extracted,
      reason: 'Compared as texts.',
    };
  },
};

const answerTo = (answer: string): Answer => ({ prediction: answer, answer });

describeScorer(exact, examples);

/** With all that a scorer may have beside verdicts. */
const exactWithMore: SynchronousScorer = {
  ...exact,
  checkGold({ answer }) {
    if (answer.trim() !== '') return;
    const message = 'The expected answer is empty.';
    throw new ThinkbitsError({ code: 'scorer-exact/bad-gold', message, help: 'Give one.' });
  },
  aggregate: (answers) => ({ right: answers.filter(({ correct }) => correct).length }),
  version: '1.0.0',
  optionsSchema: { type: 'object', properties: { fast: { type: 'boolean' } } },
  withOptions({ fast, ...others }) {
    if (Object.keys(others).length === 0) {
      return { ...exactWithMore, ...(fast !== undefined && { options: { fast } }) };
    }
    const message = 'There is one option.';
    throw new ThinkbitsError({ code: 'scorer-exact/options', message, help: 'Give none other.' });
  },
};
describeScorer(exactWithMore, examples);

/** Scorers that are wrong in one way each, by the check that must catch it. */
const broken: {
  readonly [check: string]: Partial<Scorer> | ((verdict: Verdict, answer: Answer) => Verdict);
} = {
  'says what it is': { id: 'Not A Name' },
  'judges the equal examples equal': (verdict) => ({
    ...verdict,
    correct: false,
    outcome: 'different',
  }),
  'judges the different examples different': (verdict, { prediction }) => ({
    ...verdict,
    ...(prediction === 'yes' && { correct: true, outcome: 'equal' as const }),
  }),
  'judges the undecided examples undecided': (verdict) => ({ ...verdict, outcome: 'different' }),
  'reads what the examples expect, and no empty text': { checkGold: () => {} },
  'takes options by its schema and refuses others': {
    withOptions: (options) => exactWithMore.withOptions?.({ ...options, fast: false }) ?? exact,
  },
  'sums up answers in whatever order they come': {
    aggregate: ([first]) => ({ right: first?.correct ? 1 : 0 }),
  },
  'judges the same whatever was judged before': (() => {
    const sticky = /yes/g; // keeps its place between calls
    return (verdict: Verdict, { prediction }: Answer) => ({
      ...verdict,
      reason: `Found yes: ${sticky.test(prediction)}.`,
    });
  })(),
  'does not change what it is given': (verdict, answer) => {
    (answer as { prediction: string }).prediction = '';
    return verdict;
  },
  'never takes an empty answer for a right one': (verdict, { answer }) =>
    verdict.extracted === null
      ? { ...verdict, correct: true, outcome: 'equal', extracted: answer }
      : verdict,
  'survives hostile predictions and evaluates none': (verdict, { prediction }) => {
    // biome-ignore lint/security/noGlobalEval: what the check must catch
    if (prediction.startsWith('globalThis')) eval(prediction);
    return verdict;
  },
};

describe('scorerChecks', () => {
  test.each(Object.entries(broken))('"%s" catches a scorer that breaks it', async (name, fault) => {
    const scorer: Scorer =
      typeof fault === 'function'
        ? { ...exactWithMore, score: (answer) => fault(exact.score(answer), answer) }
        : { ...exactWithMore, ...fault };
    const check = scorerChecks(scorer, examples).find((candidate) => candidate.name === name);
    await expect(async () => check?.run()).rejects.toThrow();
  });

  test('a scorer that throws is caught as well', async () => {
    const scorer: Scorer = {
      ...exact,
      score(answer) {
        if (answer.prediction.length > 1000) throw new RangeError('too long');
        return exact.score(answer);
      },
    };
    const last = scorerChecks(scorer, examples).at(-1);
    await expect(async () => last?.run()).rejects.toThrow('too long');
  });

  test('a scorer that takes its time is judged like one that answers at once', async () => {
    const late: Scorer = { ...exact, score: async (answer) => exact.score(answer) };
    for (const check of scorerChecks(late, examples)) await check.run();
    const wrong: Scorer = { ...late, score: async () => exact.score(answerTo('yes')) };
    const check = scorerChecks(wrong, examples).find(({ name }) => name.includes('undecided'));
    await expect(async () => check?.run()).rejects.toThrow();
  });

  test('examples of one kind alone are not enough', () => {
    const [, check] = scorerChecks(exact, { equal: examples.equal, different: [] });
    expect(() => check?.run()).toThrow();
  });

  test('every check has a failing example', () => {
    const names = scorerChecks(exactWithMore, examples).map(({ name }) => name);
    expect([...Object.keys(broken), 'is tried on both kinds of examples'].toSorted()).toEqual(
      names.toSorted(),
    );
  });
});
