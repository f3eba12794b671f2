/**
 * Cuts columns into blocks of at most `blockSize`. No group starts within a block and reaches beyond it, so
 * that a group's columns have all corrections when it starts.
 * @param group consecutive columns whose scale is found when the first of them is rounded; 0 where none is
 */
export function columnBlocks(
  columns: number,
  blockSize: number,
  group: number,
): [start: number, end: number][] {
  const blocks: [number, number][] = [];
  for (let start = 0; start < columns; ) {
    let end = Math.min(start + blockSize, columns);
    if (group > 0 && end < columns) {
      const lastGroup = Math.floor(end / group) * group; // the group that column `end` is in
      if (lastGroup > start) end = lastGroup;
    }
    blocks.push([start, end]);
    start = end;
  }
  return blocks;
}
