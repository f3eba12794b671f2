import type { Checkpoint } from '@thinkbits/checkpoint';
import { throwIfAborted } from '@thinkbits/spec';

/** Rows that nothing asks for between two that are read together: reading them takes less than a read of its own. */
const mostBetween = 64;
/** Rows that are read at once. */
const mostTogether = 1024;

/** Cuts indices into runs that are near each other. @param indices ascending */
function nearRuns(indices: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    const joins =
      run !== undefined &&
      index - (run.at(-1) as number) <= mostBetween &&
      index - (run[0] as number) < mostTogether;
    if (joins) run.push(index);
    else runs.push([index]);
  }
  return runs;
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
  for (const run of nearRuns(wanted)) {
    throwIfAborted(signal);
    const start = run[0] as number;
    const count = (run.at(-1) as number) - start + 1;
    const { values } = await checkpoint.readFloat(name, { start, count });
    const columns = values.length / count;
    for (const index of run)
      rows.set(index, values.slice((index - start) * columns, (index - start + 1) * columns));
  }
  return rows;
}
