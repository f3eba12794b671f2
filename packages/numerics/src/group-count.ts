import { ThinkbitsError } from '@thinkbits/spec';

/** How many neighbours share a scale, or all of a row, of a tensor or of a head. */
export type GroupSize = number | 'channel' | 'tensor' | 'head';

/** Columns of a row that share a scale: the whole row where no number is given. */
export function groupSize(columns: number, group: GroupSize): number {
  return typeof group === 'number' ? group : columns;
}

/** Groups of a row of `columns`; a shorter last group counts. */
export function groupCount(columns: number, group: GroupSize): number {
  return Math.ceil(columns / groupSize(columns, group));
}

/**
 * The group size of a row, checked.
 * @throws ThinkbitsError `group/size` when it is not a positive integer, `group/larger-than-row` when no row can fill it
 */
export function checkedGroupSize(columns: number, group: GroupSize): number {
  const size = groupSize(columns, group);
  if (!Number.isInteger(size) || size < 1) {
    throw new ThinkbitsError({
      code: 'group/size',
      category: 'usage',
      message: `${size} is not a group size.`,
      help: 'Give a positive whole number of columns, or no group at all.',
      details: { group: size },
    });
  }
  if (size > columns) {
    throw new ThinkbitsError({
      code: 'group/larger-than-row',
      category: 'usage',
      message: `A group of ${size} columns is larger than a row of ${columns}.`,
      help: `Give a group of at most ${columns} columns, or one scale for the whole row.`,
      details: { group: size, columns },
    });
  }
  return size;
}
