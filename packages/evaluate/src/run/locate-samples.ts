import { ThinkbitsError } from '@thinkbits/spec';
import { groupBy } from '../group-by.js';
import type { SampleRecord } from '../sample-record.js';
import type { ProblemLine } from './problem-line.js';
import type { RunDirectory } from './read-run-directory.js';
import { sampleKey } from './sample-key.js';
import type { SampleLine } from './sample-line.js';

/** Finds the problem that a sample answers, by its key: the line itself does not name its benchmark. */
export type SampleLocator = (sample: Pick<SampleLine, 'key' | 'problem' | 'seed'>) => ProblemLine;

/**
 * A locator for the samples of a run, inside its present limit and repeats or not.
 * @throws ThinkbitsError `run/foreign-sample`, when called with a key that no problem and seed of
 *   this run gives
 */
export function createSampleLocator({ run, problems }: RunDirectory): SampleLocator {
  const byId = groupBy(problems, ({ problem }) => problem);
  const benchmarks = new Map(run.benchmarks.map((benchmark) => [benchmark.id, benchmark]));
  return ({ key, problem, seed }) => {
    const found = byId.get(problem)?.find((candidate) => {
      const benchmark = benchmarks.get(candidate.benchmark);
      const promptHash = candidate.prompt_hash;
      return benchmark && sampleKey(run, { benchmark, problem, promptHash, seed }) === key;
    });
    if (found) return found;
    throw new ThinkbitsError({
      code: 'run/foreign-sample',
      message: `samples.jsonl has a key of another run: ${key} (problem "${problem}", seed ${seed}).`,
      help: 'It comes from another run, or was edited: delete that line and run the same call again.',
      details: { key, problem, seed },
    });
  };
}

/** A sample as statistics take it. */
export function sampleRecord(
  sample: Omit<SampleLine, 'thinking' | 'text'>,
  { benchmark, groups, scorer }: Pick<ProblemLine, 'benchmark' | 'groups' | 'scorer'>,
): SampleRecord {
  const { problem, repeat, completion_tokens, finish_reason, correct, extracted } = sample;
  const { seen, details } = sample;
  return {
    benchmark,
    groups,
    scorer,
    problem,
    repeat,
    completion_tokens,
    finish_reason,
    correct,
    extracted,
    ...(seen !== undefined && { seen }),
    ...(details && { details }),
  };
}
