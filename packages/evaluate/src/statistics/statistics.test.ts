import { createRandom } from '@thinkbits/numerics';
import { describe, expect, it } from 'vitest';
import { bootstrapRatio, type Cluster } from './cluster-bootstrap.js';
import { dropClass } from './drop-class.js';
import { equivalence } from './equivalence.js';
import { countFlips } from './flips.js';
import { holm } from './holm.js';
import { majorityAtK } from './majority-at-k.js';
import { mcnemar } from './mcnemar.js';
import { mean, median, sampleDeviation } from './mean-and-deviation.js';
import { passAtK } from './pass-at-k.js';
import { quantile } from './quantile.js';
import { wilsonInterval } from './wilson-interval.js';

const random = () => createRandom('statistics test');
const each = (value: number, count: number, denominator = 1): Cluster[] =>
  Array.from({ length: count }, () => ({ numerator: value, denominator }));

describe('mean, sampleDeviation, median, quantile', () => {
  it('agree with numpy', () => {
    expect(mean([0.52, 0.55, 0.49])).toBeCloseTo(0.52, 12);
    expect(sampleDeviation([0.52, 0.55, 0.49])).toBeCloseTo(0.030000000000000027, 14);
    expect([0, 0.1, 0.5, 0.975, 1].map((p) => quantile([1, 2, 4, 8, 16], p))).toEqual([
      1, 1.4, 4, 15.2, 16,
    ]);
    expect(median([9, 1, 4])).toBe(4);
    expect(median([9, 1, 4, 5])).toBe(4.5);
  });

  it('do not invent a deviation of one value', () => {
    expect(sampleDeviation([0.5])).toBeNull();
  });
});

describe('wilsonInterval', () => {
  // statsmodels.stats.proportion.proportion_confint(…, method='wilson')
  it.each([
    [8, 10, 0.49016247153664183, 0.9433178485456247],
    [0, 20, 0, 0.1611251580528194],
    [20, 20, 0.8388748419471804, 1],
    [137, 400, 0.29769101850421636, 0.3903053542110871],
  ])('of %i in %i', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes / trials, trials);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });
});

describe('mcnemar', () => {
  // scipy.stats.binomtest(b, b + c, 0.5).pvalue
  it.each([
    [1, 9, 0.021484375],
    [10, 25, 0.016673847800120715],
    [5, 5, 1],
    [0, 0, 1],
    [0, 6, 0.03125],
    [1200, 1300, 0.047681865221043444],
    [3000, 3200, 0.011488253770871584],
  ])('of %i against %i', (first, second, expected) => {
    expect(mcnemar(first, second)).toBeCloseTo(expected, 10);
    expect(mcnemar(second, first)).toBe(mcnemar(first, second));
  });
});

describe('passAtK', () => {
  // 1 - comb(n - c, k) / comb(n, k) with Python's integers
  it.each([
    [10, 3, 1, 0.3],
    [10, 3, 5, 0.9166666666666666],
    [64, 5, 8, 0.4990084611316764],
    [200, 1, 100, 0.5],
    [1000, 17, 250, 0.9928204525379539],
    [5, 5, 2, 1],
    [5, 0, 2, 0],
  ])('of %i answers, %i right, k = %i', (answers, right, k, expected) => {
    expect(passAtK(answers, right, k)).toBeCloseTo(expected, 12);
  });
});

describe('majorityAtK', () => {
  // the mean over all draws, gone through one by one in Python
  it.each([
    [{ right: 3, wrong: [2, 1], silent: 1 }, 3, 0.557142857142857],
    [{ right: 3, wrong: [2, 1], silent: 1 }, 7, 1],
    [{ right: 2, wrong: [2, 2], silent: 0 }, 4, 1 / 3],
    [{ right: 1, wrong: [4, 3], silent: 2 }, 5, 0.015873015873015872],
    [{ right: 6, wrong: [5, 1, 1], silent: 2 }, 9, 0.6323676323676324],
    [{ right: 2, wrong: [1, 1, 1, 1], silent: 0 }, 3, 0.4],
    [{ right: 0, wrong: [3], silent: 1 }, 2, 0],
    [{ right: 4, wrong: [], silent: 0 }, 3, 1],
  ])('of %j, k = %i', (votes, k, expected) => {
    expect(majorityAtK(votes, k)).toBeCloseTo(expected, 12);
  });

  it('of one draw is the accuracy', () => {
    expect(majorityAtK({ right: 30, wrong: [20, 10], silent: 4 }, 1)).toBeCloseTo(30 / 64, 12);
  });
});

describe('holm', () => {
  // statsmodels.stats.multitest.multipletests(…, method='holm')
  it('agrees with statsmodels and keeps the order', () => {
    const first = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => {
      expect(first[i]).toBeCloseTo(p, 12);
    });
    const second = holm([0.6, 0.2, 0.9, 0.02, 0.02]);
    [1, 0.6, 1, 0.1, 0.1].forEach((p, i) => {
      expect(second[i]).toBeCloseTo(p, 12);
    });
  });
});

describe('bootstrapRatio', () => {
  it('spreads a proportion as the binomial distribution does', () => {
    // Resamples of 30 right in 40 are Binomial(40, 0.75) / 40: scipy.stats.binom.ppf gives 24/40 and 35/40.
    const interval = bootstrapRatio([...each(1, 30), ...each(0, 10)], random()).interval(0.95);
    expect(Math.abs(interval[0] - 0.6)).toBeLessThanOrEqual(1 / 40 + 1e-9);
    expect(Math.abs(interval[1] - 0.875)).toBeLessThanOrEqual(1 / 40 + 1e-9);
  });

  it('agrees with scipy.stats.bootstrap on a paired difference', () => {
    const difference = bootstrapRatio([...each(1, 12), ...each(-1, 30), ...each(0, 158)], random());
    expect(difference.estimate).toBeCloseTo(-0.09, 12);
    expect(Math.abs(difference.interval(0.95)[0] + 0.15)).toBeLessThan(0.008);
    expect(Math.abs(difference.interval(0.95)[1] + 0.03)).toBeLessThan(0.008);
    expect(Math.abs(difference.interval(0.9)[0] + 0.14)).toBeLessThan(0.008);
    expect(Math.abs(difference.interval(0.9)[1] + 0.04)).toBeLessThan(0.008);
  });

  it('agrees with numpy on clusters of unequal size', () => {
    const correct = [3, 0, 2, 1, 3, 2, 0, 1, 1, 3, 2, 2, 0, 3, 1, 0, 2, 3, 1, 2];
    const clusters = correct.map((numerator, i) => ({
      numerator,
      denominator: i >= 10 && i < 13 ? 2 : 3,
    }));
    const result = bootstrapRatio(clusters, random(), 20_000);
    expect(result.estimate).toBeCloseTo(0.5614035087719298, 12);
    expect(Math.abs(result.interval(0.95)[0] - 0.39655172)).toBeLessThan(0.012);
    expect(Math.abs(result.interval(0.95)[1] - 0.72413793)).toBeLessThan(0.012);
  });

  it('agrees with numpy on a ratio of lengths', () => {
    const before = [120, 340, 95, 410, 260, 180, 77, 520, 300, 210];
    const after = [150, 330, 140, 480, 255, 260, 90, 500, 390, 230];
    const clusters = after.map((numerator, i) => ({ numerator, denominator: before[i] as number }));
    const result = bootstrapRatio(clusters, random(), 20_000);
    expect(result.estimate).toBeCloseTo(1.1246019108280254, 12);
    expect(Math.abs(result.interval(0.95)[0] - 1.03088792)).toBeLessThan(0.01);
    expect(Math.abs(result.interval(0.95)[1] - 1.25156446)).toBeLessThan(0.01);
  });

  it('gains no certainty from repeats that say the same', () => {
    const once = bootstrapRatio([...each(1, 30), ...each(0, 10)], random());
    const tenTimes = bootstrapRatio([...each(10, 30, 10), ...each(0, 10, 10)], random());
    expect(tenTimes.interval(0.95)).toEqual(once.interval(0.95));
  });
});

describe('equivalence', () => {
  const difference = bootstrapRatio([...each(1, 12), ...each(-1, 30), ...each(0, 158)], random());

  it('needs the whole 90 % interval inside the margin', () => {
    // the interval is about [-0.14, -0.04]
    expect(equivalence(difference, 0.2).equivalent).toBe(true);
    expect(equivalence(difference, 0.1).equivalent).toBe(false);
    expect(equivalence(difference, 0.03).equivalent).toBe(false);
  });

  it('does not take a lack of data for sameness', () => {
    const few = bootstrapRatio([...each(1, 1), ...each(-1, 1), ...each(0, 8)], random());
    expect(few.estimate).toBe(0);
    expect(equivalence(few, 0.03).equivalent).toBe(false);
  });
});

describe('dropClass', () => {
  it.each([
    [[-2, 1], 'lossless'],
    [[1.01, 3], 'fair'],
    [[3.01, 9], 'risky'],
    [[0.5, 1.5], 'undetermined'],
    [[-4, 12], 'undetermined'],
  ] as const)('of %j is %s', (interval, expected) => {
    expect(dropClass(interval)).toBe(expected);
  });
});

describe('countFlips', () => {
  it('counts both directions', () => {
    const pairs = [
      [true, true],
      [true, false],
      [true, false],
      [false, true],
      [false, false],
    ] as const;
    expect(countFlips(pairs)).toEqual({
      both_correct: 1,
      correct_to_wrong: 2,
      wrong_to_correct: 1,
      both_wrong: 1,
    });
  });
});
