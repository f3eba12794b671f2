/**
 * tr(D H Dᵀ) in float64, D = W - Ŵ.
 * @param weight `[out, in]`, as the others
 * @param square H before damping, `[in, in]`
 */
export function gptqLoss(
  weight: ArrayLike<number>,
  rounded: ArrayLike<number>,
  square: Float32Array,
): number {
  const columns = Math.sqrt(square.length);
  let loss = 0;
  for (let start = 0; start < rounded.length; start += columns) {
    const difference = Float64Array.from(
      { length: columns },
      (_, i) => (weight[start + i] as number) - (rounded[start + i] as number),
    );
    for (let i = 0; i < columns; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        sum += (square[i * columns + j] as number) * (difference[j] as number);
      }
      loss += sum * (difference[i] as number);
    }
  }
  return loss;
}
