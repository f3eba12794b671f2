/** Numbers of a result or of what is expected. */
export type Numbers = ArrayLike<number>;

/** How far a result may be from what is expected. */
export type Closeness =
  | { readonly how: 'exact' }
  /** |a - b| ≤ limit */
  | { readonly how: 'absolute'; readonly limit: number }
  /** |a - b| ≤ limit · |b| */
  | { readonly how: 'relative'; readonly limit: number };

/** What a comparison found: undefined when all numbers are close enough. */
export function findDifference(
  actual: Numbers,
  expected: Numbers,
  closeness: Closeness,
): string | undefined {
  if (actual.length !== expected.length) {
    return `${actual.length} numbers instead of ${expected.length}`;
  }
  let wrong = 0;
  let worst = -1;
  let at = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] as number;
    const b = expected[i] as number;
    const distance = Math.abs(a - b);
    const allowed =
      closeness.how === 'exact'
        ? 0
        : closeness.limit * (closeness.how === 'relative' ? Math.abs(b) : 1);
    if (distance <= allowed) continue; // NaN is never close
    wrong++;
    const excess = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    if (excess > worst) [worst, at] = [excess, i];
  }
  if (wrong === 0) return undefined;
  const limit = closeness.how === 'exact' ? 'exact' : `${closeness.how} ${closeness.limit}`;
  return `${wrong} of ${actual.length} differ (${limit}), most at ${at}: ${actual[at]} instead of ${expected[at]}`;
}
