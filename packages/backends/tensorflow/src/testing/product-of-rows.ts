/** Every row of a `[m, columns]` times every row of b `[n, columns]`: `[m, n]`, in float64. */
export function productOfRows(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  columns: number,
): number[] {
  const [m, n] = [a.length / columns, b.length / columns];
  return Array.from({ length: m * n }, (_, i) => {
    const [row, other] = [Math.floor(i / n) * columns, (i % n) * columns];
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (a[row + c] as number) * (b[other + c] as number);
    return sum;
  });
}
