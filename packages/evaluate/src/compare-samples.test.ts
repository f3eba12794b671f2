import type { Scorer } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { compareSamples, type SampleRecord } from './index.js';

/** `count` samples of one repeat, the first `right` of them correct. */
function run(
  count: number,
  right: (i: number) => boolean,
  changes: Partial<SampleRecord> = {},
): SampleRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    benchmark: 'chain',
    problem: `p${i}`,
    repeat: 0,
    completion_tokens: 100,
    finish_reason: 'stop',
    correct: right(i),
    extracted: '1',
    scorer: 'exact',
    groups: {},
    ...changes,
  }));
}

describe('compareSamples', () => {
  // 200 problems: both right 130, only A 30, only B 12, both wrong 28
  const a = run(200, (i) => i < 160);
  const b = run(200, (i) => i < 130 || (i >= 160 && i < 172), { completion_tokens: 150 });
  const comparison = compareSamples('chain', a, b, 0.01);

  it('gives difference, drop and flips', () => {
    expect(comparison).toMatchObject({
      pairs: 200,
      problems: 200,
      repeats: 1,
      unpaired: { a: 0, b: 0 },
      accuracy: { a: 0.8, b: 0.71 },
      flips: { both_correct: 130, correct_to_wrong: 30, wrong_to_correct: 12, both_wrong: 28 },
    });
    expect(comparison.difference).toBeCloseTo(-0.09, 12);
    expect(comparison.drop).toBeCloseTo(9, 10);
  });

  it('gives the interval that scipy.stats.bootstrap gives', () => {
    // 200 000 resamples: 95 % [-0.15, -0.03]
    expect(Math.abs(comparison.interval95[0] + 0.15)).toBeLessThan(0.008);
    expect(Math.abs(comparison.interval95[1] + 0.03)).toBeLessThan(0.008);
    expect(comparison.drop_interval95[0]).toBeCloseTo(-100 * comparison.interval95[1], 10);
    expect(comparison.equivalence.equivalent).toBe(false);
  });

  it('names the class of a drop only where the interval leaves one', () => {
    const class_ = (count: number, lost: number) =>
      compareSamples(
        'chain',
        run(count, () => true),
        run(count, (i) => i >= lost),
        0.01,
      ).drop_class;
    expect(class_(200, 40)).toBe('risky'); // 20 points, about ± 5.5
    expect(class_(1500, 30)).toBe('fair'); // 2 points, about ± 0.7
    expect(class_(1500, 3)).toBe('lossless'); // 0.2 points, about ± 0.2
    expect(class_(50, 1)).toBe('undetermined'); // 2 points, 0 to 6
  });

  it('gives the exact McNemar test', () => {
    // scipy.stats.binomtest(12, 42, 0.5).pvalue
    expect(comparison.mcnemar).toMatchObject({ a_better: 30, b_better: 12 });
    expect(comparison.mcnemar.p).toBeCloseTo(0.007915897334896727, 10);
  });

  it('gives the growth of answers', () => {
    expect(comparison.completion_tokens).toEqual({
      a: 100,
      b: 150,
      ratio: 1.5,
      ratio_interval95: [1.5, 1.5],
    });
  });

  it('is antisymmetric', () => {
    const back = compareSamples('chain', b, a, 0.01);
    expect(back.difference).toBeCloseTo(0.09, 12);
    expect(back.mcnemar.p).toBe(comparison.mcnemar.p);
    expect(back.interval95[0]).toBeCloseTo(-comparison.interval95[1], 12);
  });

  it('finds a run equal to itself, once there is enough of it to say so', () => {
    expect(compareSamples('chain', a, a, 0.01)).toMatchObject({
      difference: 0,
      drop_class: 'lossless',
      mcnemar: { p: 1 },
      equivalence: { equivalent: true },
    });
  });

  it('does not depend on the order of lines', () => {
    expect(compareSamples('chain', [...a].reverse(), b, 0.01)).toEqual(comparison);
  });

  it('pairs what both answered and counts the rest', () => {
    const failed = { ...b[0]!, finish_reason: 'error' as const, correct: false };
    const part = compareSamples('chain', a.slice(0, 100), [failed, ...b.slice(1, 120)], 0.01);
    expect(part).toMatchObject({ pairs: 99, unpaired: { a: 1, b: 21 } });
  });

  it('takes repeats of a problem for one observation', () => {
    const again = (samples: SampleRecord[]) =>
      [0, 1, 2].flatMap((repeat) => samples.map((s) => ({ ...s, repeat })));
    const thrice = compareSamples('chain', again(a), again(b), 0.01);
    expect(thrice).toMatchObject({ pairs: 600, problems: 200, repeats: 3 });
    expect(thrice.mcnemar.p).toBe(comparison.mcnemar.p);
    expect(thrice.interval95).toEqual(comparison.interval95);
  });

  it('refuses runs without a common sample', () => {
    const others = b.map((sample) => ({ ...sample, problem: `other ${sample.problem}` }));
    expect(() => compareSamples('chain', a, others, 0.01)).toThrow(
      expect.objectContaining({ code: 'compare/no-pairs' }),
    );
  });

  it('compares what scorers sum up, paired by problem', () => {
    // A is right on 160 of 200 problems, B on 142: the mean of `value` is that share, B's shifted by 1.
    const valued = (samples: readonly SampleRecord[], shift: number): SampleRecord[] =>
      samples.map((own) => ({ ...own, details: { value: Number(own.correct) + shift } }));
    const aggregate: Scorer['aggregate'] = (answers) => ({
      mean:
        answers.reduce((sum, { details }) => sum + (details?.value as number), 0) / answers.length,
      none: null,
    });
    const scorers = new Map([['exact', { aggregate }]]);
    const { scores, difference, interval95 } = compareSamples(
      'chain',
      valued(a, 0),
      valued(b, 1),
      0.01,
      scorers,
    );
    expect(scores?.mean).toMatchObject({
      a: expect.closeTo(0.8, 12),
      b: expect.closeTo(1.71, 12),
      difference: expect.closeTo(0.91, 12),
    });
    // The same pairs give the same spread as that of accuracy, around another middle.
    const [low, high] = scores?.mean?.interval95 ?? [Number.NaN, Number.NaN];
    expect(low).toBeCloseTo(1 + interval95[0], 1);
    expect(high).toBeCloseTo(1 + interval95[1], 1);
    expect(difference).toBeCloseTo(-0.09, 12);
    expect(scores?.none).toEqual({ a: null, b: null, difference: null, interval95: null });
    expect(comparison).not.toHaveProperty('scores');
  });
});
