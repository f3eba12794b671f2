/**
 * The `probability` quantile of ascending values, linear between the two nearest order statistics
 * (Hyndman and Fan 1996, definition 7: the default of R and NumPy).
 *
 * @param probability in [0, 1]
 */
export function quantile(ascending: Float64Array | readonly number[], probability: number): number {
  const position = (ascending.length - 1) * probability;
  const below = Math.floor(position);
  const low = ascending[below] ?? Number.NaN;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}
