/** Whether no value is NaN or infinite: in plain sums, since a callback for each of millions of values takes seconds. */
export function allFinite(values: Float32Array): boolean {
  const fours = values.length - (values.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0]; // of x · 0, NaN once a value is not finite
  let i = 0;
  for (; i < fours; i += 4) {
    s0 += (values[i] as number) * 0;
    s1 += (values[i + 1] as number) * 0;
    s2 += (values[i + 2] as number) * 0;
    s3 += (values[i + 3] as number) * 0;
  }
  for (; i < values.length; i++) s0 += (values[i] as number) * 0;
  return s0 + s1 + (s2 + s3) === 0;
}
