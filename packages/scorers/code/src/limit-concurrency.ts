/** Lets `width` pieces of work run at a time, in the order in which they were asked for. */
export function limitConcurrency(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= width) await new Promise<void>((resume) => waiting.push(resume));
    else running++;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes later takes it.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
