/**
 * The two orders whose product is n of a Kronecker-factored map, the smaller first: those closest to each other of one
 * parity, n = a² - b² = (a - b)(a + b) (FlatQuant, arXiv 2410.09426, §3.1; methods.md §1.8). Where no pair has one
 * parity, n being twice an odd number, the closest of all.
 * @param n a positive integer
 */
export function kroneckerFactors(n: number): readonly [left: number, right: number] {
  let closest = 1;
  for (let left = Math.floor(Math.sqrt(n)); left >= 1; left--) {
    if (n % left !== 0) continue;
    if ((left + n / left) % 2 === 0) return [left, n / left];
    closest = Math.max(closest, left);
  }
  return [closest, n / closest];
}
