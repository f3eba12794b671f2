import { ThinkbitsError } from '@thinkbits/spec';
import { readRun } from './read-run.js';
import { openSamples } from './run/open-samples.js';
import { runPaths } from './run/paths.js';
import { planSamples, readRunDirectory } from './run/read-run-directory.js';
import { readSampleLines, type StoredLine } from './run/read-sample-lines.js';
import type { SampleLine } from './run/sample-line.js';
import type { SampleRecord } from './sample-record.js';

/** Which samples of a run are wanted; all where it says nothing. */
export interface SampleFilter {
  readonly correct?: boolean;
  /** Cut off by the token limit. */
  readonly truncated?: boolean;
  /** The scorer could read no answer. */
  readonly unread?: boolean;
  readonly benchmark?: string;
  /** Id of a problem. */
  readonly problem?: string;
  readonly repeat?: number;
  /** Directory of another run on the same problems: its verdicts stand beside. */
  readonly against?: string;
  /** Only those whose verdict differs from the other run's. */
  readonly flipped?: boolean;
}

/** A sample that was asked for. */
export interface SelectedSample {
  readonly benchmark: string;
  readonly sample: SampleLine;
  /** The same problem and repeat in the other run; absent where it has none. */
  readonly other?: Pick<SampleRecord, 'correct' | 'extracted' | 'completion_tokens'>;
  /** The benchmark does not allow its questions and answers to be published. */
  readonly confidential: boolean;
}

/** Where a sample's line lies in the file. */
type Place = Pick<StoredLine, 'offset' | 'bytes'>;

/**
 * The samples of a run with their texts, one by one in the order of the file; in bounded memory, and also while the run
 * goes on.
 * @throws ThinkbitsError `samples/flipped-alone`, `samples/unknown-benchmark`, `samples/unknown-problem`; what `readRun` throws
 */
export async function* selectSamples(
  directory: string,
  filter: SampleFilter = {},
): AsyncGenerator<SelectedSample> {
  const stored = await readRunDirectory(directory);
  const planned = new Map(planSamples(stored).map((sample) => [sample.key, sample]));
  checkFilter(directory, filter, [...planned.values()]);
  const others = await recordsOf(filter.against);
  const confidential = new Map(
    stored.run.benchmarks.map((benchmark) => [benchmark.id, benchmark.confidential ?? false]),
  );
  const file = await openSamples(directory);
  if (!file) return;
  try {
    const wanted = new Map<string, Omit<SelectedSample, 'sample'> & Place>();
    for await (const { line, offset, bytes } of readSampleLines(
      file,
      runPaths(directory).samples,
    )) {
      // Of two lines with one key the later counts.
      wanted.delete(line.key);
      const benchmark = planned.get(line.key)?.benchmark;
      if (benchmark === undefined) continue;
      const other = others.get(nameOf({ benchmark, ...line }));
      if (!isWanted(line, benchmark, other, filter)) continue;
      const beside = { benchmark, confidential: confidential.get(benchmark) ?? false };
      wanted.set(line.key, { offset, bytes, ...beside, ...(other && { other }) });
    }
    for (const { offset, bytes, ...beside } of wanted.values()) {
      const line = Buffer.alloc(bytes);
      await file.read(line, 0, bytes, offset);
      yield { ...beside, sample: JSON.parse(line.toString('utf8')) };
    }
  } finally {
    await file.close();
  }
}

function isWanted(
  line: SampleLine,
  benchmark: string,
  other: SampleRecord | undefined,
  filter: SampleFilter,
): boolean {
  const agrees = (wanted: unknown, found: unknown) => wanted === undefined || wanted === found;
  return (
    agrees(filter.correct, line.correct) &&
    agrees(filter.truncated, line.finish_reason === 'length') &&
    agrees(filter.unread, line.extracted === null) &&
    agrees(filter.benchmark, benchmark) &&
    agrees(filter.problem, line.problem) &&
    agrees(filter.repeat, line.repeat) &&
    agrees(filter.flipped, other !== undefined && other.correct !== line.correct)
  );
}

const nameOf = ({
  benchmark,
  problem,
  repeat,
}: Pick<SampleRecord, 'benchmark' | 'problem' | 'repeat'>) =>
  JSON.stringify([benchmark, problem, repeat]);

async function recordsOf(directory: string | undefined): Promise<Map<string, SampleRecord>> {
  if (directory === undefined) return new Map();
  const { samples } = await readRun(directory);
  return new Map(samples.map((sample) => [nameOf(sample), sample]));
}

function checkFilter(
  directory: string,
  { flipped, against, benchmark, problem }: SampleFilter,
  planned: readonly {
    readonly benchmark: string;
    readonly problem: { readonly problem: string };
  }[],
): void {
  if (flipped !== undefined && against === undefined) {
    throw new ThinkbitsError({
      code: 'samples/flipped-alone',
      category: 'usage',
      message: 'Flipped samples are asked for, and no run that they flipped against.',
      help: 'Name the other run as well.',
    });
  }
  const known = [...new Set(planned.map((sample) => sample.benchmark))];
  if (benchmark !== undefined && !known.includes(benchmark)) {
    throw new ThinkbitsError({
      code: 'samples/unknown-benchmark',
      message: `${directory} has no benchmark "${benchmark}".`,
      help: `It has ${known.join(', ')}.`,
    });
  }
  if (problem !== undefined && !planned.some((sample) => sample.problem.problem === problem)) {
    throw new ThinkbitsError({
      code: 'samples/unknown-problem',
      message: `${directory} asks no problem "${problem}".`,
      help: 'List its samples to see the ids of its problems.',
    });
  }
}
