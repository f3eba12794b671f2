/** Stored bytes read and written a second, and arithmetic of stages a second, on one core of 2024. */
const bytesPerSecond = 200e6;
const flopsPerSecond = 150e6;

/**
 * Guesses how long quantizing takes: bytes through the file system plus the arithmetic that stages state, on
 * one core.
 *
 * Good to a factor of a few; disks and processors differ by more than that. Progress events tell the real
 * rate.
 */
export function estimateSeconds(bytes: number, flops: number): number {
  return bytes / bytesPerSecond + flops / flopsPerSecond;
}
