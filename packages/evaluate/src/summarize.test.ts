import type { Scorer } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import type { SampleRecord } from './index.js';
import { summarize } from './index.js';

/**
 * A sample from `problem repeat verdict tokens`, where the verdict is y, n, ? (unread), t
 * (truncated, unread) or e (error).
 */
function sample(text: string): SampleRecord {
  const [problem, repeat, verdict, tokens] = text.split(' ') as [string, string, string, string];
  return {
    benchmark: 'chain',
    problem,
    repeat: Number(repeat),
    completion_tokens: Number(tokens),
    finish_reason: verdict === 't' ? 'length' : verdict === 'e' ? 'error' : 'stop',
    correct: verdict === 'y',
    extracted: verdict === 'y' || verdict === 'n' ? '1' : null,
    scorer: 'exact',
    groups: { steps: problem.length },
  };
}

describe('summarize', () => {
  const samples = [
    'a 0 y 10',
    'b 0 n 20',
    'cc 0 ? 30',
    'dd 0 t 60',
    'a 1 y 10',
    'b 1 y 20',
    'cc 1 y 30',
    'dd 1 n 60',
  ].map(sample);

  it('gives the figures of a small run', () => {
    // repeats: 1/4 and 3/4; mean 1/2, sample deviation sqrt(2 · 0.25²) = 0.3536
    expect(summarize(samples).chain).toMatchObject({
      accuracy: 0.5,
      std_over_repeats: expect.closeTo(0.3535533905932738, 12),
      problems: 4,
      repeats: 2,
      mean_completion_tokens: 30,
      truncated_share: 1 / 8,
      unparsed_share: 2 / 8,
      errors: 0,
      by_group: {
        steps: { 1: { accuracy: 0.75, problems: 2 }, 2: { accuracy: 0.25, problems: 2 } },
      },
    });
  });

  it('does not depend on the order of samples', () => {
    expect(summarize([...samples].reverse())).toEqual(summarize(samples));
    expect(JSON.stringify(summarize([...samples].reverse()))).toBe(
      JSON.stringify(summarize(samples)),
    );
  });

  it('says what several answers a problem would reach', () => {
    // of two answers: a yy, b ny, cc ?y, dd ?n: one is right on 3 of 4; the majority is right on a and cc, half of b
    const { over_repeats } = summarize(samples).chain!;
    expect(over_repeats).toMatchObject([
      { k: 2, pass: { share: 0.75 }, majority: { share: 2.5 / 4 } },
    ]);
    const once = summarize(samples.filter(({ repeat }) => repeat === 0)).chain!;
    expect(once.over_repeats).toEqual([]);
  });

  it('counts wrong answers that say the same as one, by the scorer where it compares', () => {
    const wrong = ['0.5', '1/2', '.50'].map((extracted, repeat) => ({
      ...sample(`a ${repeat} n 1`),
      extracted,
    }));
    const right = [3, 4].map((repeat) => sample(`a ${repeat} y 1`));
    const majority = (equivalent?: Scorer['equivalent']) =>
      summarize(
        [...wrong, ...right],
        new Map([['exact', equivalent ? { equivalent } : {}]]),
      ).chain!.over_repeats.at(-1)!.majority.share;
    expect(majority()).toBe(1); // two right against three that stand alone
    expect(majority(() => true)).toBe(0); // two against three
  });

  it('is not certain where all problems are alike', () => {
    const same = Array.from({ length: 40 }, (_, i) => sample(`p${i % 20} ${i % 2} y 5`));
    const twice = same.map((each, i) => ({ ...each, repeat: Math.floor(i / 20) }));
    const [first] = summarize(twice).chain!.over_repeats;
    expect(first?.pass.share).toBe(1);
    expect(first?.pass.interval95[0]).toBeCloseTo(0.8388748419471804, 10);
  });

  it('tells how often a wrong answer had the right one in hand', () => {
    const seen = [true, true, false].map((had, i) => ({ ...sample(`p${i} 0 n 1`), seen: had }));
    const share = (own: readonly SampleRecord[]) => summarize(own).chain!.seen_not_chosen_share;
    expect(share([...seen, sample('q 0 y 1')])).toBeCloseTo(2 / 3, 12);
    expect(share(samples)).toBeNull();
  });

  it('leaves unanswered requests out of every share', () => {
    const withErrors = [...samples, sample('a 2 e 0'), sample('b 2 e 0')];
    const { errors, ...rest } = summarize(withErrors).chain!;
    const { errors: none, ...expected } = summarize(samples).chain!;
    expect([errors, none]).toEqual([2, 0]);
    expect(rest).toEqual(expected);
  });

  it('is not certain of a perfect score', () => {
    // statsmodels: proportion_confint(20, 20, method='wilson')
    const perfect = Array.from({ length: 20 }, (_, i) => sample(`p${i} 0 y 5`));
    const { accuracy, interval95 } = summarize(perfect).chain!;
    expect(accuracy).toBe(1);
    expect(interval95?.[0]).toBeCloseTo(0.8388748419471804, 10);
    expect(interval95?.[1]).toBe(1);
  });

  it('has no figures where nothing was answered', () => {
    expect(summarize([sample('a 0 e 0')]).chain).toMatchObject({
      accuracy: null,
      interval95: null,
      mean_completion_tokens: null,
      errors: 1,
    });
  });

  it('gives the figures of a scorer over all answers, with an interval over problems', () => {
    const judged = ['a', 'b', 'c', 'd'].map((problem, index) => ({
      ...sample(`${problem} 0 y 10`),
      details: { value: index },
    }));
    // The mean of 0, 1, 2, 3, and something that most resamples do not define.
    const aggregate: Scorer['aggregate'] = (answers) => {
      const values = answers.map(({ details }) => details?.value as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, distinct: new Set(values).size === 4 ? 4 : null };
    };
    const { scores } = summarize(judged, new Map([['exact', { aggregate }]])).chain!;
    expect(scores?.mean?.value).toBe(1.5);
    // The mean of n draws has the deviation sqrt(1.25 / 4) = 0.56.
    const [low, high] = scores?.mean?.interval95 ?? [Number.NaN, Number.NaN];
    expect(Math.abs(low - (1.5 - 1.96 * 0.56))).toBeLessThan(0.2);
    expect(Math.abs(high - (1.5 + 1.96 * 0.56))).toBeLessThan(0.2);
    expect(scores?.distinct).toEqual({ value: 4, interval95: null });
    expect(summarize(judged).chain).not.toHaveProperty('scores');
  });

  it('lists benchmarks by name', () => {
    const other = { ...sample('a 0 y 1'), benchmark: 'aime-90' };
    expect(Object.keys(summarize([...samples, other]))).toEqual(['aime-90', 'chain']);
  });
});
