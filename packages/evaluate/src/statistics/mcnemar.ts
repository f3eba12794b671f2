/**
 * Two-sided p-value of the exact McNemar test (McNemar 1947; exact binomial form, for example
 * Agresti, Categorical Data Analysis, §11.1): of the discordant pairs, each side wins with
 * probability 1/2 if there is no difference.
 *
 * @param first pairs that only the first side got right
 * @param second pairs that only the second side got right
 * @returns 1 where no pair is discordant
 */
export function mcnemar(first: number, second: number): number {
  const trials = first + second;
  const fewer = Math.min(first, second);
  // C(n, k) / 2^n in logarithms: neither factor fits a double for thousands of pairs.
  let logTerm = -trials * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log(trials - k + 1) - Math.log(k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
