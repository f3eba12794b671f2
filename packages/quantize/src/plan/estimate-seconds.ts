/** Stored bytes read and written a second, on one core of 2024. */
const bytesPerSecond = 200e6;
/** Arithmetic in plain loops a second, and in products of large matrices (WebAssembly), on one core of 2024. */
const flopsPerSecond = 150e6;
const productFlopsPerSecond = 8e9;

/**
 * Guesses how long quantizing takes: bytes through the file system plus the arithmetic that stages state, on
 * one core.
 *
 * Good to a factor of a few; disks and processors differ by more than that. Progress events tell the real
 * rate.
 * @param flops of everything
 * @param productFlops the part of them that is products of large matrices
 */
export function estimateSeconds(bytes: number, flops: number, productFlops = 0): number {
  return (
    bytes / bytesPerSecond +
    (flops - productFlops) / flopsPerSecond +
    productFlops / productFlopsPerSecond
  );
}
