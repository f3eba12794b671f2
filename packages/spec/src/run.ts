import type { Progress } from './progress.js';

/**
 * A long call under way: await it for the result, or iterate it for its progress (then await it).
 *
 * Work starts at once, whether or not anybody iterates. Failure rejects `result` and ends the iteration with the same error.
 */
export interface Run<Result> extends AsyncIterable<Progress>, PromiseLike<Result> {
  readonly result: Promise<Result>;
}

/** Starts `work` and hands it the function that emits progress. */
export function startRun<Result>(
  work: (emit: (event: Progress) => void) => Promise<Result>,
): Run<Result> {
  const events: Progress[] = [];
  let wake: (() => void) | undefined;
  let settled = false;
  const signal = () => {
    wake?.();
    wake = undefined;
  };
  const result = work((event) => {
    events.push(event);
    signal();
  }).finally(() => {
    settled = true;
    signal();
  });
  // Whoever only iterates sees the failure there; an unobserved rejection must not end the process.
  result.catch(() => {});
  return {
    result,
    // biome-ignore lint/suspicious/noThenProperty: a Run is awaited by design
    then: (resolve, reject) => result.then(resolve, reject),
    async *[Symbol.asyncIterator]() {
      let next = 0;
      for (;;) {
        while (next < events.length) yield events[next++] as Progress;
        if (settled) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await result;
    },
  };
}
