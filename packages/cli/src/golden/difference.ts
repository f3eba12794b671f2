/** Numbers of a result or of what is expected. */
export type Numbers = ArrayLike<number>;

/** How far a result may be from what is expected. */
export type Closeness =
  | { readonly how: 'exact' }
  /** As `Object.is` has it: NaN equals NaN, 0 and -0 differ. */
  | { readonly how: 'identical' }
  /** |a - b| ≤ limit */
  | { readonly how: 'absolute'; readonly limit: number }
  /** |a - b| ≤ limit · |b|, each entry by its own limit where there are several */
  | { readonly how: 'relative'; readonly limit: number | readonly number[] }
  /** ‖a - b‖ ≤ limit · ‖b‖ */
  | { readonly how: 'frobenius'; readonly limit: number }
  /** Integers: a = b for at least this share of the entries, and the others are one apart */
  | { readonly how: 'ties'; readonly share: number }
  /** |a - b| ≤ limit · max|b|, or limit · |b| `of` each, for at least this share of the entries, in [0, 1] */
  | { readonly how: 'most'; readonly share: number; readonly limit: number; readonly of?: 'each' }
  /** A square matrix of ±1 whose rows are orthogonal, and of the expected size; any will do. */
  | { readonly how: 'hadamard' };

/** ‖a - b‖ / ‖b‖, in float64. */
function frobenius(actual: Numbers, expected: Numbers): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    const b = expected[i] as number;
    difference += ((actual[i] as number) - b) ** 2;
    norm += b ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

const limitAt = (limit: number | readonly number[], at: number): number =>
  typeof limit === 'number' ? limit : (limit[at] ?? 0);

/** How far an entry may be from `b`. */
function allowance(closeness: Closeness, expected: Numbers): (b: number, at: number) => number {
  switch (closeness.how) {
    case 'exact':
    case 'identical':
    case 'hadamard':
    case 'ties':
    case 'frobenius':
      return () => 0;
    case 'absolute':
      return () => closeness.limit;
    case 'relative':
      return (b, at) => limitAt(closeness.limit, at) * Math.abs(b);
    case 'most': {
      if (closeness.of === 'each') return (b) => closeness.limit * Math.abs(b);
      let largest = 0;
      for (let i = 0; i < expected.length; i++)
        largest = Math.max(largest, Math.abs(expected[i] as number));
      return () => closeness.limit * largest;
    }
  }
}

/** Says why numbers are no Hadamard matrix; undefined when they are one. */
function flawOfHadamard(matrix: Numbers): string | undefined {
  const order = Math.sqrt(matrix.length);
  for (let a = 0; a < order; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < order; i++) {
        const [x, y] = [matrix[a * order + i] as number, matrix[b * order + i] as number];
        if (Math.abs(x) !== 1) return `the entry ${x} in row ${a} is not ±1`;
        product += x * y;
      }
      if (product !== (a === b ? order : 0))
        return `rows ${a} and ${b} have the product ${product}`;
    }
  }
  return undefined;
}

function describe(closeness: Closeness): string {
  if (closeness.how === 'ties') return `${100 * closeness.share} % equal, others by one`;
  if (!('limit' in closeness)) return closeness.how;
  if (closeness.how === 'most')
    return `${100 * closeness.share} % within ${closeness.limit} of ${closeness.of ?? 'the largest'}`;
  return `${closeness.how} ${closeness.limit}`;
}

/** What a comparison found: undefined when all numbers are close enough. */
export function findDifference(
  actual: Numbers,
  expected: Numbers,
  closeness: Closeness,
): string | undefined {
  if (actual.length !== expected.length) {
    return `${actual.length} numbers instead of ${expected.length}`;
  }
  if (closeness.how === 'hadamard') return flawOfHadamard(actual);
  if (closeness.how === 'frobenius') {
    const distance = frobenius(actual, expected);
    if (distance <= closeness.limit) return undefined; // NaN is never close
    return `the relative Frobenius distance is ${distance}, above ${closeness.limit}`;
  }
  const allowed = allowance(closeness, expected);
  let wrong = 0;
  let worst = -1;
  let at = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] as number;
    const b = expected[i] as number;
    const distance = Math.abs(a - b);
    if (closeness.how === 'identical' ? Object.is(a, b) : distance <= allowed(b, i)) continue; // NaN is never close
    wrong++;
    const excess = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    if (excess > worst) [worst, at] = [excess, i];
  }
  // 1 - 0.999 is a little below 0.001
  const few = (share: number): number => Math.floor((1 - share) * actual.length + 1e-6);
  let tolerated = 0;
  if (closeness.how === 'most') tolerated = few(closeness.share);
  if (closeness.how === 'ties' && worst <= 1) tolerated = Math.max(1, few(closeness.share));
  if (wrong <= tolerated) return undefined;
  return `${wrong} of ${actual.length} differ (${describe(closeness)}), most at ${at}: ${actual[at]} instead of ${expected[at]}`;
}
