import { describe, expect, test } from 'vitest';
import { createRandom, xoshiro128 } from './random.js';

const draws = (count: number, draw: () => number) => Array.from({ length: count }, draw);
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('createRandom', () => {
  test('the generator gives the words of its authors’ program', () => {
    const small = xoshiro128(Int32Array.of(1, 2, 3, 4));
    expect(draws(6, small)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
    const large = xoshiro128(Int32Array.of(0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0));
    expect(draws(4, large)).toEqual([0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70]);
  });

  test('the same seed gives the same numbers, another one others', () => {
    const [a, b, c] = [createRandom(7), createRandom(7), createRandom(8)];
    const numbers = draws(20, a.next);
    expect(draws(20, b.next)).toEqual(numbers);
    expect(draws(20, c.next)).not.toEqual(numbers);
    expect(createRandom('7').next()).not.toBe(numbers[0]);
  });

  test('numbers of a seed stay what they are, for ever', () => {
    const random = createRandom(0).fork('layer 0');
    expect([random.integer(1000), random.integer(1000), random.integer(1000)]).toEqual([
      477, 301, 735,
    ]);
  });

  test('a fork depends on its path alone', () => {
    const [fresh, used] = [createRandom(1), createRandom(1)];
    draws(11, used.normal);
    used.fork('another').next();
    expect(draws(5, used.fork('a').next)).toEqual(draws(5, fresh.fork('a').next));
  });

  test('forks of different paths differ, also where the joined names are equal', () => {
    const root = createRandom(1);
    const first = [
      root,
      root.fork('a'),
      root.fork('b'),
      root.fork('a').fork('b'),
      root.fork('b').fork('a'),
      root.fork('a,b'),
      root.fork('a","b'),
      root.fork(''),
    ].map((random) => random.next());
    expect(new Set(first).size).toBe(first.length);
  });

  test('drawing from a fork leaves its parent alone', () => {
    const [a, b] = [createRandom(3), createRandom(3)];
    draws(3, a.fork('x').next);
    expect(a.next()).toBe(b.next());
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const count = 40_000;
    const counts = new Array<number>(20).fill(0);
    for (const value of draws(count, createRandom('uniform').next))
      counts[Math.floor(value * 20)]! += 1;
    const expected = count / 20;
    const chiSquare = counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
  });

  test('neighbouring numbers, and neighbouring forks, are not correlated', () => {
    const count = 20_000;
    const root = createRandom('pairs');
    const limit = 4 / Math.sqrt(count); // four standard errors
    const own = draws(count + 1, root.fork('own').next).map(
      (value) => (value - 0.5) * Math.sqrt(12),
    );
    expect(Math.abs(mean(own.slice(1).map((value, i) => value * own[i]!)))).toBeLessThan(limit);
    const forks = draws(
      count + 1,
      (() => {
        let i = 0;
        return () => (root.fork(`layer ${i++}`).next() - 0.5) * Math.sqrt(12);
      })(),
    );
    expect(Math.abs(mean(forks))).toBeLessThan(limit);
    expect(Math.abs(mean(forks.slice(1).map((value, i) => value * forks[i]!)))).toBeLessThan(limit);
  });

  test('normal numbers have the moments and the tails of the normal distribution', () => {
    const count = 100_000;
    const values = draws(count, createRandom('normal').normal);
    const moment = (power: number) => mean(values.map((value) => value ** power));
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
    const share = (bound: number) =>
      values.filter((value) => Math.abs(value) > bound).length / count;
    for (const [bound, expected] of [
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0027],
    ] as const) {
      expect(Math.abs(share(bound) - expected)).toBeLessThan(4 * Math.sqrt(expected / count));
    }
  });

  test('whole numbers are drawn evenly below their bound', () => {
    const random = createRandom('integers');
    const counts = new Array<number>(7).fill(0);
    for (const value of draws(35_000, () => random.integer(7))) counts[value]! += 1;
    const chiSquare = counts.reduce((sum, seen) => sum + (seen - 5000) ** 2 / 5000, 0);
    expect(chiSquare).toBeLessThan(22.5); // 6 degrees of freedom, p = 0.001
    expect(random.integer(1)).toBe(0);
  });

  test('a bound that does not divide 2^32 favours no half', () => {
    // without rejection, results below 2^30 would be drawn twice as often as the others
    const random = createRandom('large bound');
    const bound = 3 * 2 ** 30;
    const low = draws(20_000, () => random.integer(bound)).filter(
      (value) => value < 2 ** 30,
    ).length;
    expect(Math.abs(low / 20_000 - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 20_000));
  });

  test('refuses what is no seed and no bound', () => {
    expect(() => createRandom(Number.NaN)).toThrow(
      expect.objectContaining({ code: 'random/seed' }),
    );
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1]) {
      expect(() => createRandom(0).integer(bound)).toThrow(
        expect.objectContaining({ code: 'random/bound' }),
      );
    }
  });
});
