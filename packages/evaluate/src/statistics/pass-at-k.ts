/**
 * Chance that at least one of `k` answers is right, from `answers` of which `right` were:
 * 1 - C(n - c, k) / C(n, k), unbiased (Chen et al. 2021, arXiv 2107.03374, equation 1).
 * @param k from 1 to `answers`
 */
export function passAtK(answers: number, right: number, k: number): number {
  let allWrong = 1;
  // C(n - c, k) / C(n, k) as a product: the binomials themselves overflow.
  for (let i = 0; i < k; i++) allWrong *= Math.max(0, answers - right - i) / (answers - i);
  return 1 - allWrong;
}
