/** 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * The 95 % score interval of a share (Wilson, JASA 22, 209, 1927).
 * @param share observed, in [0, 1], of `count` independent trials
 */
export function wilsonInterval(share: number, count: number): readonly [number, number] {
  const denominator = 1 + (z * z) / count;
  const center = (share + (z * z) / (2 * count)) / denominator;
  const half =
    (z / denominator) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}
