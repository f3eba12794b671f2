/**
 * Rows that a product of so many is computed with, so that XLA, which compiles 30 to 90 ms for each shape, sees few: powers of two
 * up to 64, where a product waits for its weights and rows cost little, then four to an octave, less than a quarter too many.
 */
export function paddedRows(rows: number): number {
  if (rows < 1) return rows;
  const octave = 2 ** Math.ceil(Math.log2(rows));
  if (octave <= 64) return octave;
  const step = octave / 8;
  return step * Math.ceil(rows / step);
}
