import { type Problem, type ProblemSet, ThinkbitsError } from '@thinkbits/spec';
import { usageError } from '../errors/usage-error.js';
import {
  type BenchmarkRequest,
  type LoadedBenchmark,
  loadOptions,
} from '../evaluation/load-benchmarks.js';
import { resolveBenchmark } from '../resolve/benchmark.js';

/** Problems are drawn in pools of this size, so that a larger limit extends a smaller one. */
const pool = 1024;

/** As many problems as the study generates from. */
export const usualLimit = 256;

const question = ({ messages }: Problem): string => JSON.stringify(messages);

function refuse(benchmark: string, what: string): never {
  throw usageError(
    'calibrate/test-problems',
    `${what}: a model that was calibrated on them could not be measured by ${benchmark} any more.`,
    'Give other problems in its row schema with --data FILE, or say --allow-test-problems.',
  );
}

/** Refuses problems that the benchmark itself asks. */
async function keepClear({ benchmark, problems }: LoadedBenchmark): Promise<void> {
  const own = await benchmark.load().catch((error) => {
    const absent = ThinkbitsError.isInstance(error) && error.code === 'benchmark/no-data';
    if (absent) {
      throw usageError(
        'calibrate/test-problems',
        `The test set of ${benchmark.id} does not come with it: whether it has these problems cannot be checked.`,
        'Where they are others, say --allow-test-problems.',
      );
    }
    throw error;
  });
  const tested = new Set(own.problems.map(question));
  const shared = problems.problems.filter((problem) => tested.has(question(problem))).length;
  if (shared === 0) return;
  const { length } = problems.problems;
  refuse(
    benchmark.id,
    `${shared} of the ${length} problems are in the test set of ${benchmark.id}`,
  );
}

/**
 * The problems that a model is to answer for calibration: rows of a file, else fresh ones of the benchmark; those of its test set
 * only when that is allowed.
 * @throws ThinkbitsError `calibrate/test-problems`, those of loading
 */
export async function calibrationProblems(
  options: BenchmarkRequest & {
    readonly benchmark: string;
    readonly limit: number;
    readonly seed: number;
    readonly allowTestProblems: boolean;
    readonly directory: string;
  },
): Promise<LoadedBenchmark> {
  const { data, limit, seed, allowTestProblems, directory } = options;
  const benchmark = await resolveBenchmark(options.benchmark, directory);
  const loaded = (problems: ProblemSet): LoadedBenchmark => ({ benchmark, problems });
  if (data !== undefined) {
    const given = loaded(await benchmark.load(await loadOptions(benchmark, options, directory)));
    if (!allowTestProblems) await keepClear(given);
    return given;
  }
  if (allowTestProblems)
    return loaded(await benchmark.load(await loadOptions(benchmark, options, directory)));
  if (!benchmark.calibrationProblems)
    refuse(benchmark.id, `${benchmark.id} has no other problems than those of its test set`);
  const count = Math.ceil(limit / pool) * pool;
  return loaded(await benchmark.calibrationProblems({ count, seed }));
}

/** The question of a problem as a trace tells it: the text of one user turn, or all turns. */
export function describeQuestion({ messages }: Problem) {
  const [only] = messages;
  return messages.length === 1 && only?.role === 'user'
    ? { question: only.content }
    : { messages: messages.map((message) => ({ ...message })) };
}
