/** Elements of a block of rows that are expanded at a time: 64 MiB in float32. */
const blockElements = 2 ** 24;

/** Consecutive rows, as many as are expanded at a time: the first of each block, and their count. */
export function rowBlocks(rows: number, columns: number): { first: number; count: number }[] {
  const step = Math.max(1, Math.floor(blockElements / Math.max(1, columns)));
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    first: i * step,
    count: Math.min(step, rows - i * step),
  }));
}
