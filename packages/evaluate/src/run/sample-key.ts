import { defaultTemplateDate, type Problem } from '@thinkbits/spec';
import type { RunBenchmark, RunFile, RunIdentity } from './run-file.js';
import { hashJson } from './sha256.js';

/** sha256 of what is asked: the messages of a problem. */
export function promptHash(problem: Problem): string {
  return hashJson(problem.messages);
}

/** sha256 of what a whole problem set asks, in its order. */
export function promptsHash(problems: readonly Problem[]): string {
  return hashJson(problems.map((problem) => [problem.id, promptHash(problem)]));
}

/** The parts of a sample that are not the run's. */
export interface SampleName {
  readonly benchmark: Omit<RunBenchmark, 'limit'>;
  readonly problem: string;
  readonly promptHash: string;
  readonly seed: number;
}

/**
 * The key of a sample: sha256 of everything that determines the answer, and of nothing else, so
 * that it says the same on every machine and whatever shares the batch: the model's weights (by
 * hash; a name says nothing about them), recipe, benchmark, data and prompt, sampling, token
 * limits, seed, engine, backend, precision, and the day in the prompt where it is not the default.
 */
export function sampleKey(
  run: Pick<RunIdentity, 'model' | 'recipe' | 'engine'> & Pick<RunFile, 'template_date'>,
  sample: SampleName,
): string {
  const { id, data_hash, sampling, max_tokens, thinking_budget } = sample.benchmark;
  const { template_date: date = defaultTemplateDate } = run;
  return hashJson({
    model_hash: run.model.hash,
    recipe: run.recipe,
    engine: run.engine.name,
    backend: run.engine.backend,
    compute: run.engine.compute,
    benchmark: id,
    data_hash,
    sampling,
    max_tokens,
    thinking_budget,
    problem: sample.problem,
    prompt_hash: sample.promptHash,
    seed: sample.seed,
    ...(date !== defaultTemplateDate && { template_date: date }),
  });
}
