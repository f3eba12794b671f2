import type { Checkpoint } from '@thinkbits/checkpoint';
import { throwIfAborted } from '@thinkbits/spec';

/** Rows that nothing asks for between two that are read together: reading them takes less than a read of its own. */
const mostBetween = 64;
/** Rows that are read at once. */
const mostTogether = 1024;

/** First and last of each run of indices that are near each other. @param indices ascending */
function* nearRuns(indices: readonly number[]): Generator<[first: number, last: number]> {
  let run: [number, number] | undefined;
  for (const index of indices) {
    if (run && index - run[1] <= mostBetween && index - run[0] < mostTogether) {
      run[1] = index;
      continue;
    }
    if (run) yield run;
    run = [index, index];
  }
  if (run) yield run;
}

/**
 * Some rows of a matrix by their index, in few reads; what lies between rows that are near each other is read and dropped.
 * @param name of a tensor `[rows, columns]`
 * @returns `[columns]` each
 * @throws ThinkbitsError `run/aborted`, and what reading throws
 */
export async function readRows(
  checkpoint: Checkpoint,
  name: string,
  indices: Iterable<number>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, Float32Array>> {
  const wanted = [...new Set(indices)].sort((a, b) => a - b);
  const rows = new Map<number, Float32Array>();
  let at = 0;
  for (const [first, last] of nearRuns(wanted)) {
    throwIfAborted(signal);
    const count = last - first + 1;
    const { values } = await checkpoint.readFloat(name, { start: first, count });
    const columns = values.length / count;
    for (; at < wanted.length && (wanted[at] as number) <= last; at++) {
      const start = ((wanted[at] as number) - first) * columns;
      rows.set(wanted[at] as number, values.slice(start, start + columns));
    }
  }
  return rows;
}
