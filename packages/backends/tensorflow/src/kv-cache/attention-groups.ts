import type { Segment } from '@thinkbits/ops';

/** Consecutive tokens of a step that attend in one product: as many of each of some rows. */
export interface AttentionGroup {
  /** The first of them among the step's tokens. */
  readonly first: number;
  /** Tokens of each row. */
  readonly count: number;
  readonly rows: readonly Segment[];
  /** Tokens that the longest row holds after its own here. */
  readonly length: number;
}

/** What attention computes with. */
export interface AttentionWidths {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * Cuts a step into groups whose keys, values and scores, expanded to floats, have at most `limit` elements each, or one token
 * of one row. A long segment becomes several: its tokens are all stored before any attends, and each sees what is before it.
 */
export function attentionGroups(
  segments: readonly Segment[],
  { heads, kvHeads, headDim }: AttentionWidths,
  limit: number,
): AttentionGroup[] {
  const groups: AttentionGroup[] = [];
  let first = 0;
  const add = (piece: Segment): void => {
    const { count } = piece;
    const end = piece.start + count;
    const group = groups.at(-1);
    const length = Math.max(end, group?.length ?? 0);
    const rows = [...(group?.rows ?? []), piece];
    const elements = rows.length * length * Math.max(heads * count, kvHeads * headDim);
    if (group?.count === count && elements <= limit)
      groups[groups.length - 1] = { ...group, rows, length };
    else groups.push({ first, count, rows: [piece], length: end });
    first += count;
  };
  for (const { slot, start, count } of segments) {
    const most = Math.max(1, Math.floor(limit / (heads * (start + count))));
    for (let done = 0; done < count; done += most)
      add({ slot, start: start + done, count: Math.min(most, count - done) });
  }
  return groups;
}
