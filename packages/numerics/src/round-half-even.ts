/** 2^52: from here on every double is an integer. */
const integersOnly = 2 ** 52;

/**
 * Rounds to the nearest integer, exact halves to the even neighbour, as `torch.round` and IEEE 754 do.
 *
 * `Math.round` rounds halves up and must not be used for codes (formats.md §2.3). Keeps the sign of zero, NaN and infinities.
 */
export function roundHalfEven(x: number): number {
  if (!(Math.abs(x) < integersOnly)) return x;
  const rounded = x < 0 ? x - integersOnly + integersOnly : x + integersOnly - integersOnly;
  return rounded === 0 ? x * 0 : rounded;
}
