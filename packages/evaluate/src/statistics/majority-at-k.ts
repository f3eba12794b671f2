/** The answers to one problem, by what they say. */
export interface Votes {
  /** Answers that are right: they are equal to each other. */
  readonly right: number;
  /** Sizes of the classes of equal wrong answers. */
  readonly wrong: readonly number[];
  /** Answers in which nothing could be read: they vote for nothing. */
  readonly silent: number;
}

/**
 * Chance that the answer given most often by `k` of a problem's answers, drawn without replacement, is right; classes that
 * tie for the most share the win. Exact: counts the draws in which the right answer has v votes and no other more
 * (self-consistency: Wang et al. 2023, arXiv 2203.11171).
 * @param k from 1 to the number of answers
 */
export function majorityAtK({ right, wrong, silent }: Votes, k: number): number {
  const answers = right + silent + wrong.reduce((sum, size) => sum + size, 0);
  let wins = 0;
  for (let votes = 1; votes <= Math.min(right, k); votes++) {
    const share = choose(right, votes) / choose(answers, k);
    for (const [ties, ways] of waysOfRest(wrong, silent, votes, k - votes).entries()) {
      wins += (share * ways) / (ties + 1);
    }
  }
  return wins;
}

/** In how many ways the other `rest` votes can be drawn so that no class has more than `most`, by classes with just as many. */
function waysOfRest(
  wrong: readonly number[],
  silent: number,
  most: number,
  rest: number,
): readonly number[] {
  const empty = () => Array.from({ length: wrong.length + 1 }, () => new Float64Array(rest + 1));
  let ways = empty(); // [classes with just as many][votes drawn so far]
  for (let drawn = 0; drawn <= Math.min(silent, rest); drawn++) {
    (ways[0] as Float64Array)[drawn] = choose(silent, drawn);
  }
  for (const size of wrong) {
    const next = empty();
    for (const [ties, byDrawn] of ways.entries()) {
      for (const [drawn, count] of byDrawn.entries()) {
        if (count === 0) continue;
        for (let votes = 0; votes <= Math.min(size, most, rest - drawn); votes++) {
          const row = next[votes === most ? ties + 1 : ties] as Float64Array;
          row[drawn + votes] = (row[drawn + votes] as number) + count * choose(size, votes);
        }
      }
    }
    ways = next;
  }
  return ways.map((byDrawn) => byDrawn[rest] as number);
}

/** C(n, k) as a double: exact to rounding for the hundreds of answers that a problem may have. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
