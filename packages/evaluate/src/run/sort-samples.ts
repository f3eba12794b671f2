import type { SampleLocator } from './locate-samples.js';
import type { SampleLog, StoredSample } from './sample-log.js';

/** The samples in the order in which a finished file has them: by benchmark, problem, repeat. */
export function sortedSamples(log: SampleLog, locate: SampleLocator): StoredSample[] {
  const entries = [...log.samples.values()].map((sample) => ({
    sample,
    order: [locate(sample).benchmark, sample.problem, sample.repeat, sample.seed] as const,
  }));
  entries.sort((a, b) => {
    const differing = a.order.findIndex((part, index) => part !== b.order[index]);
    if (differing < 0) return 0;
    return (a.order[differing] as string | number) < (b.order[differing] as string | number)
      ? -1
      : 1;
  });
  return entries.map(({ sample }) => sample);
}

/**
 * Rewrites `samples.jsonl` at once, sorted, superseded lines left out; does nothing where that is
 * how it already lies. Only what the log has in memory may be used afterwards.
 */
export async function sortSampleFile(log: SampleLog, locate: SampleLocator): Promise<void> {
  const sorted = sortedSamples(log, locate);
  let end = 0;
  const inPlace = sorted.every(({ offset, bytes }) => {
    const follows = offset === end;
    end = offset + bytes + 1;
    return follows;
  });
  if (inPlace && end === log.size) return;
  await log.replace(linesOf(log, sorted));
}

async function* linesOf(
  log: SampleLog,
  samples: readonly StoredSample[],
): AsyncGenerator<Uint8Array> {
  for (const sample of samples) yield await log.bytes(sample);
}
